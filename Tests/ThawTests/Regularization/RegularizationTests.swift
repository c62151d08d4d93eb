import Testing

@testable import Thaw

@Suite struct RegularizationTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let regularizer: String?
        let constraint: String?
        let arguments: [String: ScheduleTests.Argument]
        let value: TrainingFixtures.Reference
        let penalty: Double?
        let result: TrainingFixtures.Reference?

        var testDescription: String { "\(regularizer ?? constraint ?? "?") \(arguments)" }

        func number(_ name: String) -> Double {
            if case .one(let value) = arguments[name] { value } else { .nan }
        }

        private var axes: [Int] {
            switch arguments["axis"] {
            case .one(let axis): [Int(axis)]
            case .several(let axes): axes.map { Int($0) }
            default: [0]
            }
        }

        var function: ((SymbolicTensor) throws -> SymbolicTensor)? {
            switch regularizer ?? constraint {
            case "L1": Regularizer.l1(number("l1")).callAsFunction
            case "L2": Regularizer.l2(number("l2")).callAsFunction
            case "L1L2": Regularizer.l1L2(l1: number("l1"), l2: number("l2")).callAsFunction
            case "MaxNorm": Constraint.maxNorm(number("max_value"), axes: axes).callAsFunction
            case "MinMaxNorm":
                Constraint.minMaxNorm(
                    minimum: number("min_value"), maximum: number("max_value"), rate: number("rate"),
                    axes: axes
                ).callAsFunction
            case "NonNeg": Constraint.nonNegative.callAsFunction
            case "UnitNorm": Constraint.unitNorm(axes: axes).callAsFunction
            default: nil
            }
        }
    }

    struct File: Decodable { let cases: [Case] }

    @Test(arguments: try TrainingFixtures.load("regularization", as: File.self).cases)
    func agreesWithKeras(_ reference: Case) throws {
        let function = try #require(reference.function)
        let graph = Graph()
        let value = graph.input("value", shape: reference.value.shape)
        graph.addOutput("result", try function(value))
        let result = try #require(
            try TestEngine.run(graph, ["value": reference.value.tensor])["result"])
        expectAgreement(
            result.doubles, reference.result?.values ?? [reference.penalty ?? .nan], reference.testDescription
        )
    }

    /// The penalty is in the loss that `fit` and `evaluate` show, and leaves it when the layer is frozen.
    @Test func penaltiesCountWhileTrainable() throws {
        let model = Sequential {
            Dense(
                1, kernelInitializer: .constant(2), kernelRegularizer: .l2(0.5), inputShape: [3],
                name: "dense")
        }
        try model.compile(optimizer: .sgd(learningRate: 0), loss: .custom("none") { _, y in try y * 0 })
        let x = Tensor.ones([8, 3]), y = Tensor.ones([8, 1])
        let history = try model.fit(x, y, batchSize: 4, epochs: 1, verbosity: .silent)
        #expect(abs(history.loss[0] - 6) < 1e-5)
        #expect(try abs(model.evaluate(x, y).loss - 6) < 1e-5)
        model.freeze()
        #expect(try model.evaluate(x, y).loss == 0)
    }

    /// A step of gradient descent moves a weight by the penalty's gradient; after it the constraint holds.
    @Test func penaltiesPullAndConstraintsHold() throws {
        let model = Sequential {
            Dense(
                1, kernelInitializer: .constant(2), kernelRegularizer: .l2(0.5),
                kernelConstraint: .maxNorm(1),
                inputShape: [4])
        }
        try model.compile(optimizer: .sgd(learningRate: 0.1), loss: .custom("none") { _, y in try y * 0 })
        try model.fit(.ones([4, 4]), .ones([4, 1]), batchSize: 4, epochs: 1, verbosity: .silent)
        // 2 - 0.1 * 2 = 1.8 each, a norm of 3.6, brought to 1.
        #expect(model.weights[0].floats.allSatisfy { abs($0 - 0.5) < 1e-5 })
        let copy = try model.clone()
        try copy.compile(optimizer: .sgd(learningRate: 0.1), loss: .custom("none") { _, y in try y * 0 })
        try copy.fit(.ones([4, 4]), .ones([4, 1]), batchSize: 4, epochs: 1, verbosity: .silent)
        // A clone has first values of its own, and the same penalty and constraint.
        #expect(copy.weights[0].floats.allSatisfy { abs($0 - 0.5) < 1e-5 })
    }
}
