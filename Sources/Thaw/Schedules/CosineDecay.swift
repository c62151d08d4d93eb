import Foundation

/// A rate that falls along half a cosine (Loshchilov and Hutter 2016, "SGDR: Stochastic Gradient Descent with Warm
/// Restarts"), after a warm-up in a straight line if wanted.
///
/// Without warm-up: `initial * ((1 - alpha) * (1 + cos(pi * step / steps)) / 2 + alpha)`, and `initial * alpha` after
/// `steps`. With warm-up: from `initial` to `target` within `warmupSteps`, then the same from `target`.
public struct CosineDecay: LearningRateSchedule, Hashable {
    /// The rate of the first step.
    public let initial: Double
    /// The number of steps of the cosine.
    public let steps: Int
    /// The share of the rate that stays at the end.
    public let alpha: Double
    /// The rate that the warm-up leads to; nil for none.
    public let warmupTarget: Double?
    /// The number of steps of the warm-up.
    public let warmupSteps: Int

    /// Creates the schedule.
    public init(
        from initial: Double, steps: Int, alpha: Double = 0, warmupTarget: Double? = nil, warmupSteps: Int = 0
    ) {
        self.initial = initial
        self.steps = steps
        self.alpha = alpha
        self.warmupTarget = warmupTarget
        self.warmupSteps = warmupSteps
    }

    /// The step size of a step, counted from 0.
    public func rate(atStep step: Int) -> Double {
        guard let warmupTarget else { return decayed(initial, step) }
        if step < warmupSteps {
            return initial + (warmupTarget - initial) * Double(step) / Double(warmupSteps)
        }
        return decayed(warmupTarget, step - warmupSteps)
    }

    private func decayed(_ rate: Double, _ step: Int) -> Double {
        let progress = Double(min(step, steps)) / Double(steps)
        return rate * ((1 - alpha) * 0.5 * (1 + cos(.pi * progress)) + alpha)
    }

    /// Refuses settings that cannot work.
    ///
    /// - Throws: `TrainingError.invalidArgument`.
    public func check() throws {
        try ScheduleChecks.rate(initial, "CosineDecay's initial rate")
        try ScheduleChecks.rate(alpha, "CosineDecay's alpha")
        try ScheduleChecks.steps(steps, "CosineDecay's number of steps")
        if let warmupTarget {
            try ScheduleChecks.rate(warmupTarget, "CosineDecay's warm-up target")
            try ScheduleChecks.steps(warmupSteps, "CosineDecay's number of warm-up steps")
        }
    }
}

extension LearningRateSchedule where Self == CosineDecay {
    /// A rate that falls along half a cosine, after a warm-up if wanted.
    public static func cosineDecay(
        from initial: Double, steps: Int, alpha: Double = 0, warmupTarget: Double? = nil, warmupSteps: Int = 0
    ) -> CosineDecay {
        CosineDecay(
            from: initial, steps: steps, alpha: alpha, warmupTarget: warmupTarget, warmupSteps: warmupSteps)
    }
}
