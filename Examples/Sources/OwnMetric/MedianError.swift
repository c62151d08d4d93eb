import Thaw

/// The median of `|target - prediction|` over all samples, which no sum gives: rows are kept until it is asked for.
final class MedianError: CollectingMetric {
    override init(name: String = "median_error") { super.init(name: name) }

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
