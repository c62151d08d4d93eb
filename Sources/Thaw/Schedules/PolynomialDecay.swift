import Foundation

/// A rate that falls to `end` within so many steps: `(initial - end) * (1 - step / steps)^power + end`.
public struct PolynomialDecay: LearningRateSchedule, Hashable {
    /// The rate of the first step.
    public let initial: Double
    /// The number of steps it takes.
    public let steps: Int
    /// The rate at the end.
    public let end: Double
    /// 1 falls in a straight line.
    public let power: Double
    /// Whether the time is stretched each time its end is reached, instead of staying at `end`.
    public let cycles: Bool

    /// Creates the schedule.
    public init(
        from initial: Double, steps: Int, to end: Double = 1e-4, power: Double = 1, cycles: Bool = false
    ) {
        self.initial = initial
        self.steps = steps
        self.end = end
        self.power = power
        self.cycles = cycles
    }

    /// The step size of a step, counted from 0.
    public func rate(atStep step: Int) -> Double {
        let progress = Double(step) / Double(steps)
        let part = cycles ? progress / max(1, progress.rounded(.up)) : min(1, progress)
        return (initial - end) * pow(1 - part, power) + end
    }

    /// Refuses settings that cannot work.
    ///
    /// - Throws: `TrainingError.invalidArgument`.
    public func check() throws {
        try ScheduleChecks.rate(initial, "PolynomialDecay's initial rate")
        try ScheduleChecks.rate(end, "PolynomialDecay's last rate")
        try ScheduleChecks.rate(power, "PolynomialDecay's power")
        try ScheduleChecks.steps(steps, "PolynomialDecay's number of steps")
    }
}

extension LearningRateSchedule where Self == PolynomialDecay {
    /// A rate that falls to `end` within so many steps: `(initial - end) * (1 - step / steps)^power + end`.
    public static func polynomialDecay(
        from initial: Double, steps: Int, to end: Double = 1e-4, power: Double = 1, cycles: Bool = false
    ) -> PolynomialDecay {
        PolynomialDecay(from: initial, steps: steps, to: end, power: power, cycles: cycles)
    }
}
