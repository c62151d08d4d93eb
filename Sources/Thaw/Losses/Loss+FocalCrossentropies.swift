import ThawFormats
import ThawGraph
import ThawTensor

extension Loss {
    /// The focal loss with Keras's settings: gamma 2, no balancing.
    public static var binaryFocalCrossentropy: Loss { binaryFocalCrossentropy() }

    /// Cross-entropy of yes-or-no predictions in which what is already right counts little: mean over the last axis of
    /// `(1 - q)^gamma * binaryCrossentropy`, where q is the probability given to the target (Lin et al., 2017).
    ///
    /// Where predictions come straight from a sigmoid, or are logits, the cross-entropy is computed from the logits;
    /// elsewhere probabilities are clipped to `[1e-7, 1 - 1e-7]`, as in Keras.
    ///
    /// ## Shapes
    /// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
    ///
    /// - Parameters:
    ///   - gamma: how fast the weight falls, 0 or more; 0 is the plain cross-entropy.
    ///   - alpha: the weight of target 1, in `0...1`, target 0 having `1 - alpha`; nil weighs both alike. Keras's
    ///     `apply_class_balancing` with its default is 0.25.
    ///   - fromLogits: whether predictions are logits and not probabilities.
    ///   - labelSmoothing: how far targets are moved towards 0.5, as a share in `0...1`.
    public static func binaryFocalCrossentropy(
        gamma: Double = 2, alpha: Double? = nil, fromLogits: Bool = false, labelSmoothing: Double = 0
    ) -> Loss {
        let name = "binary_focal_crossentropy"
        return Loss(
            name: name,
            keras: [
                "gamma": .number(gamma), "alpha": .number(alpha ?? 0.25),
                "apply_class_balancing": .bool(alpha != nil),
                "from_logits": .bool(fromLogits), "label_smoothing": .number(labelSmoothing),
            ], targetRange: 0...1,
            check: { try checkFocal(name, gamma: gamma, alpha: alpha, labelSmoothing: labelSmoothing) }
        ) { target, prediction in
            let target = try smoothed(requireSameShape(target, prediction), labelSmoothing, towards: 0.5)
            let logits = fromLogits ? prediction : sigmoidInput(of: prediction)
            let p = fromLogits ? try prediction.sigmoid() : prediction
            // The sigmoid of the negative logit is 1 - p with all its digits.
            let q = try logits.map { try (-$0).sigmoid() } ?? (1 - p)
            let entropy =
                try logits.map { try $0.sigmoidCrossEntropy(targets: target) }
                ?? binaryCrossEntropy(ofProbabilities: prediction, target)
            var values = try entropy * focus(target * q + (1 - target) * p, gamma)
            if let alpha { values = try values * (target * alpha + (1 - target) * (1 - alpha)) }
            return try meanOfLastAxis(values)
        }
    }

    /// The focal loss over classes with Keras's settings: gamma 2, alpha 0.25.
    public static var categoricalFocalCrossentropy: Loss { categoricalFocalCrossentropy() }

    /// Cross-entropy of distributions over classes in which what is already right counts little: `-sum(alpha *
    /// (1 - p)^gamma * target * log p)` (Lin et al., 2017).
    ///
    /// Where predictions come straight from a softmax, or are logits, the logarithm is computed from the logits;
    /// elsewhere predictions are divided by their sum and clipped to `[1e-7, 1 - 1e-7]`, as in Keras.
    ///
    /// ## Shapes
    /// Target and prediction `[n, classes]` (or `[n, ..., classes]`).
    ///
    /// - Parameters:
    ///   - gamma: how fast the weight falls, 0 or more.
    ///   - alpha: the weight of every class, in `0...1`.
    ///   - fromLogits: whether predictions are logits and not probabilities.
    ///   - labelSmoothing: the share of each target that is spread evenly over the classes, in `0...1`.
    public static func categoricalFocalCrossentropy(
        gamma: Double = 2, alpha: Double = 0.25, fromLogits: Bool = false, labelSmoothing: Double = 0
    ) -> Loss {
        categoricalFocal(
            gamma: gamma, fromLogits: fromLogits, labelSmoothing: labelSmoothing, keras: .number(alpha)
        ) {
            try SettingCheck.share(alpha, "\($0)'s alpha")
        } weigh: {
            try $0 * alpha
        }
    }

