/// What `fit` does at a step whose loss or gradients are not finite. In every case the step's update is
/// left out, so the weights stay as they were before it.
public enum NonFinitePolicy: Sendable, Hashable {
    /// Throws `TrainingError.nonFinite`, which names the first layer that was not finite.
    case `throw`
    /// Ends training as if a callback had stopped it; `History.end` says so.
    case stop
    /// Goes on with the next batch; `History.skippedSteps` counts.
    case `continue`
}
