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
            Example(dilation: 2, before: [0, 4, 0, 0], after: [0, 0, 3, 0]),
            Example(before: [0, 3, 0, 0], isAbsorbed: false),
            Example(before: [0, 1, 1, 0], value: 1, isAbsorbed: false),
            Example(before: [1, 1, 1, 0], isAbsorbed: false),
        ]

        private static func build(
            _ fixture: inout GraphFixture, _ example: Example, absorbs: Bool
        ) throws {
            let (x, kernel) = (try fixture.input("x"), try fixture.input("k"))
            let padded = try x.pad(before: example.before, after: example.after, value: example.value)
            let y =
                absorbs
                ? try padded.convolution2D(
                    kernel, strides: Size2D(example.strides), dilation: Size2D(example.dilation),
                    groups: example.groups)
                : try fixture.graph.apply(example.convolution, [padded, kernel])[0]
            fixture.output(y)
            fixture.output(try fixture.gradients(of: y.tanh(), [x, kernel]))
        }

        @Test(arguments: examples) func givesTheSame(_ example: Example) throws {
            let inputs = [
                "x": uniform([2, 9, 8, 4]),
                "k": uniform([example.size, example.size, 4 / example.groups, 8], seed: 5),
            ]
            let expected = try runGraph(on: ReferenceEngine(), inputs) { fixture in
                try Self.build(&fixture, example, absorbs: false)
            }
            for engine in try Engines.all() {
                let result = try runGraph(on: engine, inputs) { fixture in
                    try Self.build(&fixture, example, absorbs: true)
                }
                for (name, tensor) in expected.outputs {
                    let computed = try #require(result.outputs[name])
                    #expect(difference(computed, tensor, tolerance: 1e-5) == nil, "\(name)")
                }
            }
            let steps = try stepNames(inputs) { try Self.build(&$0, example, absorbs: true) }
            #expect(steps.contains("pad") != example.isAbsorbed)
        }

        /// What else reads the border finds it.
        @Test func readElsewhere() throws {
            let inputs = ["x": uniform([2, 5, 5, 3]), "k": uniform([3, 3, 3, 2], seed: 5)]
            try expectAgreement(inputs) { fixture in
                let padded = try fixture.input("x").pad(before: [0, 1, 1, 0], after: [0, 1, 1, 0])
                fixture.output(try padded.convolution2D(fixture.input("k")), padded)
            }
        }

        @Test func absurdDilation() throws {
            let graph = Graph()
            let x = try graph.input("x", shape: [1, 5, 5, 1]).pad(
                before: [0, 1, 1, 0], after: [0, 1, 1, 0])
            let kernel = graph.input("k", shape: [3, 3, 1, 1])
            #expect(throws: GraphError.self) { try x.convolution2D(kernel, dilation: Size2D(.max)) }
        }
    }
}
