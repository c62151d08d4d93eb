import ThawGraph

extension Loss {
    /// The divergence of the prediction from the target, two distributions over the last axis: `sum(target *
    /// log(target / prediction))` (Kullback and Leibler 1951).
    ///
    /// Both are clipped to `[1e-7, 1]`, as in Keras. Where predictions come straight from a softmax, its logits are
    /// used instead, which is exact for any size of logit.
    ///
    /// ## Shapes
    /// Target and prediction `[n, classes]` (or `[n, ..., classes]`).
    public static var klDivergence: Loss {
        Loss(name: "kl_divergence", targetRange: 0...1) { target, prediction in
            let target = try requireSameShape(target, prediction).clip(margin, 1)
            let logarithm =
                try softmaxInput(of: prediction).map { try $0.logSoftmax() }
                ?? prediction.clip(margin, 1).log()
            return try (target * (target.log() - logarithm)).sum(axes: [-1])
        }
    }

    /// The negative logarithm of the likelihood of counts, up to what does not depend on the prediction: mean over
    /// the last axis of `prediction - target * log(prediction + 1e-7)`.
    ///
    /// Targets are counts, 0 or more; predictions are rates above 0, as of an `.exponential` or `.softplus`.
    ///
    /// ## Shapes
    /// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
    public static var poisson: Loss {
        Loss(name: "poisson", targetRange: 0...(.infinity)) { target, prediction in
            let target = try requireSameShape(target, prediction)
            return try meanOfLastAxis(prediction - target * (prediction + margin).log())
        }
    }
}
