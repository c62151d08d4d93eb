import Thaw

extension TransferRun {
    /// Trains a compiled model, whose frozen layers are set to a behaviour, and measures it.
    ///
    /// - Parameters:
    ///   - train: what it is trained on, and measured on in inference mode after each epoch.
    ///   - validation: what it is measured on at the end.
    ///   - followsValidation: whether it is measured on that after each epoch too.
    init(
        _ behaviour: FrozenBehaviour, of model: Model, train: Dataset, validation: Dataset, batchSize: Int,
        epochs: Int, followsValidation: Bool, verbosity: Verbosity
    ) throws {
        let start = Self.digest(of: model)
        let before = model.frozenDigest
        let unseen = UnseenValidation(validation)
        let history = try model.fit(
            train, batchSize: batchSize, epochs: epochs, validation: train, verbosity: verbosity,
            callbacks: followsValidation ? [unseen] : [])
        let after = model.frozenDigest
        func score(_ data: Dataset, _ mode: Mode) throws -> Score {
            Score(try model.evaluate(data, batchSize: batchSize, mode: mode, verbosity: .silent))
        }
        self.init(
            behaviour: behaviour, inference: try score(train, .inference),
            training: try score(train, .training), validation: try score(validation, .inference),
            validationTrainingMode: try score(validation, .training), frozenDigestBefore: before,
            frozenDigestAfter: after, startDigest: start,
            curves: LearningCurves(history, unseen: unseen.scores))
    }

    /// A digest of all weights and statistics, in order.
    private static func digest(of model: Model) -> String {
        var hasher = SHA256Hasher()
        for weight in model.weights { weight.withUnsafeBytes { hasher.update($0) } }
        return hasher.finalize()
    }
}

/// Measures a model on further images after each epoch.
private final class UnseenValidation: Callback {
    private let data: Dataset
    private(set) var scores: [Score] = []

    init(_ data: Dataset) { self.data = data }

    override func onEpochEnd(epoch: Int, logs: Logs) throws {
        guard let model else { return }
        let score = Score(try model.evaluate(data, batchSize: 256, verbosity: .silent))
        scores.append(score)
        logs["unseen_accuracy"] = score.accuracy
        logs["unseen_loss"] = score.loss
    }
}
