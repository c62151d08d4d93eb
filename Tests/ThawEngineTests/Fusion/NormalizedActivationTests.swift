import Testing
import ThawGraph
import ThawTensor

@testable import ThawEngine

extension EngineTests {
    /// Large batch normalizations with a ReLU in one step, and their gradient in two.
    @Suite struct NormalizedActivationTests {
        enum Activation: CaseIterable {
            case none, relu, clippedRelu, tanh

            func callAsFunction(_ x: SymbolicTensor) throws -> SymbolicTensor {
                switch self {
                case .none: x
                case .relu: try x.relu()
                case .clippedRelu: try x.clippedRelu(maximum: 0.75)
                case .tanh: try x.tanh()
                }
            }
        }

        /// Large enough to be worth it; channels that are whole vectors and others.
        private static let shapes = [[4, 23, 29, 35], [65_536, 1], [65, 1024]]

        private static func inputs(_ shape: [Int]) -> [String: Tensor] {
            let channels = [shape[shape.count - 1]]
            return [
                "x": uniform(shape, -1..<3), "r": uniform(shape, -1..<1, seed: 7),
                "g": uniform(channels, -1..<2), "b": uniform(channels, -1..<1, seed: 3),
            ]
        }

        private static func normalized(
            _ fixture: inout GraphFixture, _ x: SymbolicTensor
        ) throws -> (output: SymbolicTensor, mean: SymbolicTensor, variance: SymbolicTensor) {
            try x.batchNormalization(gamma: fixture.input("g"), beta: fixture.input("b"), epsilon: 1e-3)
        }

        private static func steps(
            _ inputs: [String: Tensor], _ build: (inout GraphFixture) throws -> Void
        ) throws -> [String] {
            try stepNames(inputs, build).filter { $0.hasPrefix("normalized") }
        }

        /// The result, the statistics and all gradients.
        @Test(arguments: shapes, Activation.allCases)
        func agrees(_ shape: [Int], _ activation: Activation) throws {
            let inputs = Self.inputs(shape)
            let build = { (fixture: inout GraphFixture) throws in
                let x = try fixture.input("x")
                let (y, mean, variance) = try Self.normalized(&fixture, x)
                let result = try activation(y)
                fixture.output(result, mean, variance)
                let goal = try (result * fixture.input("r")).tanh()
                fixture.output(
                    try fixture.gradients(of: goal, [x, fixture.input("g"), fixture.input("b")]))
            }
            // Gradients through a batch's own moments cancel.
            try expectAgreement(inputs, tolerance: 5e-5, "\(shape), \(activation)") { try build(&$0) }
            var expected = ["normalized activation sums", "normalized activation gradient"]
            if activation == .relu || activation == .clippedRelu {
                expected.insert("normalized activation", at: 0)
            }
            #expect(try Self.steps(inputs, build) == expected)
        }

        /// A residual block: something is added before the ReLU, or a second normalization.
        @Test(arguments: [false, true]) func residual(normalizesBoth: Bool) throws {
            let inputs = Self.inputs([4, 32, 32, 16])
            let build = { (fixture: inout GraphFixture) throws in
                let (x, other) = (try fixture.input("x"), try fixture.input("r"))
                let shortcut = normalizesBoth ? try Self.normalized(&fixture, other.square()).output : other
                let result = try (shortcut + Self.normalized(&fixture, x).output).relu()
                fixture.output(result)
                fixture.output(
                    try fixture.gradients(
                        of: result.square(), [x, other, fixture.input("g"), fixture.input("b")]))
            }
            try expectAgreement(inputs, tolerance: 5e-5) { try build(&$0) }
            let steps = try Self.steps(inputs, build)
            #expect(steps.count { $0 == "normalized activation" } == (normalizesBoth ? 2 : 1))
            #expect(steps.count { $0 == "normalized activation gradient" } == (normalizesBoth ? 2 : 1))
        }

