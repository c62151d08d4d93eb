public import ThawGraph

/// Adadelta: steps as long, in the root mean square, as recent steps (Zeiler 2012, "ADADELTA: An Adaptive Learning Rate
/// Method").
///
/// `a = rho * a + (1 - rho) * g^2`, `d = g * sqrt(s + epsilon) / sqrt(a + epsilon)`, `s = rho * s + (1 - rho) * d^2`,
/// `w -= rate * d`.
///
/// Slots: `accumulated_gradient` (a), `accumulated_step` (s).
public final class Adadelta: Optimizer {
    /// The decay of both running means.
    public let rho: Double
    /// Keeps the division away from zero, and lets the first steps begin.
    public let epsilon: Double

    /// Creates the optimizer.
    ///
    /// - Parameters:
    ///   - learningRate: the step size, or a schedule of it; the paper's method has 1.
    ///   - rho: the decay of both running means, in `0..<1`.
    ///   - epsilon: keeps the division away from zero.
    ///   - name: the name for people.
    public init(
        learningRate: some LearningRateSchedule = 0.001, rho: Double = 0.95, epsilon: Double = 1e-7,
        name: String = "adadelta"
    ) {
        self.rho = rho
        self.epsilon = epsilon
        super.init(name: name, learningRate: learningRate)
    }

    public override var settings: [String: Double] { ["rho": rho, "epsilon": epsilon] }

    public override var slotNames: [String] { ["accumulated_gradient", "accumulated_step"] }

    public override func check() throws {
        try super.check()
        try checkDecay(rho, "rho")
        try checkEpsilon(epsilon)
    }

    public override func update(
        parameter: SymbolicTensor, gradient: SymbolicTensor, slots: OptimizerSlots,
        learningRate: SymbolicTensor
    ) throws -> SymbolicTensor {
        let oldSteps = try slots.read("accumulated_step")
        let gradients = try slots.read("accumulated_gradient") * rho + gradient.square() * (1 - rho)
        let step = try gradient * (oldSteps + epsilon).sqrt() / (gradients + epsilon).sqrt()
        try slots.assign("accumulated_gradient", gradients)
        try slots.assign("accumulated_step", oldSteps * rho + step.square() * (1 - rho))
        return try parameter - step * learningRate
    }
}

extension Optimizer {
    /// Adadelta (Zeiler 2012); see the class for its numbers.
    public static func adadelta(
        learningRate: some LearningRateSchedule = 0.001, rho: Double = 0.95, epsilon: Double = 1e-7
    ) -> Optimizer {
        Adadelta(learningRate: learningRate, rho: rho, epsilon: epsilon)
    }
}
