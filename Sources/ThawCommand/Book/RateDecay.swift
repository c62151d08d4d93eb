import Thaw

/// Lowers the learning rate after each batch.
final class RateDecay: Callback {
    private let factor: Double

    init(factor: Double) { self.factor = factor }

    override func onTrainBatchEnd(batch: Int, logs: Logs) { model?.optimizer?.learningRate *= factor }
}
