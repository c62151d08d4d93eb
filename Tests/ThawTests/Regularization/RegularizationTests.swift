import Testing
import ThawTestSupport

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

        private func name(_ argument: String) -> String? {
            if case .text(let text) = arguments[argument] { text } else { nil }
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
            case "OrthogonalRegularizer":
                Regularizer.orthogonal(
                    number("factor"), of: name("mode") == "columns" ? .columns : .rows
                ).callAsFunction
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

    /// Gradients of the penalties beside differences, away from the kinks at 0.
    @Test func gradientsOfPenalties() throws {
        let regularizers: [Regularizer] = [
            .l1(0.1), .l2(0.1), .l1L2(l1: 0.1, l2: 0.2), .orthogonal(0.3), .orthogonal(0.3, of: .columns),
        ]
        var stream = RandomStream(seed: 2)
        let values = (0..<12).map { _ in Double(stream.uniform()) - 0.4 }
        for regularizer in regularizers {
            let check = try checkGradients(inputs: [Tensor(shape: [3, 4], scalars: values)]) {
                try regularizer($1[0])
            }
            #expect(check.largestError < 1e-6, "\(regularizer.name): \(check.worst)")
        }
    }

    @Test func orthogonalNeedsAMatrix() {
        let graph = Graph()
        let error = #expect(throws: LayerError.self) {
            try Regularizer.orthogonal()(graph.input("kernel", shape: [3, 3, 2, 4]))
        }
        #expect(error?.message.contains("two axes, got a parameter of shape [3, 3, 2, 4]") == true)
    }

    /// Every layer with weights hands its settings on: a penalty for each weight is in the loss, and a clone has it too.
    @Test(arguments: 0..<6) func everyLayerTakesThem(_ number: Int) throws {
        let one = Regularizer(name: "one") { try $0.sum() * 0 + 1 }
        let half = Constraint(name: "half") { try $0 * 0 + 0.5 }
        let layers: [() -> Layer] = [
            {
                Dense(
                    2, kernelRegularizer: one, biasRegularizer: one, kernelConstraint: half,
                    biasConstraint: half)
            },
            {
                Conv2D(
                    2, kernelSize: 1, kernelRegularizer: one, biasRegularizer: one, kernelConstraint: half,
                    biasConstraint: half)
            },
            {
                DepthwiseConv2D(
                    kernelSize: 1, kernelRegularizer: one, biasRegularizer: one, kernelConstraint: half,
                    biasConstraint: half)
            },
            {
                BatchNormalization(
                    betaRegularizer: one, gammaRegularizer: one, betaConstraint: half, gammaConstraint: half)
            },
            {
                LayerNormalization(
                    betaRegularizer: one, gammaRegularizer: one, betaConstraint: half, gammaConstraint: half)
            },
            {
                GroupNormalization(
                    groups: 2, betaRegularizer: one, gammaRegularizer: one, betaConstraint: half,
                    gammaConstraint: half)
            },
        ]
        let original = layers[number]()
        for layer in [original, try original.clone()] {
            let model = Sequential([layer, Flatten()])
            try model.build(inputShape: [1, 2, 3, 4])
            try model.compile(
                optimizer: .sgd(), loss: .custom("none") { _, y in try (y * 0).sum(axes: [-1]) })
            var stream = RandomStream(seed: 1)
            let x = stream.normalTensor([5, 2, 3, 4])
            let targets = Tensor.ones([5, layer is Dense || layer is Conv2D ? 12 : 24])
            #expect(try model.evaluate(x, targets, verbosity: .silent).loss == 2)
            try model.fit(x, targets, batchSize: 5, verbosity: .silent)
            #expect(model.trainableParameters.count == 2)
            for parameter in model.trainableParameters {
                #expect(parameter.value.floats.allSatisfy { $0 == 0.5 }, "\(parameter)")
            }
        }
        let alphas = PReLU(alphaRegularizer: one, alphaConstraint: half)
        let model = Sequential([try alphas.clone()])
        try model.build(inputShape: [1, 3])
        #expect(model.parameterPaths[0].parameter.regularizer?.name == "one")
        #expect(model.parameterPaths[0].parameter.constraint?.name == "half")
    }
}
