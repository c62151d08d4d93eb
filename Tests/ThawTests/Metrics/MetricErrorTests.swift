import Testing
import Thaw

/// Settings, shapes and labels that losses and metrics refuse.
@Suite struct MetricErrorTests {
    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            Issue.record("nothing was thrown")
            return ""
        } catch {
            #expect(error is TrainingError || error is GraphError, "\(error)")
            return "\(error)"
        }
    }

    private func model(units: Int = 3) -> Sequential {
        Runtime.$engine.withValue(TestEngine.current) {
            Sequential(seed: 1) { Dense(units, activation: .sigmoid, inputShape: [4]) }
        }
    }

    /// `compile` says which setting is out of range.
    @Test func settingsOfLosses() {
        let cases: [(Loss, String)] = [
            (.huber(delta: -1), "huber's delta is -1.0; it must be a number above 0."),
            (.huber(delta: 0), "huber's delta"), (.huber(delta: .nan), "huber's delta"),
            (.huber(delta: .infinity), "huber's delta"),
            (.binaryFocalCrossentropy(gamma: -2), "binary_focal_crossentropy's gamma is -2.0"),
            (
                .binaryFocalCrossentropy(alpha: 1.5),
                "binary_focal_crossentropy's alpha is 1.5; it must lie in 0...1."
            ),
            (.binaryFocalCrossentropy(labelSmoothing: -0.1), "label smoothing"),
            (.categoricalFocalCrossentropy(gamma: .nan), "categorical_focal_crossentropy's gamma"),
            (.categoricalFocalCrossentropy(alpha: -1), "categorical_focal_crossentropy's alpha"),
            (.categoricalFocalCrossentropy(alphas: [0.5, 2, 0.1]), "alpha of class 1 is 2.0"),
            (
                .categoricalCrossentropy(labelSmoothing: 1.1),
                "categorical_crossentropy's label smoothing is 1.1"
            ),
            (.sparseCategoricalCrossentropy(labelSmoothing: -1), "sparse_categorical_crossentropy's label"),
            (.binaryCrossentropy(labelSmoothing: .nan), "binary_crossentropy's label smoothing"),
        ]
        for (loss, text) in cases {
            #expect(
                message { try model().compile(optimizer: .sgd(), loss: loss) }.contains(text), "\(loss.name)")
            let asMetric = message {
                try model().compile(optimizer: .sgd(), loss: .meanSquaredError, metrics: [.loss(loss)])
            }
            #expect(asMetric.contains(text), "\(loss.name) as a metric")
            let graph = Graph()
            let point = graph.input("x", shape: [2, 3])
            let called = message { _ = try loss.call(target: point, prediction: point) }
            #expect(called.contains(text))
        }
    }

    @Test func settingsOfMetrics() {
        let cases: [(Metric, String)] = [
            (.topKAccuracy(k: 0), "top_k_accuracy's k is 0; it must be at least 1."),
            (.topKCategoricalAccuracy(k: -3), "top_k_categorical_accuracy's k is -3"),
            (.sparseTopKCategoricalAccuracy(k: 0), "sparse_top_k_categorical_accuracy's k"),
            (.precision(threshold: 1.2), "precision's threshold is 1.2; it must lie in 0...1."),
            (.recall(threshold: -0.1), "recall's threshold"),
            (.recall(threshold: .nan), "recall's threshold"),
            (.precision(topK: 0), "precision's topK is 0"),
            (.recall(classIndex: -1), "recall's classIndex is -1"),
            (.f1Score(threshold: 0), "f1_score's threshold"),
            (.f1Score(threshold: 1.01), "f1_score's threshold"),
            (.fBetaScore(beta: 0), "fbeta_score's beta is 0.0; it must be a number above 0."),
            (.binaryAccuracy(threshold: 1.5), "binary_accuracy's threshold is 1.5; it must lie in 0...1."),
            (.auc(thresholds: 1), "auc's number of thresholds is 1; it must be at least 2."),
            (.huber(delta: -1), "huber's delta"),
        ]
        for (metric, text) in cases {
            for isWeighted in [true, false] {
                let found = message {
                    try model().compile(
                        optimizer: .sgd(), loss: .meanSquaredError, metrics: isWeighted ? [] : [metric],
                        weightedMetrics: isWeighted ? [metric] : [])
                }
                #expect(found.contains(text), "\(metric.name): \(found)")
            }
        }
    }

    /// What only the shapes show is refused before the first step, with the metric's name.
    @Test func shapesThatDoNotFit() throws {
        let x = Tensor.zeros([6, 4])
        let oneHot = Tensor.zeros([6, 3])
        let cases: [(Metric, Tensor, String)] = [
            (.topKCategoricalAccuracy(k: 4), oneHot, "k is 4, but there are 3 classes; choose k in 1...3."),
            (.precision(topK: 4), oneHot, "choose one in 1...3"),
            (.recall(classIndex: 3), oneHot, "choose one in 0...2"),
            (
                .loss(.categoricalFocalCrossentropy(alphas: [0.5, 0.5])), oneHot,
                "one alpha for each of 3 classes, got 2"
            ),
            (.sparseTopKCategoricalAccuracy(k: 2), oneHot, "one class index for each of [6]"),
        ]
        for (metric, y, text) in cases {
            let model = model()
            try model.compile(optimizer: .sgd(), loss: .meanSquaredError, metrics: [metric])
            let before = Toy.values(model)
            let found = message { try model.fit(x, y, verbosity: .silent) }
            #expect(found.contains(text) && found.contains(metric.name), "\(found)")
            #expect(Toy.areIdentical(Toy.values(model), before))
        }
        let single = model(units: 1)
        try single.compile(optimizer: .sgd(), loss: .binaryCrossentropy, metrics: [.f1Score])
        let found = message { try single.fit(x, Tensor.zeros([6]), verbosity: .silent) }
        #expect(found.contains("threshold"))

        let graph = Graph()
        let prediction = graph.input("prediction", shape: [6, 3])
        let other = graph.input("other", shape: [6, 2])
        for metric: Metric in [.auc, .exactAUC(), .precision, .f1Score, .r2Score, .spearmanCorrelation] {
            let found = message {
                if let collecting = metric as? CollectingMetric {
                    _ = try collecting.rows(target: other, prediction: prediction, sampleWeights: nil)
                } else if let sums = metric as? SumMetric {
                    _ = try sums.terms(target: other, prediction: prediction, sampleWeights: nil)
                } else {
                    let state = try metric.stateVariables(target: other.type, prediction: prediction.type)
                        .map { graph.constant(Tensor.zeros($0.shape)) }
                    _ = try metric.updatedState(
                        state, target: other, prediction: prediction, sampleWeights: nil)
                }
            }
            #expect(found.contains("[6, 3]") && found.contains("[6, 2]"), "\(metric.name): \(found)")
        }
    }

    @Test func rankCorrelationHasNoWeights() throws {
        let model = model(units: 1)
        try model.compile(optimizer: .sgd(), loss: .meanSquaredError, weightedMetrics: [.spearmanCorrelation])
        let (x, y) = (Tensor.ones([4, 4]), Tensor.ones([4, 1]))
        let found = message { try model.evaluate(x, y, sampleWeights: Tensor.ones([4]), verbosity: .silent) }
        #expect(found.contains("not of weightedMetrics"))
    }

    /// Targets that a loss is not defined for.
    @Test(arguments: [
        (Loss.hinge, Float(2)), (.squaredHinge, -1.5), (.categoricalHinge, -1), (.klDivergence, 1.5),
        (.poisson, -1),
        (.binaryFocalCrossentropy, -1), (.categoricalFocalCrossentropy, 2),
    ])
    func targetsOutsideOfTheLoss(loss: Loss, value: Float) throws {
        let model = model()
        try model.compile(optimizer: .sgd(), loss: loss)
        var targets = [Float](repeating: 1, count: 18)
        targets[13] = value
        let found = message {
            try model.fit(
                Tensor.zeros([6, 4]), Tensor(shape: [6, 3], scalars: targets), verbosity: .silent)
        }
        #expect(found.contains("the target of sample 4 is \(Double(value))") && found.contains(loss.name))
    }

    /// A model whose output changed after `compile` needs another one.
    @Test func stateOfAnotherShape() throws {
        let accumulating = try Runtime.$engine.withValue(TestEngine.current) {
            let model = Sequential(seed: 1) { Dense(3, activation: .softmax, inputShape: [4], name: "head") }
            try model.compile(
                optimizer: .sgd(), loss: .sparseCategoricalCrossentropy,
                metrics: [.f1Score, .exactAUC(name: "exact")])
            try model.evaluate(Toy.clusters(6).x, Toy.clusters(6).y, verbosity: .silent)
            return model
        }
        accumulating.add(Dense(4, activation: .softmax))
        let found = message {
            try accumulating.evaluate(Toy.clusters(6).x, Toy.clusters(6).y, verbosity: .silent)
        }
        #expect(found.contains("compile again"))
    }

    @Test func absurdNumbersOfThresholds() throws {
        for multiLabel in [false, true] {
            for thresholds in [Int.max, 1 << 40] {
                let model = Sequential { Dense(2, activation: .sigmoid, inputShape: [4]) }
                let error = #expect(throws: TrainingError.self) {
                    try model.compile(
                        optimizer: .sgd(), loss: .binaryCrossentropy,
                        metrics: [.auc(thresholds: thresholds, multiLabel: multiLabel)])
                }
                #expect(error?.description.contains("auc's number of thresholds is \(thresholds)") == true)
            }
        }
    }
}
