import ThawGraph
import ThawTensor

/// Targets and weights in the shape of predictions, for metrics of yes-or-no decisions.
enum Indicators {
    /// Targets in the prediction's shape: those that have it as they are, class indices as one-hot rows.
    static func targets(
        _ target: SymbolicTensor, _ prediction: SymbolicTensor, metric: String
    ) throws -> SymbolicTensor {
        let shape = prediction.shape
        let leading = Array(shape.dropLast())
        if shape.count >= 2, let classes = shape.last, classes > 1,
            target.shape == leading || target.shape == leading + [1]
        {
            return try target.cast(to: .int32).reshape(to: leading).oneHot(depth: classes)
        }
        let fits =
            target.shape == shape || target.shape + [1] == shape || target.shape == shape + [1]
        guard fits else {
            throw GraphError(
                "expected targets of the predictions' shape \(shape) or one class index per row, got "
                    + "\(target.type). Change the targets, or the number of units of the last layer.",
                operation: metric, scope: prediction.graph.scope)
        }
        return try target.cast(to: .float32).reshape(to: shape)
    }

    /// 1 where a target is above 0, else 0: targets of -1 and 1 count as those of 0 and 1.
    static func labels(
        _ target: SymbolicTensor, _ prediction: SymbolicTensor, metric: String
    ) throws -> SymbolicTensor {
        try targets(target, prediction, metric: metric).greater(than: 0).cast(to: .float32)
    }

    /// Sample weights `[n]` as `[n, 1, ...]`, to multiply with what has the prediction's shape; 1 without weights.
    static func weights(_ sampleWeights: SymbolicTensor?, _ prediction: SymbolicTensor) throws
        -> SymbolicTensor
    {
        guard let sampleWeights else { return prediction.graph.constant(1) }
        let ones = [Int](repeating: 1, count: prediction.rank - 1)
        return try sampleWeights.reshape(to: sampleWeights.shape + ones)
    }

    /// The quotient, and 0 where there is nothing to divide by.
    static func quotient(_ part: Double, _ whole: Double) -> Double { whole == 0 ? 0 : part / whole }
}
