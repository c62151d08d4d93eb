import Foundation
public import ThawGraph

/// Nadam: Adam with Nesterov's look-ahead (Dozat 2016, "Incorporating Nesterov Momentum into Adam").
///
/// With t the number of updates of this parameter and `u(t) = beta1 * (1 - 0.96^(t * momentumDecay) / 2)`:
/// `m += (g - m)(1 - beta1)`, `v += (g^2 - v)(1 - beta2)`,
/// `m' = u(t+1) * m / (1 - u(1)...u(t+1)) + (1 - u(t)) * g / (1 - u(1)...u(t))`,
/// `w -= rate * m' / (sqrt(v / (1 - beta2^t)) + epsilon)`.
///
/// Slots: `momentum` (m), `velocity` (v); the number `momentum_product` (u(1)...u(t)).
public final class Nadam: MomentOptimizer {
    /// How fast the momentum u(t) grows to `beta1`: 1 in Keras 3; 0.004 in Dozat's paper, in Keras before 2.11 and in PyTorch.
    public let momentumDecay: Double

    /// Creates the optimizer.
    ///
    /// - Parameters:
    ///   - learningRate: the step size, or a schedule of it.
    ///   - beta1: the decay of the running mean of gradients, in `0..<1`.
    ///   - beta2: the decay of the running mean of squared gradients, in `0..<1`.
    ///   - epsilon: keeps the division away from zero.
    ///   - momentumDecay: how fast the momentum grows to `beta1`, 0 or more. Keras 3 has 1 and no such setting, so an
    ///     optimizer with another one is not saved for it.
    ///   - name: the name for people.
    public init(
        learningRate: some LearningRateSchedule = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-7, momentumDecay: Double = 1, name: String = "nadam"
    ) {
        self.momentumDecay = momentumDecay
        super.init(
            name: name, learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon)
    }

    public override var settings: [String: Double] {
        super.settings.merging(["momentumDecay": momentumDecay]) { $1 }
    }

    public override var slotNames: [String] { ["momentum", "velocity"] }

    public override var scalarSlotNames: [String] { ["momentum_product"] }

    public override func initialValue(ofSlot name: String) -> Double {
        name == "momentum_product" ? 1 : super.initialValue(ofSlot: name)
    }

    public override func check() throws {
        try super.check()
        guard momentumDecay >= 0, momentumDecay.isFinite else {
            throw TrainingError.invalidArgument(
                "\(name): momentumDecay must be a number of 0 or more, got \(momentumDecay).")
        }
    }

    /// `momentum_product` after so many updates, for files that do not hold it.
    func momentumProduct(afterUpdates count: Double) -> Double {
        var product = 1.0
        var t = 1.0
        while t <= count, product > 0 {
            product *= beta1 * (1 - 0.5 * Foundation.pow(0.96, t * momentumDecay))
            t += 1
        }
        return product
    }

    public override func update(
        parameter: SymbolicTensor, gradient: SymbolicTensor, slots: OptimizerSlots,
        learningRate: SymbolicTensor
    ) throws -> SymbolicTensor {
        let graph = gradient.graph
        let t = slots.updateCount
        let fading = graph.constant(Foundation.pow(0.96, momentumDecay))
        let now = try (1 - fading.pow(t) * 0.5) * beta1
        let next = try (1 - fading.pow(t + 1) * 0.5) * beta1
        let product = try slots.read("momentum_product") * now
        try slots.assign("momentum_product", product)

        let momentum = try movedMomentum(gradient, slots)
        let velocity = try movedVelocity(gradient, slots)

        // The correction of v goes into the numbers, where it costs nothing, and not into every element.
        let correction = try (1 - graph.constant(beta2).pow(t)).sqrt()
        let rate = try learningRate * correction
        let momentumShare = try rate * next / (1 - product * next)
        let gradientShare = try rate * (1 - now) / (1 - product)
        return try parameter - (momentum * momentumShare + gradient * gradientShare)
            / (velocity.sqrt() + correction * epsilon)
    }
}

extension Optimizer {
    /// Nadam (Dozat 2016); see the class for its numbers.
    public static func nadam(
        learningRate: some LearningRateSchedule = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-7, momentumDecay: Double = 1
    ) -> Optimizer {
        Nadam(
            learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
            momentumDecay: momentumDecay)
    }
}
