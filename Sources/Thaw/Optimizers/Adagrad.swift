public import ThawGraph

/// Adagrad: steps divided by the root of the sum of all squared gradients so far (Duchi et al. 2011, "Adaptive Subgradient
/// Methods for Online Learning and Stochastic Optimization").
///
/// `a += g^2`, `w -= rate * g / sqrt(a + epsilon)`.
///
/// Slots: `accumulator` (a), `initialAccumulator` at first.
public final class Adagrad: Optimizer {
    /// What the sum starts from.
    public let initialAccumulator: Double
    /// Keeps the division away from zero.
    public let epsilon: Double

    /// Creates the optimizer.
    ///
    /// - Parameters:
    ///   - learningRate: the step size, or a schedule of it.
    ///   - initialAccumulator: what the sum of squares starts from, 0 or more.
    ///   - epsilon: keeps the division away from zero.
    ///   - name: the name for people.
    public init(
        learningRate: some LearningRateSchedule = 0.001, initialAccumulator: Double = 0.1,
        epsilon: Double = 1e-7, name: String = "adagrad"
    ) {
        self.initialAccumulator = initialAccumulator
        self.epsilon = epsilon
        super.init(name: name, learningRate: learningRate)
    }

    public override var settings: [String: Double] {
        ["initialAccumulator": initialAccumulator, "epsilon": epsilon]
    }

    public override var slotNames: [String] { ["accumulator"] }

    public override func initialValue(ofSlot name: String) -> Double {
        name == "accumulator" ? initialAccumulator : super.initialValue(ofSlot: name)
    }

    public override func check() throws {
        try super.check()
        guard initialAccumulator >= 0 else {
            throw TrainingError.invalidArgument(
                "\(name)'s initial accumulator is \(initialAccumulator); it must be 0 or more.")
        }
        try checkEpsilon(epsilon)
    }

    public override func update(
        parameter: SymbolicTensor, gradient: SymbolicTensor, slots: OptimizerSlots,
        learningRate: SymbolicTensor
    ) throws -> SymbolicTensor {
        let accumulator = try slots.read("accumulator") + gradient.square()
        try slots.assign("accumulator", accumulator)
        return try parameter - gradient * learningRate / (accumulator + epsilon).sqrt()
    }
}

extension Optimizer {
    /// Adagrad (Duchi et al. 2011); see the class for its numbers.
    public static func adagrad(
        learningRate: some LearningRateSchedule = 0.001, initialAccumulator: Double = 0.1,
        epsilon: Double = 1e-7
    ) -> Optimizer {
        Adagrad(learningRate: learningRate, initialAccumulator: initialAccumulator, epsilon: epsilon)
    }
}
