import Testing
import Thaw
import ThawTestSupport

/// Whole runs of `fit`, unshuffled, from Keras's own initial weights, beside what Keras made of them.
@Suite struct KerasTrainingTests {
    struct LayerCase: Decodable {
        let layer: String
        let arguments: [String: TrainingFixtures.Argument]
    }

    struct Phase: Decodable {
        let frozen: [String]
        let epochs: Int
        let loss: [Double]
        let accuracy: [Double]
        let evaluateLoss: Double
        let evaluateAccuracy: Double
        let weights: [String: [TrainingFixtures.Reference]]
    }

    struct Case: Decodable, CustomTestStringConvertible {
        let model: String
        let dtype: String
        let inputShape: [Int]
        let layers: [LayerCase]
        let optimizer: String
        let optimizerArguments: [String: TrainingFixtures.Argument]
        let samples: Int
        let batchSize: Int
        let initialWeights: [String: [TrainingFixtures.Reference]]
        let phases: [Phase]
        let predictions: TrainingFixtures.Reference

        var testDescription: String {
            "\(model) \(dtype) \(optimizer) \(phases.map { "\($0.epochs) \($0.frozen)" })"
        }

        /// Sample i, feature j is ((7919 i + 104729 j) mod 1000) / 1000, its label floor(10 feature 0).
        var data: (x: Tensor, y: Tensor) {
            let features = inputShape.reduce(1, *)
            var x: [Float] = []
            for i in 0..<samples {
                for j in 0..<features { x.append(Float(Double((i * 7919 + j * 104729) % 1000) / 1000)) }
            }
            let y = (0..<samples).map { Int32($0 * 7919 % 1000 / 100) }
            return (Tensor(shape: [samples] + inputShape, scalars: x), Tensor(shape: [samples], scalars: y))
        }

        func makeModel() throws -> Sequential {
            let model = Sequential([Input(shape: inputShape)])
            for layer in layers { model.add(try layer.make()) }
            return model
        }
    }

    struct File: Decodable { let cases: [Case] }

    static func cases() throws -> [Case] { try TrainingFixtures.load("training", as: File.self).cases }

    @Test(arguments: try cases()) func followsKeras(_ reference: Case) throws {
        // Adam divides by the root of a running mean of squares, and so brings rounding errors of gradients that are
        // nearly zero up to the size of a step: its weights are compared in float64, in float32 only what they lead to.
        if reference.optimizer == "Adam" {
            try follow(reference, on: TestEngine.current, comparesWeights: false)
            try follow(reference, on: ReferenceEngine(), comparesWeights: true)
        } else {
            try follow(reference, on: TestEngine.current, comparesWeights: true)
        }
    }

    private func follow(_ reference: Case, on engine: any Engine, comparesWeights: Bool) throws {
        try Runtime.$engine.withValue(engine) {
            let model = try reference.makeModel()
            for (name, weights) in reference.initialWeights { try assign(weights, to: name, of: model) }
            let rate = try #require(reference.optimizerArguments["learning_rate"]?.value)
            let optimizer: Optimizer =
                reference.optimizer == "Adam"
                ? .adam(learningRate: rate)
                : .sgd(learningRate: rate, momentum: reference.optimizerArguments["momentum"]?.value ?? 0)
            try model.compile(
                optimizer: optimizer, loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
            let tolerance = 2e-3
            let (x, y) = reference.data
            for phase in reference.phases {
                // No compile in between: a change of isTrainable takes effect at the next step.
                for layer in model.layers { layer.isTrainable = !phase.frozen.contains(layer.name) }
                let before = weights(of: phase.frozen, in: model)
                let history = try model.fit(
                    x, y, batchSize: reference.batchSize, epochs: phase.epochs, shuffle: false,
                    verbosity: .silent)
                #expect(
                    weights(of: phase.frozen, in: model).elementsEqual(before) { $0.isBitwiseEqual(to: $1) })
                for (ours, keras) in zip(history["loss"], phase.loss) {
                    #expect(abs(ours - keras) < 1e-3 * keras)
                }
                for (ours, keras) in zip(history["accuracy"], phase.accuracy) {
                    #expect(abs(ours - keras) < 0.011)
                }
                let result = try model.evaluate(x, y, batchSize: reference.batchSize, verbosity: .silent)
                #expect(abs(result.loss - phase.evaluateLoss) < 2e-3 * phase.evaluateLoss)
                #expect(abs((result["accuracy"] ?? -1) - phase.evaluateAccuracy) < 0.011)
                for (name, expected) in phase.weights where comparesWeights {
                    let layer = try #require(model[name])
                    for (ours, keras) in zip(layer.allParameters, expected) {
                        expectAgreement(
                            ours.value.doubles, keras.values, tolerance: tolerance, "\(name)/\(ours.name)")
                    }
                }
            }
            guard comparesWeights else { return }
            let count = reference.predictions.shape[0]
            expectAgreement(
                try model.predict(x.prefix(count)).doubles, reference.predictions.values,
                tolerance: 2.5 * tolerance, "predict")
        }
    }

    private func weights(of names: [String], in model: Sequential) -> [Tensor] {
        names.flatMap { model[$0]?.allParameters.map(\.value) ?? [] }
    }

    private func assign(_ weights: [TrainingFixtures.Reference], to name: String, of model: Sequential) throws
    {
        let layer = try #require(model[name])
        #expect(layer.allParameters.count == weights.count)
        for (parameter, weight) in zip(layer.allParameters, weights) { try parameter.assign(weight.tensor) }
    }
}

extension KerasTrainingTests.LayerCase {
    /// The layer that Keras's configuration names.
    func make() throws -> Layer {
        let name = arguments["name"]?.name
        func size(_ key: String) throws -> Int { Int(try #require(arguments[key]?.value)) }
        let activation: ActivationFunction =
            switch arguments["activation"]?.name {
            case "relu": .relu
            case "softmax": .softmax
            default: .linear
            }
        switch layer {
        case "Dense": return Dense(try size("units"), activation: activation, name: name)
        case "BatchNormalization":
            return BatchNormalization(momentum: arguments["momentum"]?.value ?? 0.99, name: name)
        case "Activation": return Activation(activation, name: name)
        case "Flatten": return Flatten(name: name)
        case "Conv2D":
            let kernel = try size("kernel_size")
            return Conv2D(
                try size("filters"), kernelSize: Size2D(kernel), padding: .same,
                usesBias: arguments["use_bias"]?.isTrue ?? true, name: name)
        case "MaxPooling2D":
            let pool = try size("pool_size")
            return MaxPooling2D(poolSize: Size2D(pool), name: name)
        default: throw LayerError("no such layer in these tests: \(layer).")
        }
    }
}
