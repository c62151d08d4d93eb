import ThawFormats
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
    /// - Parameters:
    ///   - fromLogits: whether predictions are logits and not probabilities.
    ///   - labelSmoothing: the share of each label that is spread evenly over the classes, in `0...1` (Szegedy et
    ///     al., 2016); the loss is that of `categoricalCrossentropy` with one-hot targets. Keras has it there only.
    public static func sparseCategoricalCrossentropy(
        fromLogits: Bool = false, labelSmoothing: Double = 0
    ) -> Loss {
        let name = "sparse_categorical_crossentropy"
        return Loss(
            name: name, keras: labelSmoothing == 0 ? ["from_logits": .bool(fromLogits)] : nil,
            targetKind: .classIndices,
            check: { try SettingCheck.share(labelSmoothing, "\(name)'s label smoothing") }
        ) { target, prediction in
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
            let rows = try logits.reshape(to: [positions, classes])
            var values = try rows.sparseCategoricalCrossEntropy(
                labels: target.cast(to: .int32).reshape(to: [positions]))
            if labelSmoothing != 0 {
                let spread = try -rows.logSoftmax().mean(axes: [-1])
                values = try values * (1 - labelSmoothing) + spread * labelSmoothing
            }
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
        let name = "categorical_crossentropy"
        return Loss(
            name: name,
            keras: ["from_logits": .bool(fromLogits), "label_smoothing": .number(labelSmoothing)],
            check: { try SettingCheck.share(labelSmoothing, "\(name)'s label smoothing") }
        ) { target, prediction in
            let classes = Double(prediction.shape.last ?? 1)
            let target = try smoothed(
                requireSameShape(target, prediction), labelSmoothing, towards: 1 / classes)
            let logProbabilities: SymbolicTensor
            if fromLogits {
                logProbabilities = try prediction.logSoftmax()
            } else if let logits = softmaxInput(of: prediction) {
                logProbabilities = try logits.logSoftmax()
            } else {
                logProbabilities = try clipProbabilities(normalized(prediction)).log()
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
        let name = "binary_crossentropy"
        return Loss(
            name: name,
            keras: ["from_logits": .bool(fromLogits), "label_smoothing": .number(labelSmoothing)],
            targetRange: 0...1,
            check: { try SettingCheck.share(labelSmoothing, "\(name)'s label smoothing") }
        ) { target, prediction in
            let target = try smoothed(requireSameShape(target, prediction), labelSmoothing, towards: 0.5)
            let logits = fromLogits ? prediction : sigmoidInput(of: prediction)
            return try meanOfLastAxis(
                logits.map { try $0.sigmoidCrossEntropy(targets: target) }
                    ?? binaryCrossEntropy(ofProbabilities: prediction, target))
        }
    }

    /// `-(target * log p + (1 - target) * log(1 - p))`, with both probabilities clipped.
    static func binaryCrossEntropy(
        ofProbabilities prediction: SymbolicTensor, _ target: SymbolicTensor
    ) throws -> SymbolicTensor {
        // 1 - p is taken before clipping: afterwards float32 could not tell it from 1.2e-7.
        let p = try clipProbabilities(prediction)
        let q = try clipProbabilities(1 - prediction)
        return try -(target * p.log() + (1 - target) * q.log())
    }

    /// Keras's `epsilon()`: probabilities nearer to 0 or 1 are moved to this distance before a logarithm, and divisors
    /// are kept at this distance from 0.
    static let margin = 1e-7

    static func smoothed(
        _ target: SymbolicTensor, _ share: Double, towards value: Double
    ) throws -> SymbolicTensor {
        share == 0 ? target : try target * (1 - share) + share * value
    }

    static func clipProbabilities(_ p: SymbolicTensor) throws -> SymbolicTensor {
        try p.clip(margin, 1 - margin)
    }

    /// Predictions divided by their sum over the last axis.
    static func normalized(_ prediction: SymbolicTensor) throws -> SymbolicTensor {
        try prediction / prediction.sum(axes: [-1], keepingDimensions: true)
    }

    /// The mean over the last axis, unless that is the batch.
    static func meanOfLastAxis(_ values: SymbolicTensor) throws -> SymbolicTensor {
        values.rank > 1 ? try values.mean(axes: [-1]) : values
    }

    /// Logits whose softmax is `prediction`, up to clipping.
    private static func logits(ofProbabilities prediction: SymbolicTensor) throws -> SymbolicTensor {
        try softmaxInput(of: prediction) ?? clipProbabilities(prediction).log()
    }

    static func softmaxInput(of prediction: SymbolicTensor) -> SymbolicTensor? {
        prediction.operation is ThawGraph.Softmax ? prediction.inputs.first : nil
    }

    static func sigmoidInput(of prediction: SymbolicTensor) -> SymbolicTensor? {
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
