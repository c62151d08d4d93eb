import ThawGraph
import ThawTensor

extension Loss {
    /// Cross-entropy between class indices and a distribution over classes: `-log p[label]`.
    ///
    /// Predictions are probabilities. Where they come straight from a softmax, its logits are used
    /// instead, which is exact for any size of logit; elsewhere they are clipped to `[1e-7, 1 - 1e-7]`,
    /// as in Keras.
    ///
    /// ## Shapes
    /// Target int32 `[n]` or `[n, 1]` (or `[n, ...]` for predictions `[n, ..., classes]`), prediction
    /// `[n, classes]`.
    public static var sparseCategoricalCrossentropy: Loss { sparseCategoricalCrossentropy(fromLogits: false) }

    /// Cross-entropy between class indices and a distribution over classes.
    ///
    /// - Parameter fromLogits: whether predictions are logits and not probabilities.
    public static func sparseCategoricalCrossentropy(fromLogits: Bool) -> Loss {
        Loss(name: "sparse_categorical_crossentropy", targetKind: .classIndices) { target, prediction in
            let shape = prediction.shape
            guard let classes = shape.last, shape.count >= 2 else {
                throw GraphError(
                    "expected predictions [n, classes], got \(prediction.type); end the model in a layer with one "
                        + "unit per class.", operation: "loss", scope: prediction.graph.scope)
            }
            let positions = shape.dropLast().reduce(1, *)
            guard target.type.count == positions else {
                throw GraphError(
                    "expected one class index for each of \(Array(shape.dropLast())) predictions, got targets "
                        + "\(target.type); for one-hot targets use .categoricalCrossentropy.",
                    operation: "loss", scope: prediction.graph.scope)
            }
            let logits = try fromLogits ? prediction : logits(ofProbabilities: prediction)
            let values = try logits.reshape(to: [positions, classes])
                .sparseCategoricalCrossEntropy(labels: target.cast(to: .int32).reshape(to: [positions]))
            return try values.reshape(to: Array(shape.dropLast()))
        }
    }

    /// Cross-entropy between two distributions over classes: `-sum(target * log p)`.
    ///
    /// Predictions are probabilities. Where they come straight from a softmax, its logits are used
    /// instead; elsewhere they are divided by their sum and clipped to `[1e-7, 1 - 1e-7]`, as in Keras.
    ///
    /// ## Shapes
    /// Target and prediction `[n, classes]` (or `[n, ..., classes]`).
    public static var categoricalCrossentropy: Loss { categoricalCrossentropy(fromLogits: false) }

    /// Cross-entropy between two distributions over classes.
    ///
    /// - Parameters:
    ///   - fromLogits: whether predictions are logits and not probabilities.
    ///   - labelSmoothing: the share of each target that is spread evenly over the classes, in `0...1`.
    public static func categoricalCrossentropy(
        fromLogits: Bool = false, labelSmoothing: Double = 0
    ) -> Loss {
        Loss(name: "categorical_crossentropy") { target, prediction in
            let classes = Double(prediction.shape.last ?? 1)
            let target = try smoothed(
                requireSameShape(target, prediction), labelSmoothing, towards: 1 / classes)
            let logProbabilities: SymbolicTensor
            if fromLogits {
                logProbabilities = try prediction.logSoftmax()
            } else if let logits = softmaxInput(of: prediction) {
                logProbabilities = try logits.logSoftmax()
            } else {
                let normalized = try prediction / prediction.sum(axes: [-1], keepingDimensions: true)
                logProbabilities = try clipProbabilities(normalized).log()
            }
            return try -(target * logProbabilities).sum(axes: [-1])
        }
    }

    /// Cross-entropy of independent yes-or-no predictions: the mean over the last axis of
    /// `-(target * log p + (1 - target) * log(1 - p))`.
    ///
    /// Predictions are probabilities. Where they come straight from a sigmoid, its logits are used
    /// instead; elsewhere they are clipped to `[1e-7, 1 - 1e-7]`, as in Keras.
    ///
    /// ## Shapes
    /// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
    public static var binaryCrossentropy: Loss { binaryCrossentropy(fromLogits: false) }

    /// Cross-entropy of independent yes-or-no predictions.
    ///
    /// - Parameters:
    ///   - fromLogits: whether predictions are logits and not probabilities.
    ///   - labelSmoothing: how far targets are moved towards 0.5, as a share in `0...1`.
    public static func binaryCrossentropy(fromLogits: Bool = false, labelSmoothing: Double = 0) -> Loss {
        Loss(name: "binary_crossentropy", targetRange: 0...1) { target, prediction in
            let target = try smoothed(requireSameShape(target, prediction), labelSmoothing, towards: 0.5)
            let values: SymbolicTensor
            if fromLogits {
                values = try prediction.sigmoidCrossEntropy(targets: target)
            } else if let logits = sigmoidInput(of: prediction) {
                values = try logits.sigmoidCrossEntropy(targets: target)
            } else {
                // 1 - p is taken before clipping: afterwards float32 could not tell it from 1.2e-7.
                let p = try clipProbabilities(prediction)
                let q = try clipProbabilities(1 - prediction)
                values = try -(target * p.log() + (1 - target) * q.log())
            }
            return values.rank > 1 ? try values.mean(axes: [-1]) : values
        }
    }

    /// Keras's `epsilon()`: probabilities nearer to 0 or 1 are moved to this distance before a logarithm.
    private static let probabilityMargin = 1e-7

    private static func smoothed(
        _ target: SymbolicTensor, _ share: Double, towards value: Double
    ) throws -> SymbolicTensor {
        share == 0 ? target : try target * (1 - share) + share * value
    }

    private static func clipProbabilities(_ p: SymbolicTensor) throws -> SymbolicTensor {
        try p.clip(probabilityMargin, 1 - probabilityMargin)
    }

    /// Logits whose softmax is `prediction`, up to clipping.
    private static func logits(ofProbabilities prediction: SymbolicTensor) throws -> SymbolicTensor {
        try softmaxInput(of: prediction) ?? clipProbabilities(prediction).log()
    }

    private static func softmaxInput(of prediction: SymbolicTensor) -> SymbolicTensor? {
        prediction.operation is ThawGraph.Softmax ? prediction.inputs.first : nil
    }

    private static func sigmoidInput(of prediction: SymbolicTensor) -> SymbolicTensor? {
        guard let unary = prediction.operation as? Unary, unary.kind == .sigmoid else { return nil }
        return prediction.inputs.first
    }

    /// The target in the prediction's element type and shape; an axis of size 1 at the end may be
    /// missing or too many.
    static func requireSameShape(
        _ target: SymbolicTensor, _ prediction: SymbolicTensor
    ) throws -> SymbolicTensor {
        let fits =
            target.shape == prediction.shape || target.shape + [1] == prediction.shape
            || target.shape == prediction.shape + [1]
        guard fits else {
            throw GraphError(
                "expected targets of the predictions' shape \(prediction.shape), got \(target.type). Change the "
                    + "targets, or the number of units of the last layer"
                    + (target.rank < prediction.rank
                        ? "; for class indices use .sparseCategoricalCrossentropy." : "."),
                operation: "loss", scope: prediction.graph.scope)
        }
        return try target.cast(to: prediction.dtype).reshape(to: prediction.shape)
    }
}
