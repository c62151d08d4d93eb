import Foundation
import Thaw

/// The demo: trains model A, and transfers it three times from the same start, once for each behaviour.
struct DemoExperiment {
    /// The data.
    let data: DemoData
    /// How much is trained.
    let plan: DemoPlan
    /// Where random numbers start from.
    let seed: UInt64
    /// How `fit` shows its progress.
    var verbosity = Verbosity.automatic
    /// Is given lines that say what happens next.
    var announce: (String) -> Void = { _ in }

    /// Trains model A on the eight classes.
    func trainSource() throws -> (model: Sequential, result: SourceResult) {
        let count = data.sourceTrain.count
        announce("Model A: a small convolutional network, trained on \(count) images of eight classes")
        let model = DemoNetwork.source(seed: seed)
        try model.compile(
            optimizer: .sgd(learningRate: plan.sourceLearningRate, momentum: 0.9),
            loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        try model.fit(
            data.sourceTrain, batchSize: plan.batchSize, epochs: plan.sourceEpochs,
            validation: data.sourceValidation, validationBatchSize: 256, verbosity: verbosity)
        let result = SourceResult(
            images: count, epochs: plan.sourceEpochs, parameters: model.parameterCount,
            batchNormalizationLayers: model.leaves.count { $0 is BatchNormalization },
            training: Score(try model.evaluate(data.sourceTrain, batchSize: 256, verbosity: .silent)),
            validation: Score(try model.evaluate(data.sourceValidation, batchSize: 256, verbosity: .silent)))
        return (model, result)
    }

    /// Transfers model A to one setting of the target, once for each behaviour.
    ///
    /// - Throws: `DemoError.startsDiffer` should the runs not start from the same bits.
    func transfer(_ source: Sequential, to setting: TargetSetting, showsProgress: Bool) throws
        -> SettingResult
    {
        let train = try setting.apply(to: data.targetTrain)
        let validation = try setting.apply(to: data.targetValidation)
        let runs = try FrozenBehaviour.allCases.map { behaviour in
            if showsProgress {
                announce("Frozen Batch Normalization \"\(behaviour.rawValue)\" (\(behaviour.origin))")
            }
            return try run(
                behaviour, source: source, train: train, validation: validation,
                verbosity: showsProgress ? verbosity : .silent)
        }
        guard Set(runs.map(\.startDigest)).count == 1 else { throw DemoError.startsDiffer }
        return SettingResult(setting: setting, runs: runs)
    }

    private func run(
        _ behaviour: FrozenBehaviour, source: Sequential, train: Dataset, validation: Dataset,
        verbosity: Verbosity
    ) throws -> TransferRun {
        let model = try DemoNetwork.transfer(from: source, behaviour: behaviour, seed: seed)
        try model.compile(
            optimizer: .sgd(learningRate: plan.transferLearningRate), loss: .binaryCrossentropy,
            metrics: [.accuracy])
        let start = Self.digest(of: model)
        let before = model.frozenDigest
        let unseen = UnseenValidation(validation)
        let history = try model.fit(
            train, batchSize: plan.batchSize, epochs: plan.transferEpochs, validation: train,
            verbosity: verbosity, callbacks: [unseen])
        let after = model.frozenDigest
        func score(_ data: Dataset, _ mode: Mode) throws -> Score {
            Score(try model.evaluate(data, batchSize: plan.batchSize, mode: mode, verbosity: .silent))
        }
        return TransferRun(
            behaviour: behaviour, inference: try score(train, .inference),
            training: try score(train, .training),
            validation: try score(validation, .inference),
            validationTrainingMode: try score(validation, .training),
            frozenDigestBefore: before, frozenDigestAfter: after, startDigest: start,
            curves: LearningCurves(history, unseen: unseen.scores))
    }

    /// A digest of all weights and statistics, in order.
    private static func digest(of model: Sequential) -> String {
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
