import ThawEngine
public import ThawTensor

extension Model {
    /// Measures loss and metrics on data. Parameters, statistics and optimizer stay as they are.
    ///
    /// - Parameters:
    ///   - data: inputs, targets and, if wanted, a weight per sample.
    ///   - batchSize: samples per step. In inference mode it makes no difference to the result but for rounding.
    ///   - mode: `.inference` measures the model as it predicts; `.training` as it looks in `fit`:
    ///     Batch Normalization uses what its table says for training, dropout is live. Nothing is
    ///     written in either.
    ///   - statistics: what every Batch Normalization does in this call, whatever its own setting;
    ///     nil leaves it to them.
    ///   - verbosity: how much is printed.
    ///   - callbacks: code to run between the steps.
    /// - Throws: `TrainingError` for arguments, data and labels that do not fit, `PreprocessingError` for images that plainly do
    ///   not.
    @discardableResult
    public func evaluate(
        _ data: Dataset, batchSize: Int = 32, mode: Mode = .inference,
        statistics: BatchNormalization.Statistics? = nil, verbosity: Verbosity = .automatic,
        callbacks: [Callback] = []
    ) throws -> EvaluationResult {
        try FitOptions.check(batchSize: batchSize, call: "evaluate")
        let compilation = try compilation(for: "evaluate")
        let feeder = try BatchFeeder(data, call: "evaluate", targetCount: compilation.goals.count)
        try prepare(for: feeder)
        try PreprocessingCheck.check(data, for: self, call: "evaluate")
        let loop = EvaluationLoop(
            model: self, compilation: compilation, feeder: feeder, batchSize: batchSize, mode: mode,
            statistics: statistics)
        return try onEngine { isCancelled in
            let list = CallbackList(callbacks, model: self)
            defer { list.detach() }
            let progress = ProgressPrinter(verbosity, target: loop.steps)
            let results = try loop.run(callbacks: list, progress: progress, isCancelled: isCancelled)
            progress.finish(loop.steps, metrics: results)
            return EvaluationResult(results)
        }
    }

    /// Measures loss and metrics on tensors; see `evaluate(_:batchSize:...)` for a data set.
    @discardableResult
    public func evaluate(
        _ x: Tensor, _ y: Tensor, sampleWeights: Tensor? = nil, batchSize: Int = 32, mode: Mode = .inference,
        statistics: BatchNormalization.Statistics? = nil, verbosity: Verbosity = .automatic,
        callbacks: [Callback] = []
    ) throws -> EvaluationResult {
        try evaluate(
            Dataset(x, y, sampleWeights: sampleWeights), batchSize: batchSize, mode: mode,
            statistics: statistics, verbosity: verbosity, callbacks: callbacks)
    }
}
