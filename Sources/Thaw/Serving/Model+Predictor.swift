extension Model {
    /// A snapshot of the model for serving: see `Predictor`.
    ///
    /// - Parameter maximumBatchSize: the most samples that are computed at once, 1 to 65536.
    /// - Throws: `ModelError.notBuilt` if the model has not seen the shape of its input; `TrainingError.invalidArgument` if
    ///   a part of it always runs in training mode.
    public func predictor(maximumBatchSize: Int = 64) throws -> Predictor {
        try Predictor(self, maximumBatchSize: maximumBatchSize)
    }
}

extension Layer {
    /// Whether a call inside always runs in training mode.
    var isPinnedToTraining: Bool {
        let isPinned = (self as? Model)?.topology?.calls.contains { $0.mode == .training } ?? false
        return isPinned || sublayers.contains(where: \.isPinnedToTraining)
    }
}
