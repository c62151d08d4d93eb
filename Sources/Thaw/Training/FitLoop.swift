import ThawEngine
import ThawTensor

/// The training loop: epochs of steps, with validation, callbacks and progress. Runs on the engine's thread.
final class FitLoop {
    let model: Model
    let compilation: Compilation
    var options: FitOptions
    let validation: EvaluationLoop?
    let callbacks: CallbackList
    /// The samples.
    var feeder: BatchFeeder { source.data }
    /// Those of the callbacks that want checkpoints.
    let backups: [BackupAndRestore]
    /// The optimizer's settings before callbacks changed any, which are the program's.
    let optimizerSettings: [String: String]
    private let source: StepSource
    /// What is frozen; nil before training, and where a single batch is trained on.
    private var frozen: FrozenWatch?
    var history: History
    var place: FitPlace

    init(
        model: Model, compilation: Compilation, options: FitOptions, source: StepSource,
        validation: EvaluationLoop?, callbacks: CallbackList
    ) {
        self.model = model
        self.compilation = compilation
        self.options = options
        self.source = source
        self.validation = validation
        self.callbacks = callbacks
        backups = callbacks.callbacks.compactMap { $0 as? BackupAndRestore }
        optimizerSettings = compilation.optimizer.settingTexts
        place = FitPlace(epoch: options.initialEpoch)
        history = History(
            batchSize: options.batchSize,
            stepsPerEpoch: source.data.steps(ofSize: options.batchSize),
            plannedEpochs: options.epochs)
    }

    /// Trains. What was recorded is kept in the model's state, however training ends.
    func run(isCancelled: () -> Bool) throws -> History {
        defer { model.training.history = history }
        do {
            model.training.requestedCheckpoints = []
            try begin()
            if !model.training.isOneBatch { frozen = FrozenWatch(model) }
            while place.epoch < options.epochs, place.isWithinEpoch || !model.training.stopsTraining {
                try runEpoch(isCancelled: isCancelled)
            }
            if model.training.stopsTraining, history.end == .completed { history.end = .stopped }
            if !model.training.isOneBatch, compilation.optimizer.batchNumber != place.fitStart {
                try compilation.optimizer.replaceByAverages(model.trainableParameters)
            }
            try notify { try $0.onTrainEnd(logs: Logs(place.lastLogs)) }
            try finishCheckpoints()
            history.frozen = try frozen?.record()
        } catch {
            history.end = error is CancellationError ? .cancelled : .failed
            throw error
        }
        return history
    }

    /// Calls the callbacks, which may change what is frozen; steps may not.
    private func notify(_ hook: (Callback) throws -> Void) throws {
        try frozen?.checkSteps()
        defer { frozen?.acceptCallbacks() }
        try callbacks.notify(hook)
    }

    /// Compiles the step and looks at all targets, so that what can be known to fail does so before training.
    func prepare() throws {
        try feeder.checkTargets(
            compilation.goals, predictionShapes: source.predictionShapes(batchSize: options.batchSize))
        try validation?.prepare()
        model.training.logNames = logNames
    }

    /// What there will be in the logs, as far as that is known.
    private var logNames: (batch: [String], epoch: [String])? {
        guard let added = callbacks.addedLogs, let measured = compilation.trainingMetrics.resultNames,
            let validated = validation == nil ? [] : compilation.evaluationMetrics.resultNames
        else { return nil }
        return (measured, measured + validated.map { "val_\($0)" } + added)
    }

