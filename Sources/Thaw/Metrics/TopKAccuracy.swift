public import ThawGraph
import ThawTensor

/// What the accuracies of the first k classes share.
public class TopKMetric: MeanMetric {
    /// How many classes count, from 1 to the number of classes.
    public let k: Int

    init(k: Int, name: String) {
        self.k = k
        super.init(name: name)
    }

    public override func check() throws { try SettingCheck.count(k, atLeast: 1, "\(name)'s k") }

    /// 1 for each row whose class is among the k with the highest scores. As in Keras only classes with a higher score
    /// come before it, so that equal scores share a place. A row with NaN counts as missed.
    final func hits(labels: SymbolicTensor, prediction: SymbolicTensor) throws -> SymbolicTensor {
        let classes = prediction.shape.last ?? 1
        guard k <= classes else {
            throw GraphError(
                "k is \(k), but there are \(classes) classes; choose k in 1...\(classes).", operation: name,
                scope: prediction.graph.scope)
        }
        let isLabel = try labels.oneHot(depth: classes).greater(than: 0)
        let score = try isLabel.select(prediction, 0).sum(axes: [-1], keepingDimensions: true)
        let notAbove = try prediction.lessOrEqual(to: score).cast(to: .float32).sum(axes: [-1])
        return try notAbove.greater(than: Double(classes - k)).cast(to: .float32)
    }

    /// Class indices in the shape of the prediction without its last axis.
    final func labels(ofIndices target: SymbolicTensor, prediction: SymbolicTensor) throws -> SymbolicTensor {
        let positions = Array(prediction.shape.dropLast())
        guard prediction.rank >= 2, target.type.count == positions.reduce(1, *) else {
            throw GraphError(
                "expected one class index for each of \(positions) predictions, got targets \(target.type) and "
                    + "predictions \(prediction.type).", operation: name, scope: prediction.graph.scope)
        }
        return try target.cast(to: .int32).reshape(to: positions)
    }

    /// Where one-hot targets are highest.
    final func labels(ofOneHot target: SymbolicTensor, prediction: SymbolicTensor) throws -> SymbolicTensor {
        guard target.shape == prediction.shape, prediction.rank >= 2 else {
            throw GraphError(
                "expected targets and predictions of one shape [n, classes], got \(target.type) and "
                    + "\(prediction.type); for class indices use .sparseTopKCategoricalAccuracy.",
                operation: name, scope: prediction.graph.scope)
        }
        return try target.argMax(axis: -1)
    }
}

/// The share of samples whose class is among the k with the highest scores; targets are class indices.
///
/// ## Shapes
/// Target int32 `[n]` or `[n, 1]`, prediction `[n, classes]`.
public final class SparseTopKCategoricalAccuracy: TopKMetric {
    /// Creates the metric.
    ///
    /// - Parameters:
    ///   - k: how many classes count, from 1 to the number of classes.
    ///   - name: the name in logs.
    public override init(k: Int = 5, name: String = "sparse_top_k_categorical_accuracy") {
        super.init(k: k, name: name)
    }

    public override func values(target: SymbolicTensor, prediction: SymbolicTensor) throws -> SymbolicTensor {
        try hits(labels: labels(ofIndices: target, prediction: prediction), prediction: prediction)
    }
}

/// The share of samples whose class is among the k with the highest scores; targets are one-hot or distributions.
///
/// ## Shapes
/// Target and prediction `[n, classes]`.
public final class TopKCategoricalAccuracy: TopKMetric {
    /// Creates the metric.
    ///
    /// - Parameters:
    ///   - k: how many classes count, from 1 to the number of classes.
    ///   - name: the name in logs.
    public override init(k: Int = 5, name: String = "top_k_categorical_accuracy") {
        super.init(k: k, name: name)
    }

    public override func values(target: SymbolicTensor, prediction: SymbolicTensor) throws -> SymbolicTensor {
        try hits(labels: labels(ofOneHot: target, prediction: prediction), prediction: prediction)
    }
}

/// The share of samples whose class is among the k with the highest scores, for class indices (targets with one axis
/// less, or a last axis of 1) and for one-hot targets.
///
/// ## Shapes
/// Target int32 `[n]` or `[n, 1]`, or `[n, classes]`; prediction `[n, classes]`.
public final class TopKAccuracy: TopKMetric {
    /// Creates the metric.
    ///
    /// - Parameters:
    ///   - k: how many classes count, from 1 to the number of classes.
    ///   - name: the name in logs.
    public override init(k: Int = 5, name: String = "top_k_accuracy") { super.init(k: k, name: name) }

    public override func values(target: SymbolicTensor, prediction: SymbolicTensor) throws -> SymbolicTensor {
        let isSparse = target.rank < prediction.rank || target.shape.last == 1
        return try hits(
            labels: isSparse
                ? labels(ofIndices: target, prediction: prediction)
                : labels(ofOneHot: target, prediction: prediction),
            prediction: prediction)
    }
}

extension Metric {
    /// The share of samples whose class is among the k best, for either form of targets, under the name
    /// `top_k_accuracy`.
    public static func topKAccuracy(k: Int = 5) -> Metric { TopKAccuracy(k: k) }

    /// The share of samples whose class is among the k best, for one-hot targets.
    public static func topKCategoricalAccuracy(k: Int = 5) -> Metric { TopKCategoricalAccuracy(k: k) }

    /// The share of samples whose class is among the k best, for class indices.
    public static func sparseTopKCategoricalAccuracy(k: Int = 5) -> Metric {
        SparseTopKCategoricalAccuracy(k: k)
    }
}
