public import ThawGraph

/// Gradient descent, with momentum if wanted.
///
/// Plain: `w -= rate * g`. With momentum: `m = momentum * m - rate * g; w += m`. With Nesterov's look-ahead
/// (Sutskever et al. 2013): `w += momentum * m - rate * g` with the new `m`.
///
/// Slots: `momentum`, if momentum is not 0.
public final class SGD: Optimizer {
    /// How much of the last step is repeated, in `0...1`.
    public let momentum: Double
    /// Whether the gradient's step is taken from where momentum leads.
    public let nesterov: Bool

    /// Creates the optimizer.
    ///
    /// - Parameters:
    ///   - learningRate: the step size, or a schedule of it.
    ///   - momentum: how much of the last step is repeated, in `0...1`; 0 keeps no state.
    ///   - nesterov: whether to look ahead.
    ///   - name: the name for people.
    public init(
        learningRate: some LearningRateSchedule = 0.01, momentum: Double = 0, nesterov: Bool = false,
        name: String = "SGD"
    ) {
        self.momentum = momentum
        self.nesterov = nesterov
        super.init(name: name, learningRate: learningRate)
    }

    public override var settings: [String: Double] { ["momentum": momentum, "nesterov": nesterov ? 1 : 0] }

    public override var slotNames: [String] { momentum == 0 ? [] : ["momentum"] }

    public override func check() throws {
        try super.check()
        try checkShare(momentum, "momentum")
        if nesterov, momentum == 0 {
            throw TrainingError.invalidArgument(
                "\(name) looks ahead (nesterov) but has no momentum; give it a momentum above 0.")
        }
    }

    public override func update(
        parameter: SymbolicTensor, gradient: SymbolicTensor, slots: OptimizerSlots,
        learningRate: SymbolicTensor
    ) throws -> SymbolicTensor {
        let step = try gradient * learningRate
        guard momentum != 0 else { return try parameter - step }
        let velocity = try slots.read("momentum") * momentum - step
        try slots.assign("momentum", velocity)
        return nesterov ? try parameter + velocity * momentum - step : try parameter + velocity
    }
}

extension Optimizer {
    /// Gradient descent, with momentum if wanted.
    ///
    /// - Parameters:
    ///   - learningRate: the step size, or a schedule of it.
    ///   - momentum: how much of the last step is repeated, in `0...1`.
    ///   - nesterov: whether to look ahead.
    public static func sgd(
        learningRate: some LearningRateSchedule = 0.01, momentum: Double = 0, nesterov: Bool = false
    ) -> Optimizer {
        SGD(learningRate: learningRate, momentum: momentum, nesterov: nesterov)
    }
}