    /// The focal loss over classes, with a weight for each class.
    ///
    /// ## Shapes
    /// Target and prediction `[n, classes]` (or `[n, ..., classes]`).
    ///
    /// - Parameters:
    ///   - gamma: how fast the weight falls, 0 or more.
    ///   - alphas: the weight of each class, in `0...1`, one per class.
    ///   - fromLogits: whether predictions are logits and not probabilities.
    ///   - labelSmoothing: the share of each target that is spread evenly over the classes, in `0...1`.
    public static func categoricalFocalCrossentropy(
        gamma: Double = 2, alphas: [Double], fromLogits: Bool = false, labelSmoothing: Double = 0
    ) -> Loss {
        categoricalFocal(
            gamma: gamma, fromLogits: fromLogits, labelSmoothing: labelSmoothing,
            keras: .array(alphas.map(JSONValue.number))
        ) {
            for (index, alpha) in alphas.enumerated() {
                try SettingCheck.share(alpha, "\($0)'s alpha of class \(index)")
            }
        } weigh: { values in
            guard alphas.count == values.shape.last else {
                throw GraphError(
                    "expected one alpha for each of \(values.shape.last ?? 0) classes, got \(alphas.count).",
                    operation: "loss", scope: values.graph.scope)
            }
            return try values * values.graph.constant(Tensor(alphas.map { Float($0) }))
        }
    }

    private static func categoricalFocal(
        gamma: Double, fromLogits: Bool, labelSmoothing: Double, keras kerasAlpha: JSONValue,
        check: @escaping @Sendable (_ name: String) throws -> Void,
        weigh: @escaping @Sendable (SymbolicTensor) throws -> SymbolicTensor
    ) -> Loss {
        let name = "categorical_focal_crossentropy"
        return Loss(
            name: name,
            keras: [
                "gamma": .number(gamma), "alpha": kerasAlpha, "from_logits": .bool(fromLogits),
                "label_smoothing": .number(labelSmoothing),
            ], targetRange: 0...1,
            check: {
                try checkFocal(name, gamma: gamma, alpha: nil, labelSmoothing: labelSmoothing)
                try check(name)
            }
        ) { target, prediction in
            let classes = Double(prediction.shape.last ?? 1)
            let target = try smoothed(
                requireSameShape(target, prediction), labelSmoothing, towards: 1 / classes)
            let p: SymbolicTensor
            let logarithm: SymbolicTensor
            if let logits = fromLogits ? prediction : softmaxInput(of: prediction) {
                p = try logits.softmax()
                logarithm = try logits.logSoftmax()
            } else {
                p = try clipProbabilities(normalized(prediction))
                logarithm = try p.log()
            }
            return try -weigh(target * logarithm * focus(1 - p, gamma)).sum(axes: [-1])
        }
    }

    /// `rest^gamma`. Below 1 an exponent has no finite gradient at 0, so that the rest is kept from it.
    private static func focus(_ rest: SymbolicTensor, _ gamma: Double) throws -> SymbolicTensor {
        gamma < 1 ? try rest.maximum(margin).pow(gamma) : try rest.maximum(0).pow(gamma)
    }

    private static func checkFocal(
        _ name: String, gamma: Double, alpha: Double?, labelSmoothing: Double
    ) throws {
        try SettingCheck.notNegative(gamma, "\(name)'s gamma")
        if let alpha { try SettingCheck.share(alpha, "\(name)'s alpha") }
        try SettingCheck.share(labelSmoothing, "\(name)'s label smoothing")
    }
}
