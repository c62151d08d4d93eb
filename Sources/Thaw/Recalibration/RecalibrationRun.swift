import ThawEngine
import ThawTensor

/// Measures the inputs of normalizations level by level, and assigns what comes out.
struct RecalibrationRun {
    let model: Model
    let feeder: BatchFeeder
    let batchSize: Int
    let sourceWeight: Double

    /// A step that measures the calls of one level.
    private struct LevelStep {
        let step: CompiledStep
        let calls: [NormalizationCall]
    }

    func run(where isIncluded: (BatchNormalization) -> Bool, isCancelled: () -> Bool) throws -> Recalibration
    {
        let (_, calls) = try traced(rows: 1)
        // A layer that is called at several levels is measured at all of them, and assigned after the last.
        var lastLevels: [ObjectIdentifier: Int] = [:]
        for call in calls where isIncluded(call.layer) {
            lastLevels[ObjectIdentifier(call.layer)] = max(
                call.level, lastLevels[ObjectIdentifier(call.layer)] ?? 0)
        }
        let recalibration = Recalibration(layers: [], samples: feeder.count, sourceWeight: sourceWeight)
        var moments: [ObjectIdentifier: ChannelMoments] = [:]
        do {
            for level in Set(calls.map(\.level)).sorted() {
                let measured = Set(
                    calls.filter { $0.level == level }.map { ObjectIdentifier($0.layer) }
                ).filter { lastLevels[$0] != nil }
                guard !measured.isEmpty else { continue }
                try measure(level, measured, into: &moments, isCancelled: isCancelled)
                var assigned: Set<ObjectIdentifier> = []
                for call in calls {
                    let id = ObjectIdentifier(call.layer)
                    guard measured.contains(id), lastLevels[id] == level, let own = moments[id],
                        assigned.insert(id).inserted
                    else { continue }
                    recalibration.layers.append(try assign(own, to: call))
                }
            }
        } catch {
            try recalibration.undo()
            throw error
        }
        return recalibration
    }

    private func traced(rows: Int) throws -> (builder: StepBuilder, calls: [NormalizationCall]) {
        var key = feeder.key(kind: .predict, model: model, mode: .inference)
        key.batchSize = rows
        let builder = StepBuilder(model: model, key: key, compilation: nil, writesState: false)
        _ = try model.trace(builder.inputs, context: builder.context)
        return (
            builder,
            NormalizationCall.all(in: builder.context.tracer.beginAnotherTrace(), of: builder.graph)
        )
    }

    /// The step that computes as much of the model as one level needs.
    private func step(_ level: Int, _ layers: Set<ObjectIdentifier>, rows: Int) throws -> LevelStep {
        let (builder, all) = try traced(rows: rows)
        let calls = all.filter { $0.level == level && layers.contains(ObjectIdentifier($0.layer)) }
        for (index, call) in calls.enumerated() {
            let (mean, variance) = try call.input.moments()
            builder.graph.addOutput("mean_\(index)", mean)
            builder.graph.addOutput("variance_\(index)", variance)
        }
        return LevelStep(step: try builder.compiled(), calls: calls)
    }

    private func measure(
        _ level: Int, _ layers: Set<ObjectIdentifier>, into moments: inout [ObjectIdentifier: ChannelMoments],
        isCancelled: () -> Bool
    ) throws {
        var steps: [Int: LevelStep] = [:]
        feeder.begin(order: nil, batchSize: batchSize, seed: model.seed, epoch: 0, engine: model.engine)
        for batch in 0..<feeder.steps(ofSize: batchSize) {
            if isCancelled() { throw CancellationError() }
            model.engine.serveOthers()
            let start = batch * batchSize
            let rows = min(batchSize, feeder.count - start)
            let level = try steps[rows] ?? step(level, layers, rows: rows)
            steps[rows] = level
            try feeder.fill(level.step, start: start, rows: rows)
            try level.step.executable.run()
            for (index, call) in level.calls.enumerated() {
                moments[ObjectIdentifier(call.layer), default: ChannelMoments()].add(
                    mean: level.step.executable.output(2 * index).doubles,
                    variance: level.step.executable.output(2 * index + 1).doubles,
                    count: Double(call.input.shape.dropLast().reduce(1, *)))
            }
        }
    }

    private func assign(_ moments: ChannelMoments, to call: NormalizationCall) throws -> Recalibration.Layer {
        let parameters = call.layer.statisticParameters
        guard parameters.count == 2 else {
            throw TrainingError.invalidArgument("recalibrate: layer \(call.path) is not built.")
        }
        let (mean, variance) = (parameters[0], parameters[1])
        let isUnbiased = call.layer.movingVarianceEstimate == .unbiased && moments.count > 1
        let correction = isUnbiased ? moments.count / (moments.count - 1) : 1
        let old = (mean: mean.value, variance: variance.value)
        let share = sourceWeight / (sourceWeight + Double(feeder.count))
        func blend(_ old: Tensor, _ new: [Double]) -> Tensor {
            Tensor(zip(old.doubles, new).map { Float(share * $0 + (1 - share) * $1) })
        }
        let new = (
            mean: blend(old.mean, moments.mean),
            variance: blend(old.variance, moments.variance.map { $0 * correction })
        )
        guard (new.mean.floats + new.variance.floats).allSatisfy(\.isFinite) else {
            throw TrainingError.invalidArgument(
                "recalibrate: the statistics of layer \(call.path) on this data are not finite; look for NaN and infinity in the data "
                    + "and the weights.")
        }
        try mean.assign(new.mean)
        try variance.assign(new.variance)
        return Recalibration.Layer(
            path: call.path, oldMean: old.mean, oldVariance: old.variance, newMean: new.mean,
            newVariance: new.variance, parameters: (mean, variance))
    }
}
