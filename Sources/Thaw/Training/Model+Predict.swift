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
    /// - Throws: `TrainingError` for arguments and data that do not fit.
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
        try FitOptions.check(batchSize: batchSize, call: "predict")
        let feeder = try BatchFeeder(data, call: "predict", usesTargets: false)
        try prepare(for: feeder)
        let loop = PredictionLoop(
            model: self, feeder: feeder, batchSize: batchSize, mode: mode, statistics: statistics,
            liveRandomness: liveRandomness)
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
