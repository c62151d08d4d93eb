import Thaw

/// A classifier on a pretrained network, and its training in two phases.
final class FinetuneTraining {
    let model: Sequential
    private let base: Model
    private let plan: FinetunePlan
    private let train: Dataset
    private let validation: Dataset
    private let verbosity: Verbosity

    /// Puts a head on a network and freezes the network.
    ///
    /// - Throws: `ToolError` if more blocks are to be trained than there are.
    init(
        on base: Model, title: String, data: FinetuneData, plan: FinetunePlan, verbosity: Verbosity
    ) throws {
        let blocks = base.blocks.map(\.name)
        guard plan.unfrozenBlocks <= blocks.count else {
            throw ToolError(
                "--unfreeze-blocks is \(plan.unfrozenBlocks), and \(title) has \(blocks.count) blocks: "
                    + "\(blocks.joined(separator: ", ")).")
        }
        base.freeze()
        plan.policy.apply(to: base)
        model = Sequential(seed: plan.seed, name: "classifier") {
            base
            GlobalAveragePooling2D(name: "features")
            Dropout(plan.dropout, name: "dropout")
            Dense(data.classNames.count, activation: .softmax, name: "classes")
        }
        model.classNames = data.classNames
        let augmented = plan.views > 0 ? PictureAugmentation.views(plan.views, of: data.train) : data.train
        train = try augmented.preprocessed(for: model)
        validation = try data.validation.preprocessed(for: model)
        (self.base, self.plan, self.verbosity) = (base, plan, verbosity)
    }

    /// Trains the head; then, if asked for, the last blocks with it, and puts the head's own weights back unless that was better.
    ///
    /// - Parameter announce: is told what begins.
    /// - Returns: the phases, and the place of the one that was kept.
    func run(announce: (String) -> Void) throws -> (phases: [FinetunePhase], kept: Int) {
        announce("Training the head, \(NumberText.grouped(trainableCount)) parameters.")
        let head = try phase("head", epochs: plan.epochs, rate: plan.learningRate)
        guard plan.unfrozenBlocks > 0 else { return ([head], 0) }
        let weights = model.weights
        try base.unfreeze(lastBlocks: plan.unfrozenBlocks, keepingBatchNormalizationFrozen: true)
        let names = base.blocks.suffix(plan.unfrozenBlocks).map(\.name).joined(separator: ", ")
        announce(
            "Training \(names) too, \(NumberText.grouped(trainableCount)) parameters in all; Batch Normalization stays frozen."
        )
        let tuned = try phase("fine-tuning", epochs: plan.fineTuneEpochs, rate: plan.fineTuneRate)
        guard !Self.isBetter(tuned.validation, than: head.validation) else { return ([head, tuned], 1) }
        try model.setWeights(weights)
        base.freeze()
        return ([head, tuned], 0)
    }

    /// Whether more pictures are told right, or as many with a smaller loss.
    static func isBetter(_ score: Score, than other: Score) -> Bool {
        (score.accuracy, -score.loss) > (other.accuracy, -other.loss)
    }

    /// What the model that was kept says of each validation picture.
    func validationPredictions() throws -> Tensor {
        try model.predict(validation, batchSize: plan.batchSize)
    }

    /// The validation pictures in training mode, in batches as mixed as those of training: by class they come from the folder.
    func scoreInTrainingMode() throws -> Score {
        Score(
            try model.evaluate(
                validation.shuffled(seed: plan.seed), batchSize: plan.batchSize, mode: .training,
                verbosity: .silent))
    }

    private var trainableCount: Int { model.trainableParameters.reduce(0) { $0 + $1.count } }

    private func phase(_ name: String, epochs: Int, rate: Double) throws -> FinetunePhase {
        let start = ContinuousClock.now
        let before = model.frozenDigest
        try model.compile(
            optimizer: .adam(learningRate: rate), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        let stopping = EarlyStopping(patience: plan.patience, restoreBestWeights: true)
        let history = try model.fit(
            train, batchSize: plan.batchSize, epochs: epochs, validation: validation, verbosity: verbosity,
            callbacks: [stopping], seed: plan.seed)
        let best = stopping.bestEpoch ?? max(0, history.epochs.count - 1)
        func value(_ metric: String) -> Double {
            history[metric].indices.contains(best) ? history[metric][best] : .nan
        }
        return FinetunePhase(
            name: name, learningRate: rate, trainableParameters: trainableCount,
            epochs: history.epochs.count, bestEpoch: best + 1,
            validation: Score(loss: value("val_loss"), accuracy: value("val_accuracy")),
            curves: history.values, frozenPrefix: history.frozenPrefix,
            isFrozenUnchanged: model.frozenDigest == before,
            seconds: (ContinuousClock.now - start) / .seconds(1))
    }
}
