import Testing
import Thaw

@Suite struct LossTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let loss: String
        let arguments: [String: TrainingFixtures.Argument]
        let reduction: String
        let yTrue: TrainingFixtures.Reference
        let yPred: TrainingFixtures.Reference
        let sampleWeight: TrainingFixtures.Reference?
        let unreduced: TrainingFixtures.Reference?
        let value: Double
        let gradient: TrainingFixtures.Reference

        var testDescription: String {
            "\(loss) \(yTrue.shape) \(yPred.shape)\(sampleWeight == nil ? "" : " weighted") \(arguments)"
        }

        var keptReduction: Loss.Reduction? {
            switch reduction {
            case "sum_over_batch_size": .sumOverBatchSize
            case "sum": .sum
            case "mean_with_sample_weight": .meanWithSampleWeight
            default: nil
            }
        }

        var subject: Loss? {
            let fromLogits = arguments["from_logits"]?.isTrue ?? false
            let smoothing = arguments["label_smoothing"]?.value ?? 0
            let gamma = arguments["gamma"]?.value ?? 2
            let isBalanced = arguments["apply_class_balancing"]?.isTrue ?? false
            return switch loss {
            case "SparseCategoricalCrossentropy": .sparseCategoricalCrossentropy(fromLogits: fromLogits)
            case "CategoricalCrossentropy":
                .categoricalCrossentropy(fromLogits: fromLogits, labelSmoothing: smoothing)
            case "BinaryCrossentropy":
                .binaryCrossentropy(fromLogits: fromLogits, labelSmoothing: smoothing)
            case "MeanSquaredError": .meanSquaredError
            case "MeanAbsoluteError": .meanAbsoluteError
            case "MeanAbsolutePercentageError": .meanAbsolutePercentageError
            case "MeanSquaredLogarithmicError": .meanSquaredLogarithmicError
            case "LogCosh": .logCosh
            case "Huber": .huber(delta: arguments["delta"]?.value ?? 1)
            case "CosineSimilarity": .cosineSimilarity
            case "Poisson": .poisson
            case "Hinge": .hinge
            case "SquaredHinge": .squaredHinge
            case "CategoricalHinge": .categoricalHinge
            case "KLDivergence": .klDivergence
            case "CategoricalFocalCrossentropy":
                .categoricalFocalCrossentropy(
                    gamma: gamma, alpha: arguments["alpha"]?.value ?? 0.25, fromLogits: fromLogits,
                    labelSmoothing: smoothing)
            case "BinaryFocalCrossentropy":
                .binaryFocalCrossentropy(
                    gamma: gamma, alpha: isBalanced ? arguments["alpha"]?.value : nil,
                    fromLogits: fromLogits, labelSmoothing: smoothing)
            default: nil
            }
        }
    }

    struct File: Decodable { let cases: [Case] }

    /// The cases whose weights are one per sample.
    static func cases() throws -> [Case] {
        try TrainingFixtures.load("losses", as: File.self).cases.filter {
            ($0.sampleWeight?.shape.count ?? 1) == 1
        }
    }

    @Test(arguments: try cases()) func agreesWithKeras(_ reference: Case) throws {
        let loss = try #require(reference.subject).reduced(by: try #require(reference.keptReduction))
        let targets = loss.targetKind == .classIndices ? reference.yTrue.labels : reference.yTrue.tensor
        let graph = Graph()
        let prediction = graph.input("prediction", shape: reference.yPred.shape)
        let target = graph.input("target", shape: targets.shape, dtype: targets.dtype)
        var inputs = ["prediction": reference.yPred.tensor, "target": targets]
        var weights: SymbolicTensor?
        if let sampleWeight = reference.sampleWeight {
            weights = graph.input("weights", shape: sampleWeight.shape)
            inputs["weights"] = sampleWeight.tensor
        }
        let value = try loss.batchValue(target: target, prediction: prediction, sampleWeights: weights)
        let gradient = try #require(try graph.gradients(of: value, withRespectTo: [prediction])[0])
        graph.addOutput("value", value)
        graph.addOutput("gradient", gradient)
        let results = try TestEngine.run(graph, inputs)
        expectAgreement(results["value"]?.doubles ?? [], [reference.value], "value")
        expectAgreement(results["gradient"]?.doubles ?? [], reference.gradient.values, "gradient")
    }

    /// A loss on probabilities that come from a softmax or sigmoid uses its logits: exact where
    /// probabilities are 0 or 1.
    @Test func usesLogitsBehindProbabilities() throws {
        let graph = Graph()
        let logits = graph.input("logits", shape: [1, 2])
        let sparse = try Loss.sparseCategoricalCrossentropy.batchValue(
            target: graph.constant(Tensor(shape: [1], scalars: [Int32(1)])), prediction: logits.softmax())
        let categorical = try Loss.categoricalCrossentropy.batchValue(
            target: graph.constant(Tensor([[Float(0), 1]])), prediction: logits.softmax())
        let binary = try Loss.binaryCrossentropy.batchValue(
            target: graph.constant(Tensor([[Float(0), 1]])), prediction: logits.sigmoid())
        graph.addOutput("sparse", sparse)
        graph.addOutput("categorical", categorical)
        graph.addOutput("binary", binary)
        let results = try TestEngine.run(graph, ["logits": Tensor([[Float(200), -100]])])
        #expect(results["sparse"]?.item == 300)
        #expect(results["categorical"]?.item == 300)
        #expect(results["binary"]?.item == 150)
    }

    @Test func targetsOfOneAxisLessFit() throws {
        let graph = Graph()
        let prediction = graph.input("prediction", shape: [3, 1])
        let target = graph.input("target", shape: [3])
        graph.addOutput("value", try Loss.meanSquaredError.call(target: target, prediction: prediction))
        let results = try TestEngine.run(
            graph,
            [
                "prediction": Tensor([[Float(1)], [2], [3]]), "target": Tensor([Float(0), 0, 1]),
            ])
        #expect(results["value"]?.floats == [1, 4, 4])
    }

    @Test func customLossOverSeveralAxesIsAveragedPerSample() throws {
        let loss = Loss.custom("squares") { _, prediction in try prediction.square() }
        let graph = Graph()
        let prediction = graph.input("prediction", shape: [2, 2])
        graph.addOutput("value", try loss.call(target: prediction, prediction: prediction))
        let results = try TestEngine.run(graph, ["prediction": Tensor([[Float(1), 3], [2, 2]])])
        #expect(results["value"]?.floats == [5, 4])
    }

    @Test func shapesThatDoNotFitAreRefused() {
        let graph = Graph()
        let prediction = graph.input("prediction", shape: [4, 3])
        let labels = graph.input("labels", shape: [4], dtype: .int32)
        let error = #expect(throws: GraphError.self) {
            try Loss.categoricalCrossentropy.call(target: labels, prediction: prediction)
        }
        #expect(error?.description.contains("sparseCategoricalCrossentropy") == true)
        #expect(error?.scope == "categorical_crossentropy")
        let oneHot = graph.input("oneHot", shape: [4, 3])
        #expect(throws: GraphError.self) {
            try Loss.sparseCategoricalCrossentropy.call(target: oneHot, prediction: prediction)
        }
        #expect(throws: GraphError.self) {
            try Loss.custom("scalar") { _, prediction in try prediction.mean() }
                .call(target: oneHot, prediction: prediction)
        }
    }
}
