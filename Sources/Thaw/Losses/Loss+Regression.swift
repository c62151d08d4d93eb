import ThawGraph

extension Loss {
    /// Mean over the last axis of `(target - prediction)^2`.
    ///
    /// ## Shapes
    /// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
    public static var meanSquaredError: Loss {
        Loss(name: "mean_squared_error") { target, prediction in
            let error = try requireSameShape(target, prediction) - prediction
            let values = try error.square()
            return values.rank > 1 ? try values.mean(axes: [-1]) : values
        }
    }

    /// Mean over the last axis of `|target - prediction|`.
    ///
    /// ## Shapes
    /// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
    public static var meanAbsoluteError: Loss {
        Loss(name: "mean_absolute_error") { target, prediction in
            let error = try requireSameShape(target, prediction) - prediction
            let values = try error.abs()
            return values.rank > 1 ? try values.mean(axes: [-1]) : values
        }
    }
}
