import ThawGraph

/// What Adam, Adamax and Nadam share: running means with two decays, corrected by the count of updates.
public class MomentOptimizer: Optimizer {
    /// The decay of the running mean of gradients.
    public final let beta1: Double
    /// The decay of the running size of gradients: their squares' mean, or in Adamax the largest.
    public final let beta2: Double
    /// Keeps the division away from zero.
    public final let epsilon: Double

    init(
        name: String, learningRate: any LearningRateSchedule, beta1: Double, beta2: Double, epsilon: Double
    ) {
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        super.init(name: name, learningRate: learningRate)
    }

    public override var settings: [String: Double] { ["beta1": beta1, "beta2": beta2, "epsilon": epsilon] }

    public override var usesUpdateCount: Bool { true }

    public override func check() throws {
        try super.check()
        try checkDecay(beta1, "beta1")
        try checkDecay(beta2, "beta2")
        try checkEpsilon(epsilon)
    }

    /// Moves the slot `momentum`, the running mean of gradients, and returns its new value.
    final func movedMomentum(_ gradient: SymbolicTensor, _ slots: OptimizerSlots) throws -> SymbolicTensor {
        let old = try slots.read("momentum")
        let momentum = try old + (gradient - old) * (1 - beta1)
        try slots.assign("momentum", momentum)
        return momentum
    }

    /// Moves the slot `velocity`, the running mean of squared gradients, and returns its new value.
    final func movedVelocity(_ gradient: SymbolicTensor, _ slots: OptimizerSlots) throws -> SymbolicTensor {
        let old = try slots.read("velocity")
        let velocity = try old + (gradient.square() - old) * (1 - beta2)
        try slots.assign("velocity", velocity)
        return velocity
    }
}
