public import ThawGraph
public import ThawTensor

/// A metric that is a mean over samples: `sum(weight * value) / sum(weight)`, 0 before the first sample.
///
/// The sum carries what rounding took from it (Kahan 1965), so that it is right over millions of batches.
///
/// Subclasses override `values(target:prediction:)`; `Metric.mean(_:values:)` makes one from a closure.
open class MeanMetric: Metric {
    /// The value of each sample.
    ///
    /// ## Shapes
    /// `target` and `prediction` have the batch on axis 0. The result is `[n]`, or `[n, ...]`, of which
    /// the mean over the further axes is taken.
    open func values(target: SymbolicTensor, prediction: SymbolicTensor) throws -> SymbolicTensor {
        prediction
    }

    public override var stateVariables: [(name: String, shape: [Int])] {
        [("total", []), ("count", []), ("excess", [])]
    }

    /// The state after a batch whose values add up to `sum` and whose weights add up to `weight`.
    final func adding(_ sum: SymbolicTensor, weight: SymbolicTensor, to state: [SymbolicTensor]) throws
        -> [SymbolicTensor]
    {
        let exact = try sum - state[2]
        let total = try state[0] + exact
        // What the rounded total has grown by too much.
        return [total, try state[1] + weight, try (total - state[0]) - exact]
    }

    public override func updatedState(
        _ state: [SymbolicTensor], target: SymbolicTensor, prediction: SymbolicTensor,
        sampleWeights: SymbolicTensor?
    ) throws -> [SymbolicTensor] {
        var values = try values(target: target, prediction: prediction).cast(to: .float32)
        guard values.rank >= 1, values.shape[0] == prediction.shape[0] else {
            throw GraphError(
                "a mean metric gives one value per sample, shape [\(prediction.shape.first ?? 0)]; this one gave "
                    + "\(values.type). Leave axis 0 when reducing.",
                operation: name, scope: prediction.graph.scope)
        }
        if values.rank > 1 { values = try values.mean(axes: Array(1..<values.rank)) }
        guard let sampleWeights else {
            let count = values.graph.constant(Double(values.shape[0]))
            return try adding(values.sum(), weight: count, to: state)
        }
        return try adding((values * sampleWeights).sum(), weight: sampleWeights.sum(), to: state)
    }

    public override func result(of state: [Tensor]) -> Double {
        let count = state[1].item
        return count == 0 ? 0 : state[0].item / count
    }
}

/// A mean whose values a closure computes.
final class ClosureMetric: MeanMetric {
    private let settingsCheck: @Sendable () throws -> Void
    private let body: @Sendable (SymbolicTensor, SymbolicTensor) throws -> SymbolicTensor

    init(
        name: String, check: @escaping @Sendable () throws -> Void = {},
        body: @escaping @Sendable (SymbolicTensor, SymbolicTensor) throws -> SymbolicTensor
    ) {
        settingsCheck = check
        self.body = body
        super.init(name: name)
    }

    override func check() throws { try settingsCheck() }

    override func values(target: SymbolicTensor, prediction: SymbolicTensor) throws -> SymbolicTensor {
        try body(target, prediction)
    }
}

extension Metric {
    /// The mean over samples of values that a closure computes.
    ///
    /// - Parameters:
    ///   - name: the name in logs.
    ///   - values: target and prediction in, one value per sample out. It is called on the engine's thread.
    public static func mean(
        _ name: String,
        values:
            @escaping @Sendable (_ target: SymbolicTensor, _ prediction: SymbolicTensor) throws ->
            SymbolicTensor
    ) -> Metric {
        ClosureMetric(name: name, body: values)
    }
}
