import ThawGraph

extension Loss {
    /// Mean over the last axis of `max(1 - target * prediction, 0)`, the loss of support vector machines (Cortes and
    /// Vapnik 1995).
    ///
    /// Targets are -1 and 1; a 0 counts as -1, so that targets of 0 and 1 do too. (Keras converts a batch only if all
    /// its targets are 0 or 1, which for data of either kind is the same.) Predictions are any numbers, as of a last
    /// layer without activation.
    ///
    /// ## Shapes
    /// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
    public static var hinge: Loss {
        Loss(name: "hinge", targetRange: -1...1) { target, prediction in
            try meanOfLastAxis(shortfall(target, prediction))
        }
    }

    /// Mean over the last axis of `max(1 - target * prediction, 0)^2`, with targets as in `hinge`.
    ///
    /// ## Shapes
    /// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
    public static var squaredHinge: Loss {
        Loss(name: "squared_hinge", targetRange: -1...1) { target, prediction in
            try meanOfLastAxis(shortfall(target, prediction).square())
        }
    }

    /// How far the score of the right class fails to lead by 1: `max(1 + wrong - right, 0)` with `right =
    /// sum(target * prediction)` and `wrong = max((1 - target) * prediction)` over the last axis (Crammer and Singer
    /// 2001, as Keras writes it).
    ///
    /// Of several equally wrong classes each has a share of the gradient.
    ///
    /// ## Shapes
    /// Target one-hot `[n, classes]` (or `[n, ..., classes]`), prediction of the same shape.
    public static var categoricalHinge: Loss {
        Loss(name: "categorical_hinge", targetRange: 0...1) { target, prediction in
            let target = try requireSameShape(target, prediction)
            let right = try (target * prediction).sum(axes: [-1])
            let wrong = try ((1 - target) * prediction).max(axes: [-1])
            return try (wrong - right + 1).maximum(0)
        }
    }

    private static func shortfall(
        _ target: SymbolicTensor, _ prediction: SymbolicTensor
    ) throws -> SymbolicTensor {
        let given = try requireSameShape(target, prediction)
        let sign = try given.equal(to: 0).select(-1, given)
        return try (1 - sign * prediction).maximum(0)
    }
}
