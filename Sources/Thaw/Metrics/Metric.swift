public import ThawGraph
public import ThawTensor

/// A number that tells how good predictions are, gathered over many batches.
///
/// A metric is a recipe: the shapes of its state, an update written in graph operations, and a result
/// computed on the host. The state itself lives in variables of the engine, one set for training and
/// one for evaluation, so the same metric object may serve both at the same time. Most metrics are
/// means over samples and subclass `MeanMetric`.
open class Metric {
    /// The name under which results appear, for example `accuracy`.
    public let name: String

    /// Creates a metric.
    ///
    /// - Parameter name: the name in logs, unique among a model's metrics.
    public init(name: String) {
        self.name = name
    }

    /// Names and shapes of the state, float32, zero at the start of each epoch and evaluation.
    open var stateVariables: [(name: String, shape: [Int])] { [] }

    /// The state after a batch.
    ///
    /// - Parameters:
    ///   - state: the state before, one tensor per entry of `stateVariables`.
    ///   - target: the batch's targets: int32 class indices or float32 numbers, batch on axis 0.
    ///   - prediction: what the model gave.
    ///   - sampleWeights: shape `[n]`; nil counts each sample as 1.
    /// - Returns: one tensor per entry of `stateVariables`.
    open func updatedState(
        _ state: [SymbolicTensor], target: SymbolicTensor, prediction: SymbolicTensor,
        sampleWeights: SymbolicTensor?
    ) throws -> [SymbolicTensor] {
        state
    }

    /// The value that a state stands for.
    open func result(of state: [Tensor]) -> Double { 0 }
}
