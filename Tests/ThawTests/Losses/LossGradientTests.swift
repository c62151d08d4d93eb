import Testing
import Thaw
import ThawTestSupport

/// The gradients of losses beside central differences in float64.
@Suite struct LossGradientTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let loss: Loss
        let target: [Double]
        let prediction: [Double]
    }

    private static let numbers = [0.31, -1.27, 0.83, 2.1, -0.54, 1.46]
    private static let signs = [1.0, -1, 1, -1, -1, 1]
    private static let zeroOne = [1.0, 0, 1, 0, 0, 1]
    private static let oneHot = [0.0, 1, 0, 1, 0, 0]
    private static let shares = [0.2, 0.7, 0.1, 0.55, 0.15, 0.3]
    private static let chances = [0.42, 0.13, 0.91, 0.33, 0.67, 0.78]

    /// Two samples of three numbers, away from kinks.
    static let cases = [
        Case(
            testDescription: "percentage", loss: .meanAbsolutePercentageError,
            target: [1, -2, 0.5, 3, 1.5, -1], prediction: numbers),
        Case(
            testDescription: "logarithmic", loss: .meanSquaredLogarithmicError,
            target: [1, 2, 0.5, 3, 1.5, 1], prediction: [0.3, 1.2, 0.8, 2.1, -0.4, 1.4]),
        Case(testDescription: "huber", loss: .huber, target: [0, 0, 0, 0, 0, 0], prediction: numbers),
        Case(
            testDescription: "huber 0.5", loss: .huber(delta: 0.52), target: [0, 0, 0, 0, 0, 0],
            prediction: numbers),
        Case(testDescription: "logCosh", loss: .logCosh, target: [1, 0, 0, 1, 0, 0], prediction: numbers),
        Case(testDescription: "cosine", loss: .cosineSimilarity, target: signs, prediction: numbers),
        Case(
            testDescription: "poisson", loss: .poisson, target: [1, 0, 3, 2, 5, 1], prediction: chances),
        Case(testDescription: "hinge", loss: .hinge, target: signs, prediction: numbers),
        Case(testDescription: "hinge 0 1", loss: .hinge, target: zeroOne, prediction: numbers),
        Case(testDescription: "squaredHinge", loss: .squaredHinge, target: signs, prediction: numbers),
        Case(
            testDescription: "categoricalHinge", loss: .categoricalHinge, target: oneHot, prediction: numbers),
        Case(testDescription: "kl", loss: .klDivergence, target: shares, prediction: chances),
        Case(
            testDescription: "binary focal", loss: .binaryFocalCrossentropy(alpha: 0.3), target: zeroOne,
            prediction: chances),
        Case(
            testDescription: "binary focal logits",
            loss: .binaryFocalCrossentropy(gamma: 0.5, fromLogits: true, labelSmoothing: 0.1),
            target: zeroOne,
            prediction: numbers),
        Case(
            testDescription: "focal", loss: .categoricalFocalCrossentropy, target: oneHot, prediction: chances
        ),
        Case(
            testDescription: "focal logits",
            loss: .categoricalFocalCrossentropy(gamma: 1.5, alphas: [0.2, 0.5, 0.9], fromLogits: true),
            target: oneHot, prediction: numbers),
        Case(
            testDescription: "smoothed", loss: .categoricalCrossentropy(labelSmoothing: 0.2), target: oneHot,
            prediction: chances),
    ]

    @Test(arguments: cases) func agreesWithDifferences(_ test: Case) throws {
        let targets = Tensor(shape: [2, 3], scalars: test.target.map { Float($0) })
        let check = try checkGradients(inputs: [Tensor(shape: [2, 3], scalars: test.prediction)]) {
            graph, inputs in
            try test.loss.call(target: graph.constant(targets), prediction: inputs[0])
        }
        #expect(check.count == 6)
        #expect(check.largestError < 1e-7, "\(check.worst)")
    }

    /// Smoothed class indices are smoothed one-hot targets.
    @Test(arguments: [true, false]) func smoothedClassIndices(fromLogits: Bool) throws {
        let graph = Graph()
        let prediction = graph.constant(
            Tensor(shape: [2, 3], scalars: (fromLogits ? Self.numbers : Self.shares).map { Float($0) }))
        let labels = Tensor(shape: [2], scalars: [Int32(1), 0])
        let sparse = Loss.sparseCategoricalCrossentropy(fromLogits: fromLogits, labelSmoothing: 0.3)
        let dense = Loss.categoricalCrossentropy(fromLogits: fromLogits, labelSmoothing: 0.3)
        graph.addOutput("sparse", try sparse.call(target: graph.constant(labels), prediction: prediction))
        graph.addOutput(
            "dense", try dense.call(target: graph.constant(labels.oneHot(depth: 3)), prediction: prediction))
        let results = try TestEngine.run(graph, [:])
        expectAgreement(
            results["sparse"]?.doubles ?? [], results["dense"]?.doubles ?? [1], tolerance: 1e-6, "smoothed")
    }

    /// Zero vectors have a cosine of 0 and a gradient that is a number, and so has everything at its edge.
    @Test func gradientsAtTheEdgesAreFinite() throws {
        let zero = Tensor.zeros([1, 3])
        let one = Tensor([[Float(1), 0, 0]])
        let cases: [(Loss, Tensor, Tensor)] = [
            (.cosineSimilarity, zero, zero), (.cosineSimilarity, one, zero), (.logCosh, zero, zero),
            (.binaryFocalCrossentropy(gamma: 0.5), one, one), (.binaryFocalCrossentropy(gamma: 0), one, one),
            (.categoricalFocalCrossentropy(gamma: 0.5), one, one), (.klDivergence, one, one),
            (.klDivergence, zero, one), (.poisson, one, zero), (.meanAbsolutePercentageError, zero, one),
            (.meanSquaredLogarithmicError, zero, zero), (.huber, zero, one),
            (.binaryFocalCrossentropy(fromLogits: true), one, one * 300),
            (.categoricalFocalCrossentropy(fromLogits: true), one, one * -300),
        ]
        for (loss, target, point) in cases {
            let graph = Graph()
            let prediction = graph.input("prediction", shape: [1, 3])
            let value = try loss.batchValue(target: graph.constant(target), prediction: prediction)
            graph.addOutput("value", value)
            let gradient = try #require(try graph.gradients(of: value, withRespectTo: [prediction])[0])
            graph.addOutput("gradient", gradient)
            let results = try TestEngine.run(graph, ["prediction": point])
            let all = (results["value"]?.floats ?? []) + (results["gradient"]?.floats ?? [])
            #expect(all.count == 4 && all.allSatisfy { $0.isFinite }, "\(loss.name) \(all)")
        }
    }

    /// A sum counts every position of a sample, a mean counts each sample once.
    @Test func reductionsOverPositions() throws {
        let graph = Graph()
        let zeros = graph.constant(Tensor.zeros([2, 3, 2]))
        let prediction = graph.constant(Tensor(shape: [2, 3, 2], scalars: (0..<12).map { Float($0) }))
        let weights = graph.constant(Tensor([Float(1), 3]))
        let reductions: [(Loss.Reduction, Double)] = [
            (.sumOverBatchSize, (2.5 + 3 * 8.5) / 2), (.sum, 3 * (2.5 + 3 * 8.5)),
            (.meanWithSampleWeight, (2.5 + 3 * 8.5) / 4),
        ]
        for (index, (reduction, _)) in reductions.enumerated() {
            let loss = Loss.meanAbsoluteError.reduced(by: reduction)
            graph.addOutput(
                "\(index)",
                try loss.batchValue(target: zeros, prediction: prediction, sampleWeights: weights))
        }
        let results = try TestEngine.run(graph, [:])
        for (index, (reduction, expected)) in reductions.enumerated() {
            #expect(abs((results["\(index)"]?.item ?? 0) - expected) < 1e-4, "\(reduction)")
        }
    }

    @Test func weightsThatAddUpToNothing() throws {
        let graph = Graph()
        let prediction = graph.input("prediction", shape: [2, 1])
        let value = try Loss.meanSquaredError.reduced(by: .meanWithSampleWeight).batchValue(
            target: graph.constant(Tensor.ones([2, 1])), prediction: prediction,
            sampleWeights: graph.constant(Tensor.zeros([2])))
        let gradient = try #require(try graph.gradients(of: value, withRespectTo: [prediction])[0])
        graph.addOutput("value", value)
        graph.addOutput("gradient", gradient)
        let results = try TestEngine.run(graph, ["prediction": Tensor([[Float(3)], [4]])])
        #expect(results["value"]?.item == 0)
        #expect(results["gradient"]?.floats == [0, 0])
    }
}
