import Testing
import Thaw

/// A loss and metrics of one's own, as in the programs `OwnLoss` and `OwnMetric` of the examples.
@Suite struct OwnMetricTests {
    private static func data() -> (x: Tensor, y: Tensor) {
        var stream = RandomStream(seed: 1)
        let inputs = (0..<500).map { _ in 2 * stream.uniform() - 1 }
        let targets = inputs.map { 3 * $0 + 0.5 * stream.normal() }
        return (Tensor(shape: [500, 1], scalars: inputs), Tensor(shape: [500, 1], scalars: targets))
    }

    private func model() -> Sequential {
        Runtime.$engine.withValue(TestEngine.current) { Sequential(seed: 42) { Dense(1, inputShape: [1]) } }
    }

    @Test(arguments: [0.1, 0.5, 0.9]) func quantileRegression(quantile: Double) throws {
        let loss = Loss.custom("quantile") { target, prediction in
            let error = try target - prediction
            return try (error * quantile).maximum(error * (quantile - 1)).mean(axes: [-1])
        }
        let (x, y) = Self.data()
        let model = model()
        try model.compile(optimizer: .adam(learningRate: 0.05), loss: loss, metrics: [.loss(loss)])
        let history = try model.fit(x, y, epochs: 40, verbosity: .silent)
        #expect(history["quantile"] == history["loss"])
        let below = zip(y.floats, try model.predict(x).floats).count { $0 < $1 }
        #expect(abs(Double(below) / 500 - quantile) < 0.05)
    }

    @Test func customLossWithARange() throws {
        let loss = Loss.custom("positive", targetRange: 0...(.infinity)) { target, prediction in
            try (target - prediction).abs()
        }
        let model = model()
        try model.compile(optimizer: .sgd(), loss: loss)
        #expect(throws: TrainingError.self) {
            try model.fit(Tensor.ones([2, 1]), Tensor([[Float(1)], [-1]]), verbosity: .silent)
        }
    }

    private final class MedianError: CollectingMetric {
        override func rows(
            target: SymbolicTensor, prediction: SymbolicTensor, sampleWeights: SymbolicTensor?
        ) throws -> [SymbolicTensor] {
            [try (target.reshape(to: prediction.shape) - prediction).abs()]
        }

        override func result(of rows: [Tensor]) -> Double {
            let errors = rows[0].doubles.sorted()
            return errors[errors.count / 2]
        }
    }

    private final class WorstShare: SumMetric {
        override func terms(
            target: SymbolicTensor, prediction: SymbolicTensor, sampleWeights: SymbolicTensor?
        ) throws -> [SymbolicTensor] {
            let error = try prediction - target.reshape(to: prediction.shape)
            let isFar = try error.abs().greater(than: 1).cast(to: .float32)
            return [try isFar.sum(), try (isFar * 0 + 1).sum()]
        }

        override func results(ofSums sums: [[Double]]) -> [(name: String, value: Double)] {
            [(name, sums[0][0] / sums[1][0]), (name + "_count", sums[1][0])]
        }
    }

    private final class Largest: Metric {
        override var stateVariables: [(name: String, shape: [Int])] { [("largest", [])] }

        override func updatedState(
            _ state: [SymbolicTensor], target: SymbolicTensor, prediction: SymbolicTensor,
            sampleWeights: SymbolicTensor?
        ) throws -> [SymbolicTensor] {
            [try state[0].maximum((target - prediction).abs().max())]
        }

        override func result(of state: [Tensor]) -> Double { state[0].item }
    }

    @Test func metricsOfEveryKind() throws {
        let (x, y) = Self.data()
        let model = model()
        let within = Metric.mean("within_half") { target, prediction in
            try (target - prediction).abs().less(than: 0.5).cast(to: .float32)
        }
        try model.compile(
            optimizer: .adam(learningRate: 0.05), loss: .huber(delta: 0.5),
            metrics: [
                within, WorstShare(name: "worst"), MedianError(name: "median"), Largest(name: "largest"),
            ])
        let history = try model.fit(x, y, epochs: 3, validationSplit: 0.2, verbosity: .silent)
        #expect(history.names.count == 12)
        #expect(history["worst_count"] == [400, 400, 400] && history["val_worst_count"] == [100, 100, 100])
        let result = try model.evaluate(x, y, batchSize: 33, verbosity: .silent)
        let errors = zip(y.floats, try model.predict(x).floats).map { Double(abs($0 - $1)) }.sorted()
        #expect(abs((result["median"] ?? 0) - errors[250]) < 1e-6)
        #expect(abs((result["largest"] ?? 0) - errors[499]) < 1e-6)
        #expect(result["worst"] == Double(errors.count { $0 > 1 }) / 500)
        #expect(abs((result["within_half"] ?? 0) - Double(errors.count { $0 < 0.5 }) / 500) < 1e-6)
    }

    /// A collecting metric must keep a row per sample.
    @Test func rowsThatAreNone() throws {
        final class Wrong: CollectingMetric {
            override func rows(
                target: SymbolicTensor, prediction: SymbolicTensor, sampleWeights: SymbolicTensor?
            ) throws -> [SymbolicTensor] {
                [try prediction.sum()]
            }
        }
        let model = model()
        try model.compile(optimizer: .sgd(), loss: .meanSquaredError, metrics: [Wrong(name: "wrong")])
        let error = #expect(throws: GraphError.self) {
            try model.fit(Tensor.ones([2, 1]), Tensor.ones([2, 1]), verbosity: .silent)
        }
        #expect(error?.description.contains("one row per sample") == true)
    }
}
