/// A rate that rises to a maximum and falls again in straight lines, and very low at the end (Smith 2018, "A Disciplined
/// Approach to Neural Network Hyper-Parameters").
///
/// Of `steps` steps the last tenth (and one) leads from `start` to `last`; half of the others lead from `start` to `maximum`,
/// half back.
public struct OneCycle: LearningRateSchedule, Hashable {
    /// The number of steps of the whole training.
    public let steps: Int
    /// The highest rate.
    public let maximum: Double
    /// The rate of the first step.
    public let start: Double
    /// The rate of the last step.
    public let last: Double
    /// How many steps lead from `start` to `last`.
    public let lastSteps: Int

    /// Creates the schedule.
    ///
    /// - Parameters:
    ///   - maximum: the highest rate.
    ///   - steps: the number of steps of the whole training.
    ///   - start: the rate of the first step; nil is a tenth of the maximum.
    ///   - last: the rate of the last step; nil is a thousandth of `start`.
    ///   - lastSteps: how many steps lead from `start` to `last`; nil is a tenth of all, and one.
    public init(
        maximum: Double, steps: Int, start: Double? = nil, last: Double? = nil, lastSteps: Int? = nil
    ) {
        self.steps = steps
        self.maximum = maximum
        self.start = start ?? maximum / 10
        self.last = last ?? self.start / 1000
        self.lastSteps = lastSteps ?? steps / 10 + 1
    }

    /// The step size of a step, counted from 0.
    public func rate(atStep step: Int) -> Double {
        let half = (steps - lastSteps) / 2
        if step < half { return Self.between(start, maximum, Double(step) / Double(half)) }
        if step < 2 * half { return Self.between(maximum, start, Double(step - half) / Double(half)) }
        return Self.between(start, last, min(1, Double(step - 2 * half) / Double(max(1, steps - 2 * half))))
    }

    private static func between(_ a: Double, _ b: Double, _ part: Double) -> Double { a + (b - a) * part }

    /// Refuses settings that cannot work.
    ///
    /// - Throws: `TrainingError.invalidArgument`.
    public func check() throws {
        try ScheduleChecks.steps(steps, "OneCycle's number of steps")
        try ScheduleChecks.rate(maximum, "OneCycle's maximum")
        try ScheduleChecks.rate(start, "OneCycle's first rate")
        try ScheduleChecks.rate(last, "OneCycle's last rate")
        guard (0...steps).contains(lastSteps) else {
            throw TrainingError.invalidArgument(
                "OneCycle's last \(lastSteps) steps do not lie within its \(steps) steps.")
        }
    }
}

extension LearningRateSchedule where Self == OneCycle {
    /// A rate that rises to a maximum and falls again, and very low at the end.
    public static func oneCycle(
        maximum: Double, steps: Int, start: Double? = nil, last: Double? = nil, lastSteps: Int? = nil
    ) -> OneCycle {
        OneCycle(maximum: maximum, steps: steps, start: start, last: last, lastSteps: lastSteps)
    }
}
