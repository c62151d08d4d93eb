import ThawEngine
public import ThawTensor

extension Model {
    /// Trains the model.
    ///
    /// Each epoch runs through all samples in batches; the last batch may be smaller. Loss and metrics
    /// are means over the epoch, gathered while the weights change, as in Keras. The call returns when
    /// training has ended. It may be called again, and goes on from where it was. A `fit` that was stopped in the middle goes
    /// on at that batch by `BackupAndRestore` or `loadCheckpoint(from:continuingFit:)`.
    ///
    /// Callbacks run on the engine's thread while the caller waits. If the task that calls is
    /// cancelled, training ends after the batch at hand with a `CancellationError`; what was recorded
    /// is in `history`. The engine is busy until training ends: calls from other threads that use the same
    /// engine wait for it.
    ///
    /// - Parameters:
    ///   - data: inputs, targets and, if wanted, a weight per sample.
    ///   - batchSize: samples per step.
    ///   - epochs: the number of the last epoch to run, counted from 1.
    ///   - validation: data to evaluate on, in inference mode, after each epoch. All state stays
    ///     untouched by it.
    ///   - validationSplit: in place of `validation`, the share of the data to validate on, in
    ///     `0..<1`: its last samples, which are not trained on.
    ///   - validationBatchSize: samples per validation step; nil is `batchSize`.
    ///   - validationFrequency: validate after each so many epochs.
    ///   - shuffle: whether each epoch takes the samples in another order.
    ///   - classWeights: how much samples of a class count in the loss; 1 for those not named. Classes that the model does
    ///     not know are refused.
    ///   - initialEpoch: the first epoch, counted from 0, to go on with training that was interrupted.
    ///   - verbosity: how much is printed.
    ///   - callbacks: code to run between the steps.
    ///   - onNonFinite: what to do when the loss or a gradient is infinite or NaN. The weights never
    ///     get such an update.
    ///   - seed: where the order of samples and dropout start from; nil is the model's seed.
    ///   - featureCache: where what frozen layers make of each sample is kept; see `FeatureCache`.
    /// - Returns: loss and metrics of each epoch.
    /// - Throws: `TrainingError` for arguments, data and labels that do not fit, and `PreprocessingError` for images that plainly do
    ///   not, before anything is changed;
    ///   `TrainingError.nonFinite`, `CancellationError`, and what callbacks and maps throw.
    @discardableResult
    public func fit(
        _ data: Dataset, batchSize: Int = 32, epochs: Int = 1, validation: Dataset? = nil,
        validationSplit: Double = 0, validationBatchSize: Int? = nil, validationFrequency: Int = 1,
        shuffle: Bool = true, classWeights: [Int: Double]? = nil, initialEpoch: Int = 0,
        verbosity: Verbosity = .automatic, callbacks: [Callback] = [],
        onNonFinite: NonFinitePolicy = .throw, seed: UInt64? = nil,
        featureCache: FeatureCache = .automatic
    ) throws -> History {
        let options = FitOptions(
            batchSize: batchSize, epochs: epochs, initialEpoch: initialEpoch, shuffles: shuffle,
            validationBatchSize: validationBatchSize ?? batchSize, validationFrequency: validationFrequency,
            verbosity: verbosity, onNonFinite: onNonFinite, seed: seed ?? self.seed,
            featureCache: training.isOneBatch ? .off : featureCache)
        try options.check()
        let compilation = try compilation(for: "fit")
        // Settings may have been changed since compile.
        try compilation.optimizer.check()
        guard !training.isFitting else {
            throw TrainingError.invalidArgument(
                "fit: model \(name) is being fitted already; a callback cannot call fit on the same model.")
        }
        let (trained, validated) = try FitOptions.split(
            data, validation: validation, validationSplit: validationSplit)
        let feeder = try BatchFeeder(
            trained, call: "fit", targetCount: compilation.goals.count, classWeights: classWeights)
        try prepare(for: feeder)
        try PreprocessingCheck.check(trained, for: self, call: "fit")
        if let validated { try PreprocessingCheck.check(validated, for: self, call: "fit (validation)") }
        // Gathered gradients leave the weights as they are in most steps, but not for the next one.
        let changing = { try self.variablesChangedByTraining(on: feeder, compilation) }
        let source = StepSource(
            model: self, data: feeder, key: feeder.key(kind: .train, model: self, mode: .training),
            cache: options.featureCache, changing: changing
        ) { try StepBuilder.training(model: self, key: $0, compilation: compilation) }
        let validationLoop = try validated.map {
            EvaluationLoop(
                model: self, compilation: compilation,
                feeder: try BatchFeeder(
                    $0, call: "fit (validation)", targetCount: compilation.goals.count),
                batchSize: options.validationBatchSize, mode: .inference, featureCache: options.featureCache,
                sibling: source, changing: changing)
        }

        training.stopsTraining = false
        training.isFitting = true
        training.isValidating = validated != nil
        defer { training.isFitting = false }
        return try onEngine { isCancelled in
            let list = CallbackList(callbacks, model: self)
            defer { list.detach() }
            return try FitLoop(
                model: self, compilation: compilation, options: options, source: source,
                validation: validationLoop, callbacks: list
            ).run(isCancelled: isCancelled)
        }
    }

