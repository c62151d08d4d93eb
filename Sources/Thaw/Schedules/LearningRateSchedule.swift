/// A step size as a function of the number of steps taken.
///
/// A number is the schedule that never changes. An optimizer asks before each step:
/// `.sgd(learningRate: 0.01)`, `.sgd(learningRate: .exponentialDecay(from: 0.01, steps: 34_380, rate: 0.1))`. One of your own is a
/// type with these functions.
public protocol LearningRateSchedule: Sendable {
    /// The step size of a step.
    ///
    /// - Parameter step: the number of steps taken before it, from 0.
    func rate(atStep step: Int) -> Double

    /// Refuses settings that cannot work; `compile` asks. The default accepts everything.
    ///
    /// - Throws: `TrainingError.invalidArgument`.
    func check() throws
}

extension LearningRateSchedule {
    /// Accepts everything.
    public func check() throws {}
}

extension Double: LearningRateSchedule {
    /// The number itself.
    public func rate(atStep step: Int) -> Double { self }

    /// Refuses a negative rate, infinity and NaN.
    public func check() throws { try ScheduleChecks.rate(self, "the learning rate") }
}

/// What several schedules refuse.
enum ScheduleChecks {
    static func rate(_ value: Double, _ name: String) throws {
        guard value.isFinite, value >= 0 else {
            throw TrainingError.invalidArgument("\(name) is \(value); it must be a number of 0 or more.")
        }
    }

    static func steps(_ value: Int, _ name: String) throws {
        guard value > 0 else {
            throw TrainingError.invalidArgument("\(name) is \(value); it must be at least 1.")
        }
    }
}
