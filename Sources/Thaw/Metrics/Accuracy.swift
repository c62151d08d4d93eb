public import ThawGraph
import ThawTensor

/// The share of samples whose class has the highest score; targets are class indices.
///
/// ## Shapes
/// Target int32 `[n]` or `[n, 1]`, prediction `[n, classes]`. Of equal scores the first counts.
public final class SparseCategoricalAccuracy: MeanMetric {
    /// Creates the metric.
    public override init(name: String = "sparse_categorical_accuracy") { super.init(name: name) }

    public override func values(target: SymbolicTensor, prediction: SymbolicTensor) throws -> SymbolicTensor {
        let positions = Array(prediction.shape.dropLast())
        guard prediction.rank >= 2, target.type.count == positions.reduce(1, *) else {
            throw GraphError(
                "expected one class index for each of \(positions) predictions, got targets \(target.type) and "
                    + "predictions \(prediction.type).", operation: name, scope: prediction.graph.scope)
        }
        let labels = try target.cast(to: .int32).reshape(to: positions)
        return try prediction.argMax(axis: -1).equal(to: labels).cast(to: .float32)
    }
}

/// The share of samples whose highest score is where the highest target is; targets are one-hot or
/// distributions.
///
/// ## Shapes
/// Target and prediction `[n, classes]`. Of equal scores the first counts.
public final class CategoricalAccuracy: MeanMetric {
    /// Creates the metric.
    public override init(name: String = "categorical_accuracy") { super.init(name: name) }

    public override func values(target: SymbolicTensor, prediction: SymbolicTensor) throws -> SymbolicTensor {
        guard target.shape == prediction.shape, prediction.rank >= 2 else {
            throw GraphError(
                "expected targets and predictions of one shape [n, classes], got \(target.type) and "
                    + "\(prediction.type); for class indices use .sparseCategoricalAccuracy.",
                operation: name, scope: prediction.graph.scope)
        }
        return try prediction.argMax(axis: -1).equal(to: target.argMax(axis: -1)).cast(to: .float32)
    }
}

/// The share of yes-or-no predictions on the right side of a threshold: mean over the last axis of
/// `target == (prediction > threshold)`.
///
/// ## Shapes
/// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
public final class BinaryAccuracy: MeanMetric {
    /// A prediction above it counts as 1.
    public let threshold: Double

    /// Creates the metric.
    ///
    /// - Parameters:
    ///   - threshold: a prediction above it counts as 1, in `0...1`; for logits 0.
    ///   - name: the name in logs.
    public init(threshold: Double = 0.5, name: String = "binary_accuracy") {
        self.threshold = threshold
        super.init(name: name)
    }

    public override func check() throws { try SettingCheck.share(threshold, "\(name)'s threshold") }

    public override func values(target: SymbolicTensor, prediction: SymbolicTensor) throws -> SymbolicTensor {
        let target = try Loss.requireSameShape(target, prediction)
        let decision = try prediction.greater(than: threshold).cast(to: prediction.dtype)
        return try decision.equal(to: target).cast(to: .float32)
    }
}

/// The accuracy that fits the shapes, chosen as Keras does.
///
/// Predictions whose last axis is 1 get `BinaryAccuracy`; class indices (targets with one axis less, or
/// a last axis of 1) get `SparseCategoricalAccuracy`; anything else gets `CategoricalAccuracy`.
public final class Accuracy: MeanMetric {
    /// Creates the metric.
    public override init(name: String = "accuracy") { super.init(name: name) }

    public override func values(target: SymbolicTensor, prediction: SymbolicTensor) throws -> SymbolicTensor {
        let metric: MeanMetric
        if prediction.rank < 2 || prediction.shape.last == 1 {
            metric = BinaryAccuracy(name: name)
        } else if target.rank < prediction.rank || target.shape.last == 1 {
            metric = SparseCategoricalAccuracy(name: name)
        } else {
            metric = CategoricalAccuracy(name: name)
        }
        return try metric.values(target: target, prediction: prediction)
    }
}

extension Metric {
    /// The accuracy that fits the shapes: binary, categorical or sparse categorical, under the name
    /// `accuracy`.
    public static var accuracy: Metric { Accuracy() }

    /// The share of samples whose class has the highest score, for targets that are class indices.
    public static var sparseCategoricalAccuracy: Metric { SparseCategoricalAccuracy() }

    /// The share of samples whose class has the highest score, for one-hot targets.
    public static var categoricalAccuracy: Metric { CategoricalAccuracy() }

    /// The share of yes-or-no predictions on the right side of 0.5.
    public static var binaryAccuracy: Metric { BinaryAccuracy() }

    /// The share of yes-or-no predictions on the right side of a threshold.
    public static func binaryAccuracy(threshold: Double) -> Metric { BinaryAccuracy(threshold: threshold) }
}
