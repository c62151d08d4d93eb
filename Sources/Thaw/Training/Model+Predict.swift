import ThawEngine
public import ThawTensor

extension Model {
    /// The model's output for each sample. Needs no `compile`; writes no state.
    ///
    /// - Parameters:
    ///   - x: the inputs, samples on axis 0.
    ///   - batchSize: samples per step.
    ///   - mode: `.inference` as a rule. In `.training` mode Batch Normalization uses what its table
    ///     says for training, so that the result depends on how samples fall into batches, and dropout
    ///     is live.
    ///   - statistics: what every Batch Normalization does in this call, whatever its own setting;
    ///     nil leaves it to them.
    ///   - liveRandomness: which random layers are live; `.all` is Monte-Carlo dropout.
    ///   - verbosity: how much is printed.
    ///   - callbacks: code to run between the steps.
    /// - Returns: the outputs, samples on axis 0; NaN for a sample whose input holds NaN or infinity (in `.training` mode
    ///   for its whole batch).
    /// - Throws: `TrainingError` for arguments and data that do not fit, `PreprocessingError` for images that plainly do not.
    public func predict(
        _ x: Tensor, batchSize: Int = 32, mode: Mode = .inference,
        statistics: BatchNormalization.Statistics? = nil, liveRandomness: LiveRandomness = .automatic,
        verbosity: Verbosity = .silent, callbacks: [Callback] = []
    ) throws -> Tensor {
        try predict(
            Dataset(x), batchSize: batchSize, mode: mode, statistics: statistics,
            liveRandomness: liveRandomness, verbosity: verbosity, callbacks: callbacks)
    }

    /// The model's output for each sample of a data set, whose targets are left aside.
    public func predict(
        _ data: Dataset, batchSize: Int = 32, mode: Mode = .inference,
        statistics: BatchNormalization.Statistics? = nil, liveRandomness: LiveRandomness = .automatic,
        verbosity: Verbosity = .silent, callbacks: [Callback] = []
    ) throws -> Tensor {
        let outputs = try predictOutputs(
            data, batchSize: batchSize, mode: mode, statistics: statistics, liveRandomness: liveRandomness,
            verbosity: verbosity, callbacks: callbacks)
        guard outputs.count == 1, let output = outputs.first else {
            throw TrainingError.invalidArgument(
                "predict: model \(name) has \(outputs.count) outputs; call predictOutputs for all of them.")
        }
        return output
    }

    /// All outputs for each sample, for a model of several: one tensor for each output, samples on axis 0. Otherwise as
    /// `predict`.
    public func predictOutputs(
        _ data: Dataset, batchSize: Int = 32, mode: Mode = .inference,
        statistics: BatchNormalization.Statistics? = nil, liveRandomness: LiveRandomness = .automatic,
        verbosity: Verbosity = .silent, callbacks: [Callback] = []
    ) throws -> [Tensor] {
        try runPrediction(
            data, kind: .predict, batchSize: batchSize, mode: mode, statistics: statistics,
            liveRandomness: liveRandomness, seed: seed, verbosity: verbosity, callbacks: callbacks)
    }

    func runPrediction(
        _ data: Dataset, kind: StepKey.Kind, batchSize: Int, mode: Mode = .inference,
        statistics: BatchNormalization.Statistics? = nil, liveRandomness: LiveRandomness, seed: UInt64,
        verbosity: Verbosity, callbacks: [Callback]
    ) throws -> [Tensor] {
        try FitOptions.check(batchSize: batchSize, call: "predict")
        let feeder = try BatchFeeder(data, call: "predict", targetCount: 0)
        try prepare(for: feeder)
        try PreprocessingCheck.check(data, for: self, call: "predict")
        let key = feeder.key(
            kind: kind, model: self, mode: mode, liveRandomness: liveRandomness, statistics: statistics)
        let loop = PredictionLoop(model: self, feeder: feeder, batchSize: batchSize, key: key, seed: seed)
        return try onEngine { isCancelled in
            let list = CallbackList(callbacks, model: self)
            defer { list.detach() }
            let progress = ProgressPrinter(verbosity, target: loop.steps)
            let result = try loop.run(callbacks: list, progress: progress, isCancelled: isCancelled)
            progress.finish(loop.steps, metrics: [])
            return result
        }
    }
}