    /// Trains the model on tensors; see `fit(_:batchSize:epochs:...)` for a data set.
    ///
    /// `x` are the inputs and `y` the targets, samples on axis 0; `sampleWeights`, of shape `[n]`, say how much each sample
    /// counts in the loss.
    @discardableResult
    public func fit(
        _ x: Tensor, _ y: Tensor, sampleWeights: Tensor? = nil, batchSize: Int = 32, epochs: Int = 1,
        validation: Dataset? = nil, validationSplit: Double = 0, validationBatchSize: Int? = nil,
        validationFrequency: Int = 1, shuffle: Bool = true, classWeights: [Int: Double]? = nil,
        initialEpoch: Int = 0, verbosity: Verbosity = .automatic, callbacks: [Callback] = [],
        onNonFinite: NonFinitePolicy = .throw, seed: UInt64? = nil,
        featureCache: FeatureCache = .automatic
    ) throws -> History {
        try fit(
            Dataset(x, y, sampleWeights: sampleWeights), batchSize: batchSize, epochs: epochs,
            validation: validation, validationSplit: validationSplit,
            validationBatchSize: validationBatchSize,
            validationFrequency: validationFrequency, shuffle: shuffle, classWeights: classWeights,
            initialEpoch: initialEpoch, verbosity: verbosity, callbacks: callbacks, onNonFinite: onNonFinite,
            seed: seed, featureCache: featureCache)
    }
}

extension Model {
    /// The variables that a training step assigns.
    private func variablesChangedByTraining(
        on feeder: BatchFeeder, _ compilation: Compilation
    ) throws -> Set<ObjectIdentifier> {
        var key = feeder.key(kind: .train, model: self, mode: .training)
        key.batchSize = min(FrozenPrefix.batchSize, feeder.count)
        let builder = try StepBuilder.training(model: self, key: key, compilation: compilation)
        return Set(builder.graph.assignments.map { ObjectIdentifier($0.variable) })
    }
}

extension FitOptions {
    /// The data to train on and to validate on.
    static func split(
        _ data: Dataset, validation: Dataset?, validationSplit: Double
    ) throws -> (training: Dataset, validation: Dataset?) {
        guard validationSplit != 0 else { return (data, validation) }
        guard validation == nil else {
            throw TrainingError.invalidArgument(
                "fit: both validation and validationSplit are given; give one of them.")
        }
        guard (0..<1).contains(validationSplit) else {
            throw TrainingError.invalidArgument(
                "fit: validationSplit is \(validationSplit); it must lie in 0..<1, such as 0.1.")
        }
        // As in Keras, the last samples validate, whatever is shuffled later.
        let kept = Int(Double(data.count) * (1 - validationSplit))
        return (data.prefix(kept), data.dropFirst(kept))
    }
}
