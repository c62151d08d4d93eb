import ThawEngine
import ThawTensor

/// Computes the model's output for all samples.
final class PredictionLoop {
    private let model: Model
    private let feeder: BatchFeeder
    private let batchSize: Int
    private let seed: UInt64
    private let pool: StepPool

    init(model: Model, feeder: BatchFeeder, batchSize: Int, key: StepKey, seed: UInt64) {
        self.model = model
        self.feeder = feeder
        self.batchSize = batchSize
        self.seed = seed
        pool = StepPool(model: model, key: key) { key in
            guard case .sample(let count) = key.kind else {
                return try StepBuilder.predictionStep(model: model, key: key)
            }
            return try StepBuilder.samplingStep(model: model, key: key, samples: count)
        }
    }

    /// The number of steps.
    var steps: Int { feeder.steps(ofSize: batchSize) }

    /// Predicts all samples, in order.
    func run(
        callbacks: CallbackList, progress: ProgressPrinter?, isCancelled: () -> Bool
    ) throws -> [Tensor] {
        try callbacks.notify { try $0.onPredictBegin() }
        feeder.begin(order: nil, batchSize: batchSize, seed: model.seed, epoch: 0, engine: model.engine)
        var results: [Tensor] = []
        for batch in 0..<steps {
            if isCancelled() { throw CancellationError() }
            if !callbacks.isEmpty { try callbacks.notify { try $0.onPredictBatchBegin(batch: batch) } }
            model.engine.serveOthers()
            let start = batch * batchSize
            let rows = min(batchSize, feeder.count - start)
            let step = try pool.step(rows: rows)
            try feeder.fill(step, start: start, rows: rows)
            step.setRandomKey(seed: seed, step: 0, position: start)
            try step.executable.run()
            for index in step.executable.outputs.indices {
                let output = step.executable.output(index)
                if index == results.count {
                    results.append(.zeros([feeder.count] + output.shape.dropFirst(), dtype: output.dtype))
                }
                results[index].replaceRows(from: start, with: output)
            }
            progress?.update(batch + 1) { [] }
            if !callbacks.isEmpty { try callbacks.notify { try $0.onPredictBatchEnd(batch: batch) } }
        }
        try callbacks.notify { try $0.onPredictEnd() }
        return results
    }
}
