import Testing

@testable import Thaw

@Suite struct MetricTests {
    /// A float32 sum of many small numbers would end a tenth of a percent off.
    @Test func meansOfManyBatchesAreExact() throws {
        let model = Sequential { Dense(1, kernelInitializer: .zeros, inputShape: [1]) }
        try model.compile(optimizer: .sgd(), loss: .meanAbsoluteError)
        let count = 60_000
        let x = Tensor.ones([count, 1]), y = Tensor.full([count, 1], 0.1)
        let exact = Double(Float(0.1))
        #expect(try abs(model.evaluate(x, y, batchSize: 1).loss - exact) < 1e-7)
    }

    struct Update: Decodable {
        let inputs: [TrainingFixtures.Reference]
        let sampleWeight: TrainingFixtures.Reference?
        let result: Double
    }

    struct Case: Decodable, CustomTestStringConvertible {
        let metric: String
        let arguments: [String: TrainingFixtures.Argument]
        let updates: [Update]
        let resultAfterReset: Double

        var testDescription: String { "\(metric) \(updates[0].inputs.map(\.shape))" }

        var subject: Metric? {
            switch metric {
            case "SparseCategoricalAccuracy": .sparseCategoricalAccuracy
            case "CategoricalAccuracy": .categoricalAccuracy
            case "BinaryAccuracy": .binaryAccuracy(threshold: arguments["threshold"]?.value ?? 0.5)
            case "MeanSquaredError": .meanSquaredError
            case "MeanAbsoluteError": .meanAbsoluteError
            case "Mean": .mean("mean") { _, prediction in prediction }
            default: nil
            }
        }
    }

    struct File: Decodable { let cases: [Case] }

    static func cases() throws -> [Case] {
        try TrainingFixtures.load("metrics", as: File.self).cases.filter { $0.subject != nil }
    }

    @Test(arguments: try cases()) func agreesWithKeras(_ reference: Case) throws {
        try check(reference, metric: try #require(reference.subject))
    }

    /// `.accuracy` chooses by shapes as Keras does.
    @Test(arguments: try cases().filter { $0.metric.hasSuffix("Accuracy") && $0.arguments.isEmpty })
    func accuracyChoosesByShape(_ reference: Case) throws {
        // Several yes-or-no predictions per sample look like classes, to Keras too.
        if reference.metric == "BinaryAccuracy", reference.updates[0].inputs[1].shape.last != 1 { return }
        try check(reference, metric: .accuracy)
    }

    private func check(_ reference: Case, metric: Metric) throws {
        let engine = TestEngine.current
        let accumulator = try MetricAccumulator(metric, engine: engine)
        for update in reference.updates {
            let isSparse = reference.metric.hasPrefix("Sparse")
            let targets = isSparse ? update.inputs[0].labels : update.inputs[0].tensor
            let predictions = (update.inputs.last ?? update.inputs[0]).tensor
            let graph = Graph()
            var inputs = ["target": targets, "prediction": predictions]
            let target = graph.input("target", shape: targets.shape, dtype: targets.dtype)
            let prediction = graph.input("prediction", shape: predictions.shape)
            var weights: SymbolicTensor?
            if let sampleWeight = update.sampleWeight {
                inputs["weights"] = sampleWeight.tensor
                weights = graph.input("weights", shape: sampleWeight.shape)
            }
            try accumulator.addUpdate(
                to: graph, target: target, prediction: prediction, sampleWeights: weights)
            _ = try TestEngine.run(graph, inputs)
            expectAgreement([accumulator.result], [update.result], reference.metric)
        }
        try accumulator.reset()
        #expect(accumulator.result == reference.resultAfterReset)
    }
}
