import Foundation

/// A rate that grows by one factor per step.
struct LearningRateRamp: LearningRateSchedule {
    let from: Double
    let to: Double
    /// The optimizer's step at which it begins.
    let firstStep: Int
    let steps: Int

    func rate(atStep step: Int) -> Double {
        // Step by step from `from`; the last is `to` itself, not almost.
        let place = min(max(step - firstStep, 0), steps - 1)
        return place == steps - 1 ? to : from * pow(to / from, Double(place) / Double(steps - 1))
    }
}

/// Records each batch's rate and loss, and stops when the loss has diverged.
final class LearningRateRecorder: Callback {
    private let divergenceFactor: Double
    private var rate = Double.nan
    private var mean = 0.0
    private var best = Double.infinity

    private(set) var rates: [Double] = []
    private(set) var losses: [Double] = []
    private(set) var end: LearningRateFinder.Result.End?

    private static let memory = 0.9
    /// How many batches there are before the mean says anything: at first it is the loss of a single one.
    private static let firstBatches = 10

    init(divergenceFactor: Double) {
        self.divergenceFactor = divergenceFactor
        super.init()
    }

    override var addedLogs: [String]? { [] }

    override func onTrainBatchBegin(batch: Int) { rate = model?.optimizer?.learningRate ?? .nan }

    override func onTrainBatchEnd(batch: Int, logs: Logs) {
        guard end == nil, let loss = logs.batchLoss else { return }
        rates.append(rate)
        losses.append(loss)
        if logs.isStepSkipped || !loss.isFinite {
            end = .nonFinite
        } else {
            // A running mean, corrected for its start at 0: the loss of one batch may be low or high by chance.
            mean = Self.memory * mean + (1 - Self.memory) * loss
            let corrected = mean / (1 - pow(Self.memory, Double(losses.count)))
            if losses.count >= Self.firstBatches {
                best = min(best, corrected)
                if corrected > best + (divergenceFactor - 1) * abs(best) { end = .diverged }
            }
        }
        if end != nil { model?.stopTraining = true }
    }
}
