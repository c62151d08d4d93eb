import Foundation

/// A rate that is multiplied by `rate` every so many steps: `initial * rate^(step / steps)`.
public struct ExponentialDecay: LearningRateSchedule, Hashable {
    /// The rate of the first step.
    public let initial: Double
    /// The number of steps after which it is `rate` times as large.
    public let steps: Int
    /// The factor.
    public let rate: Double
    /// Whether the rate falls only at multiples of `steps`.
    public let staircase: Bool

    /// Creates the schedule.
    public init(from initial: Double, steps: Int, rate: Double, staircase: Bool = false) {
        self.initial = initial
        self.steps = steps
        self.rate = rate
        self.staircase = staircase
    }

    /// The step size of a step, counted from 0.
    public func rate(atStep step: Int) -> Double {
        let progress = Double(step) / Double(steps)
        return initial * pow(rate, staircase ? progress.rounded(.down) : progress)
    }

    /// Refuses settings that cannot work.
    ///
    /// - Throws: `TrainingError.invalidArgument`.
    public func check() throws {
        try ScheduleChecks.rate(initial, "ExponentialDecay's initial rate")
        try ScheduleChecks.steps(steps, "ExponentialDecay's number of steps")
        try ScheduleChecks.rate(rate, "ExponentialDecay's factor")
    }
}

extension LearningRateSchedule where Self == ExponentialDecay {
    /// A rate that is multiplied by `rate` every so many steps: `initial * rate^(step / steps)`.
    public static func exponentialDecay(
        from initial: Double, steps: Int, rate: Double, staircase: Bool = false
    ) -> ExponentialDecay {
        ExponentialDecay(from: initial, steps: steps, rate: rate, staircase: staircase)
    }
}
