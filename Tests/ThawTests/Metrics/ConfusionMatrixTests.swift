import Testing
import Thaw

@Suite struct ConfusionMatrixTests {
    @Test func countsFromIndices() throws {
        let matrix = try ConfusionMatrix(
            labels: [0, 0, 1, 2, 2, 2], predictedClasses: [0, 1, 1, 2, 0, 2], classes: 3)
        #expect(matrix.counts == [[1, 1, 0], [0, 1, 0], [1, 0, 2]])
        #expect(matrix.total == 6 && matrix.classes == 3)
        #expect(matrix.accuracy == 4.0 / 6)
        #expect(matrix.support(ofClass: 2) == 3)
        #expect(matrix.precision(ofClass: 0) == 0.5 && matrix.recall(ofClass: 0) == 0.5)
        #expect(matrix.precision(ofClass: 1) == 0.5 && matrix.recall(ofClass: 1) == 1)
        #expect(abs(matrix.f1Score(ofClass: 1) - 2.0 / 3) < 1e-12)
        #expect(matrix.shares[2] == [1.0 / 3, 0, 2.0 / 3])
        #expect(matrix.tensor.shape == [3, 3] && matrix.tensor.doubles == matrix.counts.flatMap { $0 })
    }

    @Test func classesNeverSeenAreZero() throws {
        let matrix = try ConfusionMatrix(labels: [], predictedClasses: [], classes: 2)
        #expect(matrix.accuracy == 0 && matrix.precision(ofClass: 1) == 0 && matrix.recall(ofClass: 0) == 0)
        #expect(matrix.f1Score(ofClass: 0) == 0 && matrix.shares == [[0, 0], [0, 0]])
    }

    @Test func formsOfLabelsAgree() throws {
        let predictions = Tensor([[Float(0.7), 0.2, 0.1], [0.4, 0.4, 0.2], [0.1, 0.2, 0.7]])
        let labels = Tensor([Int32(0), 1, 2])
        let first = try ConfusionMatrix(labels: labels, predictions: predictions)
        #expect(first.counts == [[1, 0, 0], [1, 0, 0], [0, 0, 1]], "of equals the first")
        #expect(try ConfusionMatrix(labels: labels.reshaped(to: [3, 1]), predictions: predictions) == first)
        #expect(try ConfusionMatrix(labels: labels.oneHot(depth: 3), predictions: predictions) == first)
        let binary = try ConfusionMatrix(
            labels: Tensor([Float(1), 0, 1]), predictions: Tensor([[Float(0.9)], [0.6], [0.4]]),
            sampleWeights: Tensor([Float(2), 1, 0.5]))
        #expect(binary.counts == [[0, 1], [0.5, 2]])
        let strict = try ConfusionMatrix(
            labels: Tensor([Float(1), 0]), predictions: Tensor([Float(0.9), 0.6]), threshold: 0.7)
        #expect(strict.counts == [[1, 0], [0, 1]])
    }

    @Test func printsATable() throws {
        let matrix = try ConfusionMatrix(
            labels: [0, 0, 1, 1], predictedClasses: [0, 1, 1, 1], classes: 2, classNames: ["cat", "dog"])
        #expect(
            matrix.description == """
                true \\ predicted  cat  dog  recall  precision
                cat                 1    1  0.5000     1.0000
                dog                 0    2  1.0000     0.6667
                accuracy 0.7500
                """)
        let weighted = try ConfusionMatrix(
            labels: [0], predictedClasses: [0], classes: 1, sampleWeights: [0.25])
        #expect(weighted.description.contains("0.25"))
    }

    @Test func ofAModel() throws {
        let model = try Toy.classifier()
        let (x, y) = Toy.clusters(60)
        try model.fit(x, y, epochs: 5, verbosity: .silent)
        let matrix = try model.confusionMatrix(x, y, batchSize: 7, classNames: ["a", "b", "c"])
        let accuracy = try #require(try model.evaluate(x, y, verbosity: .silent)["accuracy"])
        #expect(abs(matrix.accuracy - accuracy) < 1e-6)
        #expect(matrix.total == 60 && matrix.classNames == ["a", "b", "c"])
        // The labels are those that a map gives.
        let shifted = try Dataset(x, y).map { x, y in (x, Tensor(scalar: (y.item(as: Int32.self) + 1) % 3)) }
        let moved = try model.confusionMatrix(shifted)
        #expect(moved.counts[1] == matrix.counts[0] && moved.counts[0] == matrix.counts[2])
        let weights = Tensor((0..<60).map { $0 < 30 ? Float(1) : 0 })
        let half = try model.confusionMatrix(Dataset(x, y, sampleWeights: weights))
        #expect(try half == model.confusionMatrix(Dataset(x, y).prefix(30)))
    }

    @Test func badInputIsRefused() throws {
        let predictions = Tensor([[Float(0.7), 0.3], [0.4, 0.6]])
        let calls: [(() throws -> ConfusionMatrix, String)] = [
            (
                { try ConfusionMatrix(labels: [0, 2], predictedClasses: [0, 1], classes: 2) }, "sample 1 is 2"
            ),
            (
                { try ConfusionMatrix(labels: [0, 1], predictedClasses: [0, -1], classes: 2) },
                "sample 1 is -1"
            ),
            (
                { try ConfusionMatrix(labels: [0], predictedClasses: [0, 1], classes: 2) },
                "1 labels, 2 predictions"
            ),
            ({ try ConfusionMatrix(labels: [], predictedClasses: [], classes: 0) }, "at least 1"),
            (
                { try ConfusionMatrix(labels: [0], predictedClasses: [0], classes: 2, classNames: ["a"]) },
                "1 class names for 2 classes"
            ),
            (
                { try ConfusionMatrix(labels: Tensor([Float(0), 1.5]), predictions: predictions) },
                "sample 1 is 1.5"
            ),
            (
                { try ConfusionMatrix(labels: Tensor([Float(0), .nan]), predictions: predictions) },
                "sample 1 is nan"
            ),
            (
                { try ConfusionMatrix(labels: Tensor([Float(0), -1]), predictions: predictions) },
                "sample 1 is -1"
            ),
            ({ try ConfusionMatrix(labels: Tensor([Float(0)]), predictions: predictions) }, "do not go with"),
            (
                {
                    try ConfusionMatrix(
                        labels: Tensor.zeros([2]), predictions: Tensor([[Float.nan, 1], [0, 1]]))
                },
                "sample 0 is NaN"
            ),
            (
                { try ConfusionMatrix(labels: Tensor.zeros([2]), predictions: Tensor.zeros([2, 2, 2])) },
                "do not go"
            ),
        ]
        for (call, text) in calls {
            do {
                _ = try call()
                Issue.record("nothing was thrown for \(text)")
            } catch let error as TrainingError {
                #expect(error.description.contains(text), "\(error)")
            }
        }
        let model = try Toy.classifier()
        #expect(throws: TrainingError.self) { try model.confusionMatrix(Dataset(Toy.clusters(4).x)) }
    }
}
