import Foundation
import Testing
import Thaw

/// Metrics as `fit`, validation and `evaluate` measure them.
@Suite struct MetricTrainingTests {
    /// A classifier that is not trained further, with more metrics than anybody wants.
    private func classifier(
        metrics: [Metric], weighted: [Metric] = [], loss: Loss = .sparseCategoricalCrossentropy,
        units: Int = 3,
        activation: ActivationFunction = .softmax
    ) throws -> Sequential {
        try Runtime.$engine.withValue(TestEngine.current) {
            let model = Sequential(seed: 3) { Dense(units, activation: activation, inputShape: [4]) }
            try model.compile(
                optimizer: .sgd(learningRate: 0), loss: loss, metrics: metrics, weightedMetrics: weighted)
            return model
        }
    }

    static func classMetrics() -> [Metric] {
        [
            .accuracy, .topKAccuracy(k: 2), .sparseTopKCategoricalAccuracy(k: 1),
            .sparseCategoricalCrossentropy, .precision, .recall, .precision(topK: 2, name: "precision_at_2"),
            .recall(classIndex: 1, name: "recall_1"), .f1Score,
            .f1Score(average: .none, name: "f1_class"), .f1Score(average: .micro, name: "f1_micro"),
            .f1Score(average: .weighted, threshold: 0.4, name: "f1_weighted"), .auc,
            .auc(curve: .pr, multiLabel: true, name: "auc_pr"), .exactAUC(name: "auc_exact"),
            .exactAUC(curve: .pr, multiLabel: true, name: "auc_pr_exact"),
        ]
    }

    static func numberMetrics() -> [Metric] {
        [
            .meanSquaredError, .rootMeanSquaredError, .meanAbsoluteError, .meanAbsolutePercentageError,
            .meanSquaredLogarithmicError, .logCosh, .huber(delta: 0.7), .cosineSimilarity, .poisson, .r2Score,
            .pearsonCorrelation, .spearmanCorrelation,
        ]
    }

