import ThawEngine
import ThawTensor

/// Runs an evaluation over a data set. Leaves parameters, statistics and optimizer as they are.
final class EvaluationLoop {
    private let model: Model
    private let compilation: Compilation
    let feeder: BatchFeeder
    private let batchSize: Int
    private let source: StepSource
    private var isChecked = false

    init(
        model: Model, compilation: Compilation, feeder: BatchFeeder, batchSize: Int, mode: Mode,
        statistics: BatchNormalization.Statistics? = nil, liveRandomness: LiveRandomness = .automatic,
        featureCache: FeatureCache = .off, sibling: StepSource? = nil,
        changing: @escaping () throws -> Set<ObjectIdentifier> = { [] }
    ) {
        self.model = model
        self.compilation = compilation
        self.feeder = feeder
        self.batchSize = batchSize
        let key = feeder.key(
            kind: .evaluate, model: model, mode: mode, liveRandomness: liveRandomness, statistics: statistics)
        source = StepSource(
            model: model, data: feeder, key: key, cache: featureCache, sibling: sibling, changing: changing
        ) {
            try StepBuilder.evaluation(model: model, key: $0, compilation: compilation)
        }
    }

    /// The number of steps.
    var steps: Int { feeder.steps(ofSize: batchSize) }

    /// Compiles the step and checks the targets against the model's output.
    func prepare() throws {
        guard !isChecked else { return }
        try feeder.checkTargets(
            compilation.goals, predictionShapes: source.predictionShapes(batchSize: batchSize))
        isChecked = true
    }

    /// Evaluates all samples and gives loss and metrics in order of their names.
    func run(
        callbacks: CallbackList, progress: ProgressPrinter?, verbosity: Verbosity = .silent,
        isCancelled: () -> Bool
    ) throws -> [(name: String, value: Double)] {
        try prepare()
        let metrics = compilation.evaluationMetrics
        try metrics.reset()
        try callbacks.notify { try $0.onTestBegin() }
        let logs = Logs { metrics.results }
        try source.begin(
            order: nil, batchSize: batchSize, seed: model.seed, epoch: 0, verbosity: verbosity,
            isCancelled: isCancelled)
        for batch in 0..<steps {
            if isCancelled() { throw CancellationError() }
            if !callbacks.isEmpty { try callbacks.notify { try $0.onTestBatchBegin(batch: batch) } }
            model.engine.serveOthers()
            let start = batch * batchSize
            let rows = min(batchSize, feeder.count - start)
            let step = try source.step(start: start, rows: rows)
            step.setRandomKey(seed: model.seed, step: 0, position: start)
            try step.executable.run()
            metrics.collect(rows: rows)
            progress?.update(batch + 1) { metrics.results }
            if !callbacks.isEmpty {
                logs.invalidate()
                try callbacks.notify { try $0.onTestBatchEnd(batch: batch, logs: logs) }
            }
        }
        let results = metrics.results
        try callbacks.notify { try $0.onTestEnd(logs: Logs(results)) }
        return results
    }
}
