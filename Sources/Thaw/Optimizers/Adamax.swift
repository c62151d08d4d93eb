public import ThawGraph

/// Adamax: Adam with the largest gradient, fading, in place of the mean square (Kingma and Ba 2014, section 7.1).
///
/// With t the number of updates of this parameter: `m += (g - m)(1 - beta1)`, `u = max(beta2 * u, |g|)`,
/// `w -= rate / (1 - beta1^t) * m / (u + epsilon)`.
///
/// Slots: `momentum` (m), `norm` (u).
public final class Adamax: MomentOptimizer {
    /// Creates the optimizer.
    ///
    /// - Parameters:
    ///   - learningRate: the step size, or a schedule of it.
    ///   - beta1: the decay of the running mean of gradients, in `0..<1`.
    ///   - beta2: how fast the largest gradient fades, in `0..<1`.
    ///   - epsilon: keeps the division away from zero.
    ///   - name: the name for people.
    public init(
        learningRate: some LearningRateSchedule = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-7, name: String = "adamax"
    ) {
        super.init(
            name: name, learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon)
    }

    public override var slotNames: [String] { ["momentum", "norm"] }

    public override func update(
        parameter: SymbolicTensor, gradient: SymbolicTensor, slots: OptimizerSlots,
        learningRate: SymbolicTensor
    ) throws -> SymbolicTensor {
        let correction = try 1 - gradient.graph.constant(beta1).pow(slots.updateCount)
        let momentum = try movedMomentum(gradient, slots)
        let norm = try (slots.read("norm") * beta2).maximum(gradient.abs())
        try slots.assign("norm", norm)
        return try parameter - momentum * (learningRate / correction) / (norm + epsilon)
    }
}

extension Optimizer {
    /// Adamax (Kingma and Ba 2014); see the class for its numbers.
    public static func adamax(
        learningRate: some LearningRateSchedule = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-7
    ) -> Optimizer {
        Adamax(learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon)
    }
}
