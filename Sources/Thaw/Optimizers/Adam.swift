public import ThawGraph

/// Adam: steps scaled by running means of the gradient and of its square (Kingma and Ba 2014, "Adam: A
/// Method for Stochastic Optimization").
///
/// With t the number of updates of this parameter:
/// `m += (g - m)(1 - beta1)`, `v += (g^2 - v)(1 - beta2)`,
/// `w -= rate * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)`.
///
/// Keras counts one t for the whole model; here each parameter has its own, so that one unfrozen late
/// starts as gently as one trained from the beginning.
///
/// Slots: `momentum` (m), `velocity` (v).
public final class Adam: MomentOptimizer {
    /// Creates the optimizer.
    ///
    /// - Parameters:
    ///   - learningRate: the step size, or a schedule of it.
    ///   - beta1: the decay of the running mean of gradients, in `0..<1`.
    ///   - beta2: the decay of the running mean of squared gradients, in `0..<1`.
    ///   - epsilon: keeps the division away from zero.
    ///   - name: the name for people.
    public init(
        learningRate: some LearningRateSchedule = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-7,
        name: String = "adam"
    ) {
        super.init(
            name: name, learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon)
    }

    public override var slotNames: [String] { ["momentum", "velocity"] }

    public override func update(
        parameter: SymbolicTensor, gradient: SymbolicTensor, slots: OptimizerSlots,
        learningRate: SymbolicTensor
    ) throws -> SymbolicTensor {
        let graph = gradient.graph
        let t = slots.updateCount
        let correction1 = try 1 - graph.constant(beta1).pow(t)
        let correction2 = try 1 - graph.constant(beta2).pow(t)
        let rate = try learningRate * correction2.sqrt() / correction1

        let momentum = try movedMomentum(gradient, slots)
        let velocity = try movedVelocity(gradient, slots)
        // A product that is added is one instruction with the sum.
        return try parameter + momentum / (velocity.sqrt() + epsilon) * -rate
    }
}

extension Optimizer {
    /// Adam (Kingma and Ba 2014).
    ///
    /// - Parameters:
    ///   - learningRate: the step size, or a schedule of it.
    ///   - beta1: the decay of the running mean of gradients, in `0..<1`.
    ///   - beta2: the decay of the running mean of squared gradients, in `0..<1`.
    ///   - epsilon: keeps the division away from zero.
    public static func adam(
        learningRate: some LearningRateSchedule = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-7
    ) -> Optimizer {
        Adam(learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon)
    }

    /// AdamW: Adam with decoupled weight decay (Loshchilov and Hutter 2017, "Decoupled Weight Decay Regularization").
    ///
    /// - Parameters:
    ///   - learningRate: the step size, or a schedule of it.
    ///   - weightDecay: the share of each parameter that is taken off at each step, times the learning rate.
    ///   - beta1: the decay of the running mean of gradients, in `0..<1`.
    ///   - beta2: the decay of the running mean of squared gradients, in `0..<1`.
    ///   - epsilon: keeps the division away from zero.
    ///   - exclusions: parameters whose path contains one of these do not decay.
    public static func adamW(
        learningRate: some LearningRateSchedule = 0.001, weightDecay: Double = 0.004, beta1: Double = 0.9,
        beta2: Double = 0.999, epsilon: Double = 1e-7, except exclusions: [String] = []
    ) -> Optimizer {
        Adam(learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, name: "adamw")
            .decaying(weightDecay, except: exclusions)
    }
}
