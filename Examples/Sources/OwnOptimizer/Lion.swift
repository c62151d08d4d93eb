import Thaw

/// Lion (Chen et al., 2023, "Symbolic Discovery of Optimization Algorithms"): steps of equal size in the direction of a
/// blend of the gradient and its running mean.
///
/// `w -= rate * sign(beta1 * m + (1 - beta1) * g)`, then `m += (g - m)(1 - beta2)`.
final class Lion: Optimizer {
    let beta1: Double
    let beta2: Double

    init(learningRate: some LearningRateSchedule = 1e-4, beta1: Double = 0.9, beta2: Double = 0.99) {
        self.beta1 = beta1
        self.beta2 = beta2
        super.init(name: "lion", learningRate: learningRate)
    }

    override var settings: [String: Double] { ["beta1": beta1, "beta2": beta2] }

    override var slotNames: [String] { ["momentum"] }

    override func update(
        parameter: SymbolicTensor, gradient: SymbolicTensor, slots: OptimizerSlots,
        learningRate: SymbolicTensor
    ) throws -> SymbolicTensor {
        let momentum = try slots.read("momentum")
        try slots.assign("momentum", momentum + (gradient - momentum) * (1 - beta2))
        return try parameter - (momentum * beta1 + gradient * (1 - beta1)).sign() * learningRate
    }
}
