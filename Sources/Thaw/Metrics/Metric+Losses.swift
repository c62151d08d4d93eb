import ThawGraph

extension Metric {
    /// The mean of a loss over samples, under the loss's name: every loss is a metric too.
    ///
    /// With sample weights it is `sum(weight * loss) / sum(weight)`, whatever the loss's own reduction.
    public static func loss(_ loss: Loss, name: String? = nil) -> Metric {
        LossMetric(loss, name: name ?? loss.name)
    }

    /// The mean squared error.
    public static var meanSquaredError: Metric { loss(.meanSquaredError) }

    /// The square root of the mean squared error over all samples.
    public static var rootMeanSquaredError: Metric { RootMeanSquaredError() }

    /// The mean absolute error.
    public static var meanAbsoluteError: Metric { loss(.meanAbsoluteError) }

    /// The mean error in percent of the target; see the loss.
    public static var meanAbsolutePercentageError: Metric { loss(.meanAbsolutePercentageError) }

    /// The mean squared difference of `log(1 + x)`; see the loss.
    public static var meanSquaredLogarithmicError: Metric { loss(.meanSquaredLogarithmicError) }

    /// The mean logarithm of the hyperbolic cosine of the error, under Keras's name `logcosh`.
    public static var logCosh: Metric { loss(.logCosh, name: "logcosh") }

    /// The mean Huber loss.
    public static func huber(delta: Double = 1) -> Metric { loss(.huber(delta: delta)) }

    /// The mean cosine of the angle between target and prediction along the last axis, in -1...1: 1 where they have
    /// one direction. The loss has the other sign.
    public static var cosineSimilarity: Metric {
        .mean("cosine_similarity") { try Loss.cosine(Loss.requireSameShape($0, $1), $1) }
    }

    /// The mean hinge loss.
    public static var hinge: Metric { loss(.hinge) }

    /// The mean squared hinge loss.
    public static var squaredHinge: Metric { loss(.squaredHinge) }

    /// The mean hinge loss over classes.
    public static var categoricalHinge: Metric { loss(.categoricalHinge) }

    /// The mean divergence of predicted from given distributions.
    public static var klDivergence: Metric { loss(.klDivergence) }

    /// The mean Poisson loss.
    public static var poisson: Metric { loss(.poisson) }

    /// The mean cross-entropy of yes-or-no predictions; arguments as of the loss.
    public static func binaryCrossentropy(fromLogits: Bool = false, labelSmoothing: Double = 0) -> Metric {
        loss(.binaryCrossentropy(fromLogits: fromLogits, labelSmoothing: labelSmoothing))
    }

    /// The mean cross-entropy with one-hot targets; arguments as of the loss.
    public static func categoricalCrossentropy(
        fromLogits: Bool = false, labelSmoothing: Double = 0
    ) -> Metric {
        loss(.categoricalCrossentropy(fromLogits: fromLogits, labelSmoothing: labelSmoothing))
    }

    /// The mean cross-entropy with class indices; arguments as of the loss.
    public static func sparseCategoricalCrossentropy(
        fromLogits: Bool = false, labelSmoothing: Double = 0
    ) -> Metric {
        loss(.sparseCategoricalCrossentropy(fromLogits: fromLogits, labelSmoothing: labelSmoothing))
    }

    /// The mean cross-entropy of yes-or-no predictions, from probabilities.
    public static var binaryCrossentropy: Metric { binaryCrossentropy() }

    /// The mean cross-entropy with one-hot targets, from probabilities.
    public static var categoricalCrossentropy: Metric { categoricalCrossentropy() }

    /// The mean cross-entropy with class indices, from probabilities.
    public static var sparseCategoricalCrossentropy: Metric { sparseCategoricalCrossentropy() }
}

/// The mean of a loss over samples.
final class LossMetric: MeanMetric {
    let loss: Loss

    init(_ loss: Loss, name: String) {
        self.loss = loss
        super.init(name: name)
    }

    override func check() throws { try loss.check() }

    override func values(target: SymbolicTensor, prediction: SymbolicTensor) throws -> SymbolicTensor {
        try loss.call(target: target, prediction: prediction)
    }
}
