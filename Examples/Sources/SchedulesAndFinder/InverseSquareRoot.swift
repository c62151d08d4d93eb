import Thaw

/// Rises in a straight line, then falls with the square root of the step (Vaswani et al. 2017, "Attention Is All You
/// Need").
struct InverseSquareRoot: LearningRateSchedule {
    let peak: Double
    let warmupSteps: Int

    func rate(atStep step: Int) -> Double {
        let (time, warmup) = (Double(step + 1), Double(warmupSteps))
        return peak * min(time / warmup, (warmup / time).squareRoot())
    }
}
