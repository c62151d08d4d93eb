import Testing
import ThawGraph
import ThawTensor
import ThawTestSupport

@testable import ThawEngine

extension EngineTests {
    /// A border of zeros before a convolution is the convolution's padding.
    @Suite struct BorderOfZerosTests {
        struct Example {
            var groups = 1
            var size = 3
            var strides = 1
            var dilation = 1
            var before = [0, 0, 0, 0]
            var after = [0, 0, 0, 0]
            var value = 0.0
            /// Whether the border goes into the convolution.
            var isAbsorbed = true

            var convolution: Convolution2D {
                Convolution2D(
                    strides: Size2D(strides), padding: .valid, dilation: Size2D(dilation), groups: groups)
            }
        }

        static let examples = [
            Example(before: [0, 1, 1, 0], after: [0, 1, 1, 0]),
            Example(groups: 4, strides: 2, after: [0, 1, 1, 0]),
            Example(size: 7, strides: 2, before: [0, 3, 3, 0], after: [0, 3, 3, 0]),
            Example(dilation: 2, before: [0, 2, 0, 0], after: [0, 0, 1, 0]),
            Example(groups: 4, size: 7, strides: 2, before: [0, 3, 0, 0], isAbsorbed: false),
            Example(before: [0, 3, 0, 0], isAbsorbed: false),
            Example(before: [0, 1, 1, 0], value: 1, isAbsorbed: false),
            Example(before: [1, 1, 1, 0], isAbsorbed: false),
        ]

        private static func inputs(_ example: Example) -> [String: Tensor] {
            [
                "x": uniform([2, 9, 8, 4]),
                "k": uniform([example.size, example.size, 4 / example.groups, 8], seed: 5),
            ]
        }

        private static func build(_ fixture: inout GraphFixture, _ example: Example) throws {
            let (x, kernel) = (try fixture.input("x"), try fixture.input("k"))
            let padded = try x.pad(before: example.before, after: example.after, value: example.value)
            let y = try fixture.graph.apply(example.convolution, [padded, kernel])[0]
            fixture.output(y)
            fixture.output(try fixture.gradients(of: y.tanh(), [x, kernel]))
        }

        @Test(arguments: examples) func givesTheSame(_ example: Example) throws {
            let inputs = Self.inputs(example)
            try expectAgreement(inputs) { try Self.build(&$0, example) }
            let steps = try stepNames(inputs) { try Self.build(&$0, example) }
            #expect(steps.contains("pad") != example.isAbsorbed)
            #expect(!example.isAbsorbed || !steps.contains("slice"))
        }

        /// The gradient of what lies inside the border and of the border itself.
        @Test func gradientOfTheBorder() throws {
            let inputs = Self.inputs(Self.examples[0])
            try expectAgreement(inputs) { fixture in
                let (x, kernel) = (try fixture.input("x"), try fixture.input("k"))
                let padded = try x.pad(before: [0, 1, 1, 0], after: [0, 1, 1, 0])
                let y = try padded.convolution2D(kernel).tanh()
                let gradients = try fixture.gradients(of: y, [padded, x, kernel])
                #expect(gradients.allSatisfy { $0 != nil })
                fixture.output(gradients)
            }
        }

        /// Images without a row inside the border are zeros.
        @Test func nothingInside() throws {
            let inputs = [
                "x": Tensor(shape: [1, 0, 4, 1], scalars: [Float]()), "k": uniform([3, 3, 1, 2], seed: 5),
            ]
            try expectAgreement(inputs) { fixture in
                let padded = try fixture.input("x").pad(before: [0, 2, 1, 0], after: [0, 2, 1, 0])
                fixture.output(try padded.convolution2D(fixture.input("k")))
            }
        }

        /// What else reads the border finds it.
        @Test func readElsewhere() throws {
            let inputs = ["x": uniform([2, 5, 5, 3]), "k": uniform([3, 3, 3, 2], seed: 5)]
            try expectAgreement(inputs) { fixture in
                let padded = try fixture.input("x").pad(before: [0, 1, 1, 0], after: [0, 1, 1, 0])
                fixture.output(try padded.convolution2D(fixture.input("k")), padded)
            }
        }
    }
}
