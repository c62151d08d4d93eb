import ThawEngine
public import ThawGraph
public import ThawTensor

/// A number that tells how good predictions are, gathered over many batches.
///
/// A metric is a recipe: the shapes of its state, an update written in graph operations, and a result
/// computed on the host. The state itself lives in variables of the engine, one set for training and
/// one for evaluation, so the same metric object may serve both at the same time.
///
/// For one of your own, subclass what fits:
///
/// | class | for |
/// |---|---|
/// | `MeanMetric` | a mean over samples; `Metric.mean(_:values:)` makes one from a closure |
/// | `SumMetric` | what follows from sums over all samples, such as counts of hits and misses |
/// | `CollectingMetric` | what needs all samples at once, such as a rank correlation |
/// | `Metric` | any other state |
open class Metric {
    /// The name under which results appear, for example `accuracy`.
    public let name: String

    /// Creates a metric.
    ///
    /// - Parameter name: the name in logs, unique among a model's metrics.
    public init(name: String) {
        self.name = name
    }

    /// Checks the settings; `compile` calls it.
    ///
    /// - Throws: `TrainingError.invalidArgument` that says which is out of range.
    open func check() throws {}

    /// Names and shapes of the state, float32, zero at the start of each epoch and evaluation.
    open var stateVariables: [(name: String, shape: [Int])] { [] }

    /// Names and shapes of a state that depends on what is measured, for example on the number of classes; the same
    /// for every size of batch. Where this is not overridden it is `stateVariables`.
    ///
    /// - Throws: if the shapes do not go with the metric.
    open func stateVariables(
        target: TensorType, prediction: TensorType
    ) throws -> [(name: String, shape: [Int])] {
        stateVariables
    }

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

    /// The values that a state stands for, with the names under which they enter logs and history. A metric of
    /// several numbers overrides this; otherwise it is the one of `result(of:)`, under the metric's name.
    open func results(of state: [Tensor]) -> [(name: String, value: Double)] {
        [(name, result(of: state))]
    }

    /// What keeps the state on an engine.
    func makeAccumulator(on engine: any Engine) -> MetricAccumulator {
        MetricAccumulator(self, engine: engine)
    }
}
