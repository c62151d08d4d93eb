public import ThawGraph
public import ThawTensor

/// The square root of the mean of `(target - prediction)^2` over all samples.
///
/// ## Shapes
/// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
public final class RootMeanSquaredError: MeanMetric {
    /// Creates the metric.
    public override init(name: String = "root_mean_squared_error") { super.init(name: name) }

    public override func values(target: SymbolicTensor, prediction: SymbolicTensor) throws -> SymbolicTensor {
        try (Loss.requireSameShape(target, prediction) - prediction).square()
    }

    public override func result(of state: [Tensor]) -> Double { super.result(of: state).squareRoot() }
}
