public import ThawGraph

/// RMSprop: steps divided by a running root mean square of the gradient (Tieleman and Hinton 2012, lecture 6e of "Neural
/// Networks for Machine Learning").
///
/// `v = rho * v + (1 - rho) * g^2`, `w -= rate * g / sqrt(v + epsilon)`. Centered, the variance takes the place of the
/// square: `a = rho * a + (1 - rho) * g` and `v - a^2` under the root. With momentum: `m = momentum * m + step; w -= m`.
///
/// Slots: `velocity` (v), `momentum` (m) if there is one, `average_gradient` (a) if centered.
public final class RMSprop: Optimizer {
    /// The decay of the running mean of squared gradients.
    public let rho: Double
    /// How much of the last step is repeated.
    public let momentum: Double
    /// Keeps the division away from zero.
    public let epsilon: Double
    /// Whether the gradient's variance is used instead of its square.
    public let centered: Bool
    /// Whether `epsilon` is added to the root and not under it.
    public let addsEpsilonToRoot: Bool

    /// Creates the optimizer.
    ///
    /// - Parameters:
    ///   - learningRate: the step size, or a schedule of it.
    ///   - rho: the decay of the running mean of squared gradients, in `0..<1`.
    ///   - momentum: how much of the last step is repeated, in `0...1`; 0 keeps no state for it.
    ///   - epsilon: keeps the division away from zero.
    ///   - centered: whether the gradient's variance is used instead of its square.
    ///   - addsEpsilonToRoot: whether to divide by `sqrt(v) + epsilon`, as PyTorch does, and Keras before 2.11 without momentum.
    ///     Keras 3 has no such setting, so an optimizer with it is not saved for it.
    ///   - name: the name for people.
    public init(
        learningRate: some LearningRateSchedule = 0.001, rho: Double = 0.9, momentum: Double = 0,
        epsilon: Double = 1e-7, centered: Bool = false, addsEpsilonToRoot: Bool = false,
        name: String = "rmsprop"
    ) {
        self.addsEpsilonToRoot = addsEpsilonToRoot
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered
        super.init(name: name, learningRate: learningRate)
    }

    public override var settings: [String: Double] {
        [
            "rho": rho, "momentum": momentum, "epsilon": epsilon, "centered": centered ? 1 : 0,
            "addsEpsilonToRoot": addsEpsilonToRoot ? 1 : 0,
        ]
    }

    public override var slotNames: [String] {
        ["velocity"] + (momentum > 0 ? ["momentum"] : []) + (centered ? ["average_gradient"] : [])
    }

    public override func check() throws {
        try super.check()
        try checkDecay(rho, "rho")
        try checkShare(momentum, "momentum")
        try checkEpsilon(epsilon)
    }

    public override func update(
        parameter: SymbolicTensor, gradient: SymbolicTensor, slots: OptimizerSlots,
        learningRate: SymbolicTensor
    ) throws -> SymbolicTensor {
        let velocity = try slots.read("velocity") * rho + gradient.square() * (1 - rho)
        try slots.assign("velocity", velocity)
        var variance = velocity
        if centered {
            let average = try slots.read("average_gradient") * rho + gradient * (1 - rho)
            try slots.assign("average_gradient", average)
            variance = try velocity - average.square()
        }
        let root =
            try addsEpsilonToRoot ? variance.maximum(0).sqrt() + epsilon : (variance + epsilon).sqrt()
        let step = try gradient * learningRate / root
        guard momentum > 0 else { return try parameter - step }
        let moved = try slots.read("momentum") * momentum + step
        try slots.assign("momentum", moved)
        return try parameter - moved
    }
}

extension Optimizer {
    /// RMSprop (Tieleman and Hinton 2012); see the class for its numbers.
    public static func rmsprop(
        learningRate: some LearningRateSchedule = 0.001, rho: Double = 0.9, momentum: Double = 0,
        epsilon: Double = 1e-7, centered: Bool = false, addsEpsilonToRoot: Bool = false
    ) -> Optimizer {
        RMSprop(
            learningRate: learningRate, rho: rho, momentum: momentum, epsilon: epsilon, centered: centered,
            addsEpsilonToRoot: addsEpsilonToRoot)
    }
}