        /// A bias before the normalization: its gradient is summed on the way; it is nothing but rounding.
        @Test func biasBefore() throws {
            var inputs = Self.inputs([4, 32, 32, 16])
            inputs["k"] = uniform([1, 1, 16, 16], -0.5..<0.5, seed: 11)
            let build = { (fixture: inout GraphFixture) throws in
                let (x, bias) = (try fixture.input("x"), try fixture.input("b"))
                let before = try x.convolution2D(fixture.input("k")) + bias
                let y = try Self.normalized(&fixture, before).output.relu()
                // What the bias does besides is not 0.
                let goal =
                    try (y * fixture.input("r")).sum(axes: [0, 1, 2, 3])
                    + bias.square().sum(axes: [0])
                fixture.output(try fixture.gradients(of: goal, [x, fixture.input("k"), bias]))
            }
            try expectAgreement(inputs, tolerance: 5e-5) { try build(&$0) }
            let names = try stepNames(inputs, build)
            #expect(names.contains("normalized activation gradient") && !names.contains("reduce"))
        }

        /// What something else reads is there for it: the normalized values, the result, its gradient.
        @Test func readElsewhere() throws {
            let inputs = Self.inputs([4, 32, 32, 16])
            for number in 0..<4 {
                try expectAgreement(inputs, tolerance: 5e-5, "\(number)") { fixture in
                    let x = try fixture.input("x")
                    let y = try Self.normalized(&fixture, x).output
                    let result = try y.relu()
                    switch number {
                    case 0: fixture.output(y)
                    case 1: fixture.output(try y.sum(axes: [0, 1, 2]))
                    case 2: fixture.output(try result.greater(than: 0).cast(to: .float32))
                    default: fixture.output(try fixture.gradients(of: result.square(), [y]))
                    }
                    fixture.output(
                        try fixture.gradients(of: (result * y).tanh(), [x, fixture.input("g")]))
                }
            }
        }

        /// A condition that looks like a ReLU's and is another's.
        @Test func anotherCondition() throws {
            let inputs = Self.inputs([4, 32, 32, 16])
            for number in 0..<3 {
                try expectAgreement(inputs, tolerance: 5e-5, "\(number)") { fixture in
                    let x = try fixture.input("x")
                    let y = try Self.normalized(&fixture, x).output
                    let condition: SymbolicTensor
                    switch number {
                    case 0: condition = try fixture.input("r").relu().greater(than: 0)
                    case 1: condition = try y.relu().greater(than: 0.5)
                    default:
                        let clipped = try y.clippedRelu(maximum: 2)
                        condition = try clipped.greater(than: 0).logicalAnd(clipped.less(than: 1))
                    }
                    let result = try condition.select(y, 0)
                    fixture.output(result)
                    fixture.output(try fixture.gradients(of: (result + 1).square(), [x, fixture.input("g")]))
                }
            }
        }

        /// Small tensors are left to elementwise programs.
        @Test func small() throws {
            let steps = try Self.steps(Self.inputs([4, 32, 32, 15])) { fixture in
                fixture.output(try Self.normalized(&fixture, fixture.input("x")).output.relu())
            }
            #expect(steps.isEmpty)
        }

        /// A channel that holds a NaN is NaN everywhere, in its gradients too; the others are not. Beta's gradient does not
        /// see it: where a comparison with NaN fails, the ReLU's gradient is 0.
        @Test func notANumberSurvives() throws {
            var inputs = Self.inputs([16, 64, 32, 2])
            var values = try #require(inputs["x"]).floats
            values[5] = .nan
            inputs["x"] = Tensor(shape: [16, 64, 32, 2], scalars: values)
            for engine in try Engines.all() {
                let result = try runGraph(on: engine, inputs) { fixture in
                    let x = try fixture.input("x")
                    let y = try Self.normalized(&fixture, x).output.clippedRelu(maximum: 1)
                    fixture.output(y)
                    fixture.output(try fixture.gradients(of: y.square(), [x, fixture.input("g")]))
                }
                for (name, tensor) in result.outputs {
                    let isInItsChannel = tensor.floats.enumerated().allSatisfy { index, value in
                        value.isNaN == (index % 2 == 1)
                    }
                    #expect(isInItsChannel, "\(name)")
                }
            }
        }
    }
}
