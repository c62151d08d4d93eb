import Thaw

/// The share of samples that are off by more than a limit, and the share of those off upwards: two numbers from sums
/// that are kept in the training step.
final class WorstShare: SumMetric {
    let limit: Double

    init(limit: Double, name: String = "worst_share") {
        self.limit = limit
        super.init(name: name)
    }

    override func terms(
        target: SymbolicTensor, prediction: SymbolicTensor, sampleWeights: SymbolicTensor?
    ) throws -> [SymbolicTensor] {
        let error = try prediction - target.reshape(to: prediction.shape)
        let isFar = try error.abs().greater(than: limit).cast(to: .float32)
        let isAbove = try error.greater(than: limit).cast(to: .float32)
        return [try isFar.sum(), try isAbove.sum(), try (isFar * 0 + 1).sum()]
    }

    override func results(ofSums sums: [[Double]]) -> [(name: String, value: Double)] {
        [(name, sums[0][0] / sums[2][0]), (name + "_above", sums[1][0] / sums[2][0])]
    }
}
