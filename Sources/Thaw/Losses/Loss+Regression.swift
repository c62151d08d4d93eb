import ThawFormats
import ThawGraph

extension Loss {
    /// Mean over the last axis of `(target - prediction)^2`.
    ///
    /// ## Shapes
    /// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
    public static var meanSquaredError: Loss {
        Loss(name: "mean_squared_error") { target, prediction in
            try meanOfLastAxis(error(target, prediction).square())
        }
    }

    /// Mean over the last axis of `|target - prediction|`.
    ///
    /// ## Shapes
    /// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
    public static var meanAbsoluteError: Loss {
        Loss(name: "mean_absolute_error") { target, prediction in
            try meanOfLastAxis(error(target, prediction).abs())
        }
    }

    /// Mean over the last axis of `100 * |target - prediction| / max(|target|, 1e-7)`.
    ///
    /// Targets at or near 0 make it very large; there `meanAbsoluteError` is the better choice.
    ///
    /// ## Shapes
    /// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
    public static var meanAbsolutePercentageError: Loss {
        Loss(name: "mean_absolute_percentage_error") { target, prediction in
            let target = try requireSameShape(target, prediction)
            let share = try ((target - prediction) / target.abs().maximum(margin)).abs()
            return try meanOfLastAxis(share) * 100
        }
    }

    /// Mean over the last axis of `(log(1 + target) - log(1 + prediction))^2`.
    ///
    /// Both are raised to 1e-7 first, as in Keras: what is negative counts as 0, and a negative prediction has no
    /// gradient.
    ///
    /// ## Shapes
    /// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
    public static var meanSquaredLogarithmicError: Loss {
        Loss(name: "mean_squared_logarithmic_error") { target, prediction in
            let target = try requireSameShape(target, prediction).maximum(margin).logOnePlus()
            return try meanOfLastAxis((prediction.maximum(margin).logOnePlus() - target).square())
        }
    }

    /// The Huber loss with a delta of 1; see `huber(delta:)`.
    public static var huber: Loss { huber() }

    /// Squared for small errors, linear for large ones (Huber 1964): mean over the last axis of `error^2 / 2` where
    /// `|error| <= delta`, and of `delta * |error| - delta^2 / 2` elsewhere.
    ///
    /// ## Shapes
    /// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
    ///
    /// - Parameter delta: where the loss becomes linear, above 0.
    public static func huber(delta: Double = 1) -> Loss {
        Loss(
            name: "huber", keras: ["delta": .number(delta)],
            check: { try SettingCheck.positive(delta, "huber's delta") }
        ) {
            target, prediction in
            let error = try error(target, prediction)
            let size = try error.abs()
            return try meanOfLastAxis(
                size.lessOrEqual(to: delta).select(
                    error.square() * 0.5, size * delta - 0.5 * delta * delta))
        }
    }

    /// Mean over the last axis of `log(cosh(prediction - target))`: about `error^2 / 2` for small errors and
    /// `|error| - log 2` for large ones.
    ///
    /// ## Shapes
    /// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
    public static var logCosh: Loss {
        Loss(name: "log_cosh") { target, prediction in
            // Written in |error|, where nothing large cancels.
            let size = try error(target, prediction).abs()
            return try meanOfLastAxis(size + (size * -2).softplus() - 0.693147180559945309)
        }
    }

    /// Minus the cosine of the angle between target and prediction along the last axis: -1 where they have one
    /// direction, 0 where they are at right angles, 1 where they are opposed.
    ///
    /// A vector shorter than 1e-7 is divided by 1e-7 instead of its length, so that zeros give 0. The metric
    /// `.cosineSimilarity` has the other sign.
    ///
    /// ## Shapes
    /// Target and prediction `[n, k]` (or `[n, ..., k]`).
    public static var cosineSimilarity: Loss {
        Loss(name: "cosine_similarity") { target, prediction in
            try -cosine(requireSameShape(target, prediction), prediction)
        }
    }

    /// The cosine of the angle between two tensors along the last axis.
    static func cosine(_ left: SymbolicTensor, _ right: SymbolicTensor) throws -> SymbolicTensor {
        func direction(_ vector: SymbolicTensor) throws -> SymbolicTensor {
            let square = try vector.square().sum(axes: [-1], keepingDimensions: true)
            return try vector * square.maximum(margin * margin).reciprocalSquareRoot()
        }
        return try (direction(left) * direction(right)).sum(axes: [-1])
    }

    private static func error(
        _ target: SymbolicTensor, _ prediction: SymbolicTensor
    ) throws -> SymbolicTensor {
        try requireSameShape(target, prediction) - prediction
    }
}
