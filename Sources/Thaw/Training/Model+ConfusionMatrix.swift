public import ThawTensor

extension Model {
    /// How often samples of each class are taken for each class. Needs no `compile`; writes no state.
    ///
    /// - Parameters:
    ///   - data: inputs and one label per sample, class indices or one-hot; 0 and 1 for a model of one output. Sample
    ///     weights are used if there are any. Of mapped data the samples are computed twice, once for their labels.
    ///   - batchSize: samples per step.
    ///   - threshold: for a model of one output, above which it means class 1.
    ///   - classNames: one name per class; the indices by default.
    /// - Throws: `TrainingError` for data without labels or with labels that are no class, and as `predict`.
    public func confusionMatrix(
        _ data: Dataset, batchSize: Int = 32, threshold: Double = 0.5, classNames: [String]? = nil
    ) throws -> ConfusionMatrix {
        let predictions = try predict(data, batchSize: batchSize)
        var targets = data.targets
        if data.isMapped {
            let samples = try (0..<data.count).map { try data.sample(at: $0, seed: seed) }
            targets =
                samples.allSatisfy { $0.targets.count == 1 } ? [.stack(samples.map { $0.targets[0] })] : []
        }
        guard targets.count == 1 else {
            throw TrainingError.invalidArgument(
                "confusionMatrix: the data has \(targets.count) targets for each sample; expected one, the label. Make "
                    + "the data set with Dataset(x, y).")
        }
        return try ConfusionMatrix(
            labels: targets[0], predictions: predictions, threshold: threshold,
            sampleWeights: data.sampleWeights,
            classNames: classNames)
    }

    /// How often samples of each class are taken for each class; see `confusionMatrix(_:batchSize:threshold:classNames:)`
    /// for a data set.
    public func confusionMatrix(
        _ x: Tensor, _ y: Tensor, batchSize: Int = 32, threshold: Double = 0.5, classNames: [String]? = nil
    ) throws -> ConfusionMatrix {
        try confusionMatrix(
            Dataset(x, y), batchSize: batchSize, threshold: threshold, classNames: classNames)
    }
}
