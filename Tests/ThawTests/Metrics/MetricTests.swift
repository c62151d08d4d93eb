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
        let result: Double?
        let results: [Double]?
    }

    struct Case: Decodable, CustomTestStringConvertible {
        let metric: String
        let arguments: [String: TrainingFixtures.Argument]
        let updates: [Update]
        /// Nil where it is no number.
        let resultAfterReset: Double?

        var testDescription: String {
            "\(metric) \(updates[0].inputs.map(\.shape))\(updates[0].sampleWeight == nil ? "" : " weighted") \(arguments)"
        }

        var subject: Metric? { meanMetric ?? otherMetric }

        private var meanMetric: Metric? {
            let k = arguments["k"]?.value.map { Int($0) } ?? 5
            return switch metric {
            case "SparseCategoricalAccuracy": .sparseCategoricalAccuracy
            case "CategoricalAccuracy": .categoricalAccuracy
            case "SparseTopKCategoricalAccuracy": .sparseTopKCategoricalAccuracy(k: k)
            case "TopKCategoricalAccuracy": .topKCategoricalAccuracy(k: k)
            case "BinaryAccuracy": .binaryAccuracy(threshold: arguments["threshold"]?.value ?? 0.5)
            case "MeanSquaredError": .meanSquaredError
            case "MeanAbsoluteError": .meanAbsoluteError
            case "MeanAbsolutePercentageError": .meanAbsolutePercentageError
            case "MeanSquaredLogarithmicError": .meanSquaredLogarithmicError
            case "RootMeanSquaredError": .rootMeanSquaredError
            case "LogCoshError": .logCosh
            case "CosineSimilarity": .cosineSimilarity
            case "Poisson": .poisson
            case "Hinge": .hinge
            case "SquaredHinge": .squaredHinge
            case "CategoricalHinge": .categoricalHinge
            case "KLDivergence": .klDivergence
            case "BinaryCrossentropy": .binaryCrossentropy
            case "CategoricalCrossentropy": .categoricalCrossentropy
            case "SparseCategoricalCrossentropy": .sparseCategoricalCrossentropy
            case "Mean": .mean("mean") { _, prediction in prediction }
            default: nil
            }
        }

        private var otherMetric: Metric? {
            let threshold = (arguments["threshold"] ?? arguments["thresholds"])?.value
            let topK = arguments["top_k"]?.value.map { Int($0) }
            let classIndex = arguments["class_id"]?.value.map { Int($0) }
            let averages: [String: FBetaScore.Average] = [
                "none": .none, "micro": .micro, "macro": .macro, "weighted": .weighted,
            ]
            let average = averages[arguments["average"]?.name ?? "macro"] ?? .macro
            let methods: [String: CurveSummation] = ["minoring": .minoring, "majoring": .majoring]
            return switch metric {
            case "Precision": .precision(threshold: threshold, topK: topK, classIndex: classIndex)
            case "Recall": .recall(threshold: threshold, topK: topK, classIndex: classIndex)
            case "F1Score": .f1Score(average: average, threshold: threshold)
            case "FBetaScore": .fBetaScore(beta: arguments["beta"]?.value ?? 1, average: average)
            case "AUC":
                .auc(
                    curve: arguments["curve"]?.name == "PR" ? .pr : .roc,
                    thresholds: Int(arguments["num_thresholds"]?.value ?? 200),
                    summation: methods[arguments["summation_method"]?.name ?? ""] ?? .interpolation,
                    multiLabel: arguments["multi_label"]?.isTrue ?? false,
                    fromLogits: arguments["from_logits"]?.isTrue ?? false)
            case "ExactROC": .exactAUC()
            case "ExactPR": .exactAUC(curve: .pr)
            case "R2Score":
                .r2Score(
                    aggregation: arguments["class_aggregation"]?.name == "variance_weighted_average"
                        ? .varianceWeightedAverage : .uniformAverage)
            case "Spearman": .spearmanCorrelation
            case "Pearson": .pearsonCorrelation
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

    /// All of Keras's metrics of the file but its plain sum have a counterpart.
    @Test func everyCaseIsUsed() throws {
        let all = try TrainingFixtures.load("metrics", as: File.self).cases
        #expect(Set(all.filter { $0.subject == nil }.map(\.metric)) == ["Sum"])
    }

    /// `.topKAccuracy` chooses by the form of the targets.
    @Test(arguments: try cases().filter { $0.metric.contains("TopK") })
    func topKChoosesByShape(_ reference: Case) throws {
        try check(reference, metric: .topKAccuracy(k: 2))
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
        let accumulator = metric.makeAccumulator(on: engine)
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
            accumulator.collect(rows: predictions.shape[0])
            var expected = update.results ?? []
            if let result = update.result { expected = [result] }
            expectAgreement(accumulator.results.map(\.value), expected, reference.metric)
        }
        try accumulator.reset()
        let afterReset = accumulator.results.map(\.value)
        if let expected = reference.resultAfterReset {
            #expect(afterReset == [expected])
        } else {
            #expect(afterReset.allSatisfy { $0.isNaN || $0 == 0 })
        }
    }
}