    /// Runs the epoch at hand from the batch at hand.
    private func runEpoch(isCancelled: () -> Bool) throws {
        let epoch = place.epoch
        let metrics = compilation.trainingMetrics
        let progress = ProgressPrinter(
            options.verbosity, target: history.stepsPerEpoch, done: place.batch)
        progress.heading("Epoch \(epoch + 1)/\(options.epochs)")
        if !place.isWithinEpoch {
            try metrics.reset()
            try notify { try $0.onEpochBegin(epoch: epoch) }
            place.begin(at: compilation.optimizer.batchNumber)
        }
        try source.begin(
            order: options.shuffles ? order() : nil, batchSize: options.batchSize, seed: options.seed,
            epoch: place.epochStart, firstBatch: place.batch,
            allowsFeatures: place.batch == 0 || place.readsFeatures, verbosity: options.verbosity,
            isCancelled: isCancelled)
        place.readsFeatures = source.readsFeatures
        history.frozenPrefix = source.kept?.summary

        let batchLogs = Logs { metrics.results }
        while place.batch < history.stepsPerEpoch, place.batch == 0 || !model.training.stopsTraining {
            let batch = place.batch
            if !callbacks.isEmpty { try notify { try $0.onTrainBatchBegin(batch: batch) } }
            let (loss, isSkipped) = try runStep(batch, epoch: epoch)
            place.batch = batch + 1
            progress.update(place.batch) { metrics.results }
            if !callbacks.isEmpty {
                batchLogs.invalidate()
                (batchLogs.batchLoss, batchLogs.isStepSkipped) = (loss, isSkipped)
                try notify { try $0.onTrainBatchEnd(batch: batch, logs: batchLogs) }
                try source.noteChanges(nextBatch: batch + 1)
                place.readsFeatures = source.readsFeatures
                try saveCheckpoints(afterEpoch: false)
            }
            if isCancelled() {
                try saveBeforeCancellation()
                throw CancellationError()
            }
        }

        // An epoch whose every step was left out has measured nothing; zeros would look perfect.
        let hasMeasured = compilation.optimizer.batchNumber > place.epochStart
        let logs = Logs(hasMeasured ? metrics.results : metrics.results.map { ($0.name, .nan) })
        try frozen?.checkSteps()
        if let validation, (epoch + 1) % options.validationFrequency == 0 {
            defer { frozen?.acceptCallbacks() }
            for entry in try validation.run(
                callbacks: callbacks, progress: nil, verbosity: options.verbosity, isCancelled: isCancelled)
            {
                logs["val_" + entry.name] = entry.value
            }
        }
        do {
            // The epoch is recorded even if a callback throws.
            defer { history.append(epoch: epoch, logs.ordered) }
            try notify { try $0.onEpochEnd(epoch: epoch, logs: logs) }
        }
        progress.finish(place.batch, metrics: logs.ordered)
        place.end(logs.ordered)
        if !callbacks.isEmpty { try saveCheckpoints(afterEpoch: true) }
    }

    /// The batch's loss, and whether its update was left out.
    private func runStep(_ batch: Int, epoch: Int) throws -> (loss: Double?, isSkipped: Bool) {
        model.engine.serveOthers()
        let start = batch * options.batchSize
        let rows = min(options.batchSize, feeder.count - start)
        let optimizer = compilation.optimizer
        let step = try source.step(start: start, rows: rows, gathering: optimizer.gatheringPhase)
        let rate = optimizer.learningRate
        guard Float(rate).isFinite, rate >= 0 else {
            throw TrainingError.invalidArgument(
                "the learning rate of \(optimizer.name) is \(rate) at step \(optimizer.iterations); the weights are as they "
                    + "were. Set it to a number of 0 or more.")
        }
        try optimizer.beginBatch(gathering: step.gathering)
        step.setLearningRate(rate)
        step.setRandomKey(seed: options.seed, step: optimizer.batchNumber)
        let isSkipped = try !step.executable.run()
        let loss = step.loss
        if isSkipped {
            try handleNonFinite(batch, start: start, rows: rows, epoch: epoch)
        } else {
            optimizer.countBatch()
            compilation.trainingMetrics.collect(rows: rows)
        }
        return (loss, isSkipped)
    }

    private func handleNonFinite(_ batch: Int, start: Int, rows: Int, epoch: Int) throws {
        history.skippedSteps += 1
        switch options.onNonFinite {
        case .continue: break
        case .stop:
            history.end = .nonFinite
            model.training.stopsTraining = true
        case .throw:
            let diagnosis = try NonFiniteDiagnosis(
                model: model, key: source.wholeKey(rows: rows), compilation: compilation)
            let origin = try diagnosis.origin {
                try source.fillWhole($0, start: start, rows: rows)
                $0.setRandomKey(seed: options.seed, step: compilation.optimizer.batchNumber)
            } sample: {
                feeder.sample(at: start + $0)
            }
            throw TrainingError.nonFinite(NonFiniteReport(origin: origin, epoch: epoch, step: batch))
        }
    }

    /// The order of the samples in the coming epoch. It is keyed by the optimizer's step, so that
    /// training that goes on, in another call or after loading, goes on with other orders, and in the
    /// same way each time.
    private func order() -> [Int] {
        var stream = RandomStream(seed: options.seed).derived("shuffle")
            .derived(UInt64(place.epochStart))
        return stream.permutation(feeder.count)
    }
}