    private func expectEqual(
        _ left: [String: Double], _ right: [String: Double], _ what: String, tolerance: Double = 2e-6
    ) {
        #expect(left.keys.sorted() == right.keys.sorted(), "\(what)")
        for (name, value) in left {
            let other = right[name] ?? .nan
            #expect(
                abs(value - other) <= tolerance * max(1, abs(value)) || (value.isNaN && other.isNaN),
                "\(what): \(name) is \(value) and \(other)")
        }
    }

    /// A metric may be asked for with sample weights and without; the logs tell them apart as Keras's do.
    @Test func oneMetricWithWeightsAndWithout() throws {
        let (x, y) = Toy.clusters(20)
        let weights = Tensor((0..<20).map { Float($0 % 4) / 2 })
        let both: [Metric] = [.accuracy, .f1Score(average: .none, name: "f1")]
        let model = try classifier(metrics: both, weighted: both)
        let result = try model.evaluate(x, y, sampleWeights: weights, verbosity: .silent)
        let names = ["accuracy", "f1_0", "f1_1", "f1_2"]
        #expect(Set(result.names) == Set(["loss"] + names + names.map { "weighted_\($0)" }))
        let plain = try classifier(metrics: both).evaluate(x, y, verbosity: .silent)
        let weighted = try classifier(metrics: [], weighted: both)
            .evaluate(x, y, sampleWeights: weights, verbosity: .silent)
        for name in names {
            #expect(result[name] == plain[name])
            #expect(result["weighted_\(name)"] == weighted[name])
        }
        #expect(result["accuracy"] != result["weighted_accuracy"])
        let history = try model.fit(Dataset(x, y, sampleWeights: weights), epochs: 1, verbosity: .silent)
        #expect(history["weighted_accuracy"].count == 1)
        // Twice in one list is still a mistake.
        #expect(throws: TrainingError.self) { try classifier(metrics: [.accuracy, .accuracy]) }
    }

    /// One batch of everything, many batches, and batches of one sample say the same, in `evaluate`, in validation and
    /// in `fit`, whose weights do not move here.
    @Test(arguments: [true, false], [false, true]) func sameValueHoweverItIsBatched(
        areClasses: Bool, isWeighted: Bool
    ) throws {
        let (x, labels) = Toy.clusters(50)
        let y = areClasses ? labels : (x[0..<50] * 0.3 + 0.7).slice(starts: [0, 0], sizes: [50, 3])
        let weights = Tensor((0..<50).map { Float($0 % 4) / 2 })
        let data = try Dataset(x, y, sampleWeights: isWeighted ? weights : nil)
        var metrics = areClasses ? Self.classMetrics() : Self.numberMetrics()
        if isWeighted { metrics.removeAll { $0.name == "spearman_correlation" } }
        let model = try classifier(
            metrics: isWeighted ? [] : metrics, weighted: isWeighted ? metrics : [],
            loss: areClasses ? .sparseCategoricalCrossentropy : .meanSquaredError,
            activation: areClasses ? .softmax : .softplus)
        let whole = try model.evaluate(data, batchSize: 50, verbosity: .silent)
        #expect(whole.values.count == metrics.count + (areClasses ? 3 : 1))
        #expect(whole.values.values.allSatisfy { $0.isFinite }, "\(whole)")
        for size in [1, 7, 16, 49] {
            let parts = try model.evaluate(data, batchSize: size, verbosity: .silent)
            expectEqual(parts.values, whole.values, "batches of \(size)")
            let history = try model.fit(
                data, batchSize: size, epochs: 2, validation: data, verbosity: .silent)
            for epoch in 0..<2 {
                let last = history.values.mapValues { $0[epoch] }
                expectEqual(last.filter { !$0.key.hasPrefix("val_") }, whole.values, "fit in \(size)")
                let validation = last.filter { $0.key.hasPrefix("val_") }
                    .map { (String($0.key.dropFirst(4)), $0.value) }
                expectEqual(
                    Dictionary(uniqueKeysWithValues: validation), whole.values, "validation in \(size)")
            }
        }
    }

    /// `metrics` leave sample weights aside; `weightedMetrics` use them.
    @Test func onlyWeightedMetricsAreWeighted() throws {
        let (x, y) = Toy.clusters(30)
        func values(_ weights: Tensor?, isWeighted: Bool) throws -> [String: Double] {
            let metrics = Self.classMetrics()
            let model = try classifier(
                metrics: isWeighted ? [] : metrics, weighted: isWeighted ? metrics : [])
            return try model.evaluate(
                Dataset(x, y, sampleWeights: weights), batchSize: 8, verbosity: .silent
            ).metrics
        }
        let half = Tensor((0..<30).map { $0 < 15 ? Float(1) : 0 })
        let plain = try values(nil, isWeighted: false)
        expectEqual(try values(half, isWeighted: false), plain, "metrics")
        let first = try classifier(metrics: Self.classMetrics())
            .evaluate(Dataset(x, y).prefix(15), verbosity: .silent).metrics
        expectEqual(try values(half, isWeighted: true), first, "weightedMetrics")
        #expect(abs((plain["auc"] ?? 0) - (first["auc"] ?? 0)) > 1e-4)
    }

    /// Names in the history are Keras's, and a metric of several numbers gives several.
    @Test func namesAreKeras() throws {
        let model = try classifier(metrics: [.f1Score(average: .none), .topKAccuracy(k: 2), .auc, .recall])
        let history = try model.fit(Toy.dataset(12), verbosity: .silent)
        #expect(
            history.names == [
                "auc", "f1_score_0", "f1_score_1", "f1_score_2", "loss", "recall", "top_k_accuracy",
            ])
    }

    /// A small spread around a large mean keeps its digits.
    @Test func variancesFarFromZero() throws {
        let model = try Runtime.$engine.withValue(TestEngine.current) {
            let model = Sequential { Activation(.linear, inputShape: [1]) }
            try model.compile(
                optimizer: .sgd(), loss: .meanSquaredError, metrics: [.r2Score, .pearsonCorrelation])
            return model
        }
        var stream = RandomStream(seed: 1)
        let count = 4000
        let noise = (0..<count).map { _ in Double(stream.normal()) }
        let truth = (0..<count).map { _ in Double(stream.normal()) }
        let x = Tensor(shape: [count, 1], scalars: zip(truth, noise).map { Float(5000 + $0 + 0.5 * $1) })
        let y = Tensor(shape: [count, 1], scalars: truth.map { Float(5000 + $0) })
        let result = try model.evaluate(x, y, verbosity: .silent)
        let (a, b) = (y.doubles, x.doubles)
        let (meanA, meanB) = (a.reduce(0, +) / Double(count), b.reduce(0, +) / Double(count))
        let variationA = a.reduce(0) { $0 + ($1 - meanA) * ($1 - meanA) }
        let variationB = b.reduce(0) { $0 + ($1 - meanB) * ($1 - meanB) }
        let squared = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let product = zip(a, b).reduce(0) { $0 + ($1.0 - meanA) * ($1.1 - meanB) }
        #expect(abs((result["r2_score"] ?? 0) - (1 - squared / variationA)) < 1e-5)
        let pearson = product / (variationA * variationB).squareRoot()
        #expect(abs((result["pearson_correlation"] ?? 0) - pearson) < 1e-5)
        let constant = try model.evaluate(x, Tensor.full([count, 1], 0.1), verbosity: .silent)
        #expect(constant["r2_score"] == 0, "as Keras")
    }

    /// Counts go on past the largest number to which float32 can add 1.
    @Test func countsStayExact() throws {
        let model = try classifier(metrics: [], weighted: [.precision(topK: 1), .recall(topK: 1)])
        let x = Toy.clusters(6).x
        let predicted = try model.predict(x).argMax(axis: -1).ints
        let y = Tensor(predicted.enumerated().map { Int32($0 < 3 ? $1 : ($1 + 1) % 3) })
        // The first sample weighs as much as sixteen million others, and must not swallow them.
        let weights = Tensor([Float(33_554_432), 1, 1, 1, 1, 1])
        let many = try Dataset(x, y, sampleWeights: weights)
        let exact = (33_554_432.0 + 2) / (33_554_432 + 5)
        let result = try model.evaluate(many, batchSize: 1, verbosity: .silent)
        for name in ["precision", "recall"] {
            let value = result[name] ?? 0
            #expect(abs((1 - value) / (1 - exact) - 1) < 1e-6, "\(name): \(1 - value), \(1 - exact)")
        }
    }

    /// A loss as a metric finds the logits behind a saturated softmax, in training and in evaluation.
    @Test func lossAsMetricIsTheLoss() throws {
        let model = try classifier(metrics: [.sparseCategoricalCrossentropy])
        try model.ensureBuilt()
        try model.allParameters[0].assign(Tensor.full([4, 3], 0))
        try model.allParameters[1].assign(Tensor([Float(90), 0, -90]))
        let (x, y) = Toy.clusters(9)
        let result = try model.evaluate(x, y, verbosity: .silent)
        #expect(result.loss == 90)
        #expect(result["sparse_categorical_crossentropy"] == 90)
        let history = try model.fit(x, y, verbosity: .silent)
        #expect(history["sparse_categorical_crossentropy"] == history["loss"])
    }

    /// A batch that was left out is left out of collected rows too.
    @Test func skippedBatchesAreNotCollected() throws {
        let model = try classifier(
            metrics: [.spearmanCorrelation, .exactAUC(name: "exact"), .auc], loss: .binaryCrossentropy,
            units: 1,
            activation: .sigmoid)
        let (x, labels) = Toy.clusters(24)
        let y = Tensor(labels.floats.map { $0 > 1 ? Float(1) : 0 })
        var values = x.floats
        values[4 * 20] = .nan
        let history = try model.fit(
            Tensor(shape: x.shape, scalars: values), y, batchSize: 8, shuffle: false, verbosity: .silent,
            onNonFinite: .continue)
        let clean = try model.evaluate(Dataset(x, y).prefix(16), verbosity: .silent)
        #expect(history.skippedSteps == 1)
        for name in ["spearman_correlation", "exact", "auc"] {
            #expect(abs((history[name].first ?? 0) - (clean[name] ?? .nan)) < 1e-6, "\(name)")
        }
        // In evaluation a NaN is counted, and shows.
        let marked = try model.evaluate(Tensor(shape: x.shape, scalars: values), y, verbosity: .silent)
        for name in ["spearman_correlation", "exact", "auc"] {
            #expect(marked[name]?.isNaN == true, "\(name)")
        }
    }

    /// Labels of -1 and 1 count as those of 0 and 1.
    @Test func labelsOfEitherKind() throws {
        let (x, labels) = Toy.clusters(24)
        let zeroOne = Tensor(labels.floats.map { $0 > 1 ? Float(1) : 0 })
        let metrics: [Metric] = [
            .auc(fromLogits: true), .precision, .recall, .exactAUC(name: "exact"), .hinge,
        ]
        let model = try classifier(metrics: metrics, loss: .hinge, units: 1, activation: .linear)
        let first = try model.evaluate(x, zeroOne, verbosity: .silent)
        expectEqual(
            try model.evaluate(x, zeroOne * 2 - 1, verbosity: .silent).values, first.values, "labels",
            tolerance: 0)
        #expect(first["hinge"] == first.loss)
    }

    /// What is best for a metric is chosen by its name.
    @Test func watchedMetricsRise() throws {
        let names = [
            "auc", "precision", "recall", "f1_score", "r2_score", "pearson_correlation", "top_k_accuracy",
        ]
        for name in names {
            let (x, labels) = Toy.clusters(30)
            let isNumber = name.hasPrefix("r2") || name.hasPrefix("pearson")
            let y = isNumber ? labels.cast(to: .float32) : labels
            let model = try classifier(
                metrics: [.auc, .precision, .recall, .f1Score, .topKAccuracy(k: 2)].filter { _ in !isNumber }
                    + (isNumber ? [.r2Score, .pearsonCorrelation] : []),
                loss: isNumber ? .meanSquaredError : .sparseCategoricalCrossentropy, units: isNumber ? 1 : 3,
                activation: isNumber ? .linear : .softmax)
            model.optimizer?.learningRate = 0.02
            let stopping = EarlyStopping(monitor: name, patience: 100, restoreBestWeights: true)
            let history = try model.fit(x, y, epochs: 6, verbosity: .silent, callbacks: [stopping])
            let best = history[name].indices.max { history[name][$0] < history[name][$1] }
            #expect(
                stopping.bestEpoch == best || history[name].max() == history[name][stopping.bestEpoch ?? 0],
                "\(name)")
        }
    }
}
