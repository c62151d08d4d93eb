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
        return try TransferRun(
            behaviour, of: model, train: train, validation: validation, batchSize: plan.batchSize,
            epochs: plan.transferEpochs, followsValidation: true, verbosity: verbosity)
    }
}
