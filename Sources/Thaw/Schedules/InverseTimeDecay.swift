/// A rate that falls as one over time: `initial / (1 + rate * step / steps)`; with `steps` 1 the power schedule that
/// Keras's optimizers once had as `decay`.
public struct InverseTimeDecay: LearningRateSchedule, Hashable {
    /// The rate of the first step.
    public let initial: Double
    /// The unit of time, in steps.
    public let steps: Int
    /// How fast it falls.
    public let rate: Double
    /// Whether the rate falls only at multiples of `steps`.
    public let staircase: Bool

    /// Creates the schedule.
    public init(from initial: Double, steps: Int = 1, rate: Double, staircase: Bool = false) {
        self.initial = initial
        self.steps = steps
        self.rate = rate
        self.staircase = staircase
    }

    /// The step size of a step, counted from 0.
    public func rate(atStep step: Int) -> Double {
        let progress = Double(step) / Double(steps)
        return initial / (1 + rate * (staircase ? progress.rounded(.down) : progress))
    }

    /// Refuses settings that cannot work.
    ///
    /// - Throws: `TrainingError.invalidArgument`.
    public func check() throws {
        try ScheduleChecks.rate(initial, "InverseTimeDecay's initial rate")
        try ScheduleChecks.steps(steps, "InverseTimeDecay's number of steps")
        try ScheduleChecks.rate(rate, "InverseTimeDecay's rate")
    }
}

extension LearningRateSchedule where Self == InverseTimeDecay {
    /// A rate that falls as one over time: `initial / (1 + rate * step / steps)`.
    public static func inverseTimeDecay(
        from initial: Double, steps: Int = 1, rate: Double, staircase: Bool = false
    ) -> InverseTimeDecay {
        InverseTimeDecay(from: initial, steps: steps, rate: rate, staircase: staircase)
    }
}
