/// A rate for each stretch of steps: `values[0]` up to and including step `boundaries[0]`, then `values[1]`, and so on.
public struct PiecewiseConstantDecay: LearningRateSchedule, Hashable {
    /// The last step of each stretch but the last, rising, 0 or more.
    public let boundaries: [Int]
    /// The rates; one more than boundaries.
    public let values: [Double]

    /// Creates the schedule.
    public init(boundaries: [Int], values: [Double]) {
        self.boundaries = boundaries
        self.values = values
    }

    /// The step size of a step, counted from 0.
    public func rate(atStep step: Int) -> Double {
        let stretch = boundaries.firstIndex { step <= $0 } ?? boundaries.count
        return values.indices.contains(stretch) ? values[stretch] : values.last ?? 0
    }

    /// Refuses settings that cannot work.
    ///
    /// - Throws: `TrainingError.invalidArgument`.
    public func check() throws {
        guard values.count == boundaries.count + 1 else {
            throw TrainingError.invalidArgument(
                "PiecewiseConstantDecay has \(boundaries.count) boundaries and \(values.count) values; it needs one "
                    + "value more than boundaries.")
        }
        guard zip(boundaries, boundaries.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw TrainingError.invalidArgument(
                "PiecewiseConstantDecay's boundaries are \(boundaries); each must be larger than the one before."
            )
        }
        guard boundaries.allSatisfy({ $0 >= 0 }) else {
            throw TrainingError.invalidArgument(
                "PiecewiseConstantDecay's boundaries are \(boundaries); steps count from 0, so that none may be negative."
            )
        }
        for value in values { try ScheduleChecks.rate(value, "a value of PiecewiseConstantDecay") }
    }
}

extension LearningRateSchedule where Self == PiecewiseConstantDecay {
    /// A rate for each stretch of steps: `values[0]` up to and including step `boundaries[0]`, and so on.
    public static func piecewiseConstantDecay(boundaries: [Int], values: [Double]) -> PiecewiseConstantDecay {
        PiecewiseConstantDecay(boundaries: boundaries, values: values)
    }
}
