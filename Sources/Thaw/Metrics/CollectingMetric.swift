import ThawEngine
public import ThawGraph

/// A metric that needs all samples at once, such as a rank correlation.
///
/// What `rows(target:prediction:sampleWeights:)` gives is kept on the host for every sample of the epoch or evaluation:
/// four bytes for each number. `result(of:)` gets it as one tensor for each tensor of rows, samples on axis 0 in the order
/// of the steps.
///
/// ```swift
/// final class MedianError: CollectingMetric {
///     override func rows(
///         target: SymbolicTensor, prediction: SymbolicTensor, sampleWeights: SymbolicTensor?
///     ) throws -> [SymbolicTensor] {
///         [try (target.reshape(to: prediction.shape) - prediction).abs()]
///     }
///
///     override func result(of rows: [Tensor]) -> Double {
///         let errors = rows[0].doubles.sorted()
///         return errors[errors.count / 2]
///     }
/// }
/// ```
open class CollectingMetric: Metric {
    /// What is kept of a batch.
    ///
    /// - Parameters:
    ///   - target: the batch's targets: int32 class indices or float32 numbers, batch on axis 0.
    ///   - prediction: what the model gave.
    ///   - sampleWeights: shape `[n]`; nil counts each sample as 1.
    /// - Returns: tensors `[n, ...]`; they are kept as float32.
    open func rows(
        target: SymbolicTensor, prediction: SymbolicTensor, sampleWeights: SymbolicTensor?
    ) throws -> [SymbolicTensor] {
        [target, prediction]
    }

    override func makeAccumulator(on engine: any Engine) -> MetricAccumulator {
        RowAccumulator(collecting: self, engine: engine)
    }
}
