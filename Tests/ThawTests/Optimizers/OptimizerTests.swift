import Testing

@testable import Thaw

@Suite struct OptimizerTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let optimizer: String
        let arguments: [String: TrainingFixtures.Argument]
        let after: [[TrainingFixtures.Reference]]
        let averages: [[TrainingFixtures.Reference]]?
        let finalized: [TrainingFixtures.Reference]?

        var testDescription: String { "\(optimizer) \(arguments)" }

        func number(_ name: String) -> Double { arguments[name]?.value ?? .nan }

        /// The optimizer that the case describes; nil for a setting that we do not know.
        var subject: Optimizer? {
            let known: Set = [
                "learning_rate", "momentum", "nesterov", "beta_1", "beta_2", "epsilon", "amsgrad", "rho",
                "centered", "initial_accumulator_value", "clipvalue", "clipnorm", "global_clipnorm",
                "weight_decay", "use_ema", "ema_momentum", "ema_overwrite_frequency",
            ]
            guard known.isSuperset(of: arguments.keys), let optimizer = plain else { return nil }
            if arguments["clipvalue"] != nil { optimizer.clipped(.value(number("clipvalue"))) }
            if arguments["clipnorm"] != nil { optimizer.clipped(.norm(number("clipnorm"))) }
            if arguments["global_clipnorm"] != nil {
                optimizer.clipped(.globalNorm(number("global_clipnorm")))
            }
            if arguments["weight_decay"] != nil { optimizer.decaying(number("weight_decay")) }
            if arguments["use_ema"]?.isTrue == true {
                optimizer.averaging(
                    momentum: number("ema_momentum"),
                    overwriteEvery: arguments["ema_overwrite_frequency"]?.value.map { Int($0) })
            }
            return optimizer
        }

        private var plain: Optimizer? {
            let rate = number("learning_rate")
            let (beta1, beta2, epsilon) = (number("beta_1"), number("beta_2"), number("epsilon"))
            return switch optimizer {
            case "SGD":
                .sgd(
                    learningRate: rate, momentum: number("momentum"),
                    nesterov: arguments["nesterov"]?.isTrue ?? false)
            case "Adam": .adam(learningRate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon)
            case "AdamW": .adamW(learningRate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon)
            case "Nadam": .nadam(learningRate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon)
            case "Adamax": .adamax(learningRate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon)
            case "RMSprop":
                .rmsprop(
                    learningRate: rate, rho: number("rho"), momentum: number("momentum"), epsilon: epsilon,
                    centered: arguments["centered"]?.isTrue ?? false)
            case "Adagrad":
                .adagrad(
                    learningRate: rate, initialAccumulator: number("initial_accumulator_value"),
                    epsilon: epsilon)
            case "Adadelta": .adadelta(learningRate: rate, rho: number("rho"), epsilon: epsilon)
            default: nil
            }
        }
    }

    struct File: Decodable {
        let start: [TrainingFixtures.Reference]
        let gradients: [[TrainingFixtures.Reference]]
        let learningRateFactors: [[Double]]
        let recordedSteps: [Int]
        let cases: [Case]
    }

    /// Parameters without a model, so that gradients can be given.
    final class Holder: Layer {
        let shapes: [[Int]]

        init(shapes: [[Int]]) {
            self.shapes = shapes
            super.init(name: "holder")
        }

        override func build(inputShape: [Int]) throws {
            for (index, shape) in shapes.enumerated() {
                try addWeight(name: "weight_\(index)", shape: shape, initializer: .zeros)
            }
        }

        override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor { input }
    }

    static func file() throws -> File { try TrainingFixtures.load("optimizers", as: File.self) }

    @Test(arguments: try file().cases) func agreesWithKeras(_ reference: Case) throws {
        let file = try Self.file()
        let optimizer = try #require(reference.subject)
        let engine = TestEngine.current
        try Runtime.$engine.withValue(engine) {
            let model = Sequential([Holder(shapes: file.start.map(\.shape))])
            try model.build(inputShape: [1, 2])
            let parameters = model.parameterPaths
            for ((_, parameter), start) in zip(parameters, file.start) { try parameter.assign(start.tensor) }

            let graph = Graph()
            let rate = graph.input("rate", shape: [])
            var gradients: [SymbolicTensor?] = parameters.enumerated().map { index, entry in
                graph.input("gradient_\(index)", shape: entry.parameter.shape)
            }
            if let clipping = optimizer.clipping { gradients = try clipping.clipped(gradients) }
            for ((path, parameter), gradient) in zip(parameters, gradients) {
                try optimizer.addUpdate(
                    of: parameter, path: path, gradient: #require(gradient), learningRate: rate,
                    engine: engine)
            }
            let executable = try engine.compile(graph)
            let start = optimizer.learningRate
            for (step, gradients) in file.gradients.enumerated() {
                for change in file.learningRateFactors where Int(change[0]) == step + 1 {
                    optimizer.learningRate = start * change[1]
                }
                var inputs = ["rate": Tensor(scalar: Float(optimizer.learningRate))]
                for (index, gradient) in gradients.enumerated() {
                    inputs["gradient_\(index)"] = gradient.tensor
                }
                _ = try engine.perform { () throws in try executable.run(inputs) }
                guard let recorded = file.recordedSteps.firstIndex(of: step + 1) else { continue }
                for ((path, parameter), expected) in zip(parameters, reference.after[recorded]) {
                    expectAgreement(
                        parameter.value.doubles, expected.values, "\(path) after step \(step + 1)")
                }
                for ((path, parameter), expected) in zip(parameters, reference.averages?[recorded] ?? []) {
                    let average = try #require(optimizer.average(of: parameter))
                    expectAgreement(
                        average.doubles, expected.values, "average of \(path) after step \(step + 1)")
                }
            }
            guard let finalized = reference.finalized else { return }
            try optimizer.replaceByAverages(parameters.map(\.parameter))
            for ((path, parameter), expected) in zip(parameters, finalized) {
                expectAgreement(parameter.value.doubles, expected.values, "\(path) at the end")
            }
        }
    }

    @Test func slotsAreHeldByIdentity() throws {
        let engine = TestEngine.current
        try Runtime.$engine.withValue(engine) {
            let optimizer = Adam()
            let model = Sequential([Holder(shapes: [[2], [3]])])
            try model.build(inputShape: [1, 2])
            let (path, parameter) = model.parameterPaths[0]
            let graph = Graph()
            let gradient = graph.input("gradient", shape: [2])
            try optimizer.addUpdate(
                of: parameter, path: path, gradient: gradient, learningRate: graph.constant(0.1),
                engine: engine)
            _ = try TestEngine.run(graph, ["gradient": Tensor([Float(1), -1])])
            let slots = try #require(optimizer.slotValues(of: parameter))
            #expect(slots["iterations"]?.item == 1)
            expectAgreement(slots["momentum"]?.doubles ?? [], [0.1, -0.1], "momentum")
            expectAgreement(slots["velocity"]?.doubles ?? [], [0.001, 0.001], "velocity")
            #expect(optimizer.slotValues(of: model.parameterPaths[1].parameter) == nil)
        }
    }

    @Test func unknownSlotIsRefused() throws {
        final class Forgetful: Optimizer {
            override func update(
                parameter: SymbolicTensor, gradient: SymbolicTensor, slots: OptimizerSlots,
                learningRate: SymbolicTensor
            ) throws -> SymbolicTensor {
                try slots.read("memory")
            }
        }
        let engine = TestEngine.current
        try Runtime.$engine.withValue(engine) {
            let model = Sequential([Holder(shapes: [[2]])])
            try model.build(inputShape: [1, 2])
            let (path, parameter) = model.parameterPaths[0]
            let graph = Graph()
            let error = #expect(throws: GraphError.self) {
                try Forgetful(name: "forgetful", learningRate: 1).addUpdate(
                    of: parameter, path: path, gradient: graph.input("gradient", shape: [2]),
                    learningRate: graph.constant(1), engine: engine)
            }
            #expect(error?.description.contains("slotNames") == true)
        }
    }
}
