import ThawEngine
import ThawTensor

/// Gives a loop its steps with a batch in them: of the features that the frozen prefix made, as long as these hold, else of the data.
final class StepSource {
    /// The data.
    let data: BatchFeeder
    /// Whether the batches at hand are of features.
    private(set) var readsFeatures = false
    /// What was kept, by view of the data; empty where nothing is, or it does not hold any more.
    private var keptViews: [Int: KeptFeatures] = [:]

    private let model: Model
    private let cache: FeatureCache
    /// Another source that may have the same features.
    private let sibling: StepSource?
    private let key: StepKey
    private let build: (StepKey) throws -> StepBuilder
    private let changing: () throws -> Set<ObjectIdentifier>
    private let whole: StepPool
    private var pass = Pass()
    /// The kinds of steps for which the model traces to something else, which has no place for the features.
    private var unfitSteps: Set<StepSize> = []
    private var seenChanges: UInt64 = 0
    private var signature: ModelSignature?
    /// The prefix of the model as `signature` says it is; nil where there is none.
    private var prefix: FrozenPrefix?

    private struct StepSize: Hashable {
        let rows: Int
        let gathering: GatheringPhase
    }

    /// One run through the samples.
    private struct Pass {
        var order: [Int]?
        var batchSize = 1
        var seed: UInt64 = 0
        /// What random maps draw by.
        var epoch = 0
        /// Which of the data's views it is of.
        var view = 0
        /// Whether the data has been started on it.
        var hasBegunData = false
    }

    /// - Parameters:
    ///   - key: what the steps have in common.
    ///   - sibling: another source whose features will do if they are the same: that of training, for validation on the same data.
    ///   - changing: gives the variables that change between passes although the step does not assign them.
    ///   - build: traces the step of a key.
    init(
        model: Model, data: BatchFeeder, key: StepKey, cache: FeatureCache,
        sibling: StepSource? = nil, changing: @escaping () throws -> Set<ObjectIdentifier> = { [] },
        build: @escaping (StepKey) throws -> StepBuilder
    ) {
        self.model = model
        self.data = data
        self.key = key
        self.cache = data.viewCount == nil ? .off : cache
        self.sibling = sibling
        self.changing = changing
        self.build = build
        whole = StepPool(model: model, key: key) { try build($0).compiled() }
    }

    /// The shapes of the model's outputs, batch included. Finds out what can be known to fail before anything is run.
    func predictionShapes(batchSize: Int) throws -> [[Int]] {
        if let prefix = try currentPrefix() { return prefix.predictionShapes }
        return try whole.step(rows: min(batchSize, data.count)).predictionShapes
    }

    /// What the pass at hand reads; nil for the data.
    var kept: KeptFeatures? { readsFeatures ? keptViews[pass.view] : nil }

    /// Starts a pass.
    ///
    /// - Parameters:
    ///   - order: the positions of the samples; nil is the order of the data.
    ///   - allowsFeatures: whether features may be used: not for the rest of a pass that has gone on without them.
    ///   - verbosity: whether the computing of features is shown.
    func begin(
        order: [Int]?, batchSize: Int, seed: UInt64, epoch: Int, firstBatch: Int = 0,
        allowsFeatures: Bool = true,
        verbosity: Verbosity = .silent, isCancelled: () -> Bool = { false }
    ) throws {
        pass = Pass(order: order, batchSize: batchSize, seed: seed, epoch: epoch)
        if let count = data.viewCount {
            pass.view = epoch / max(1, data.steps(ofSize: batchSize)) % count
            pass.epoch = pass.view
        }
        if !allowsFeatures {
            keptViews = [:]
        } else if let prefix = try currentPrefix() {
            if !keptViews.values.allSatisfy({ $0.prefix.isUnchanged(since: $0.versions) }) { keptViews = [:] }
            if keptViews[pass.view] == nil {
                keptViews[pass.view] = try makeFeatures(
                    prefix, verbosity: verbosity, isCancelled: isCancelled)
            }
        }
        readsFeatures = keptViews[pass.view] != nil
        if let kept {
            kept.feeder.begin(
                order: order, batchSize: batchSize, seed: seed, epoch: pass.epoch, engine: model.engine)
        } else {
            beginData(firstBatch: firstBatch)
        }
    }

    /// The step for `rows` samples from place `start` of the order, filled with them.
    func step(start: Int, rows: Int, gathering: GatheringPhase = .none) throws -> CompiledStep {
        try noteChanges(nextBatch: start / pass.batchSize)
        if let kept, !unfitSteps.contains(StepSize(rows: rows, gathering: gathering)) {
            do {
                let step = try kept.pool.step(rows: rows, gathering: gathering)
                try kept.feeder.fill(step, start: start, rows: rows)
                return step
            } catch is UnlikeFeatures {
                unfitSteps.insert(StepSize(rows: rows, gathering: gathering))
            }
        }
        let step = try whole.step(rows: rows, gathering: gathering)
        try fillWhole(step, start: start, rows: rows)
        return step
    }

    /// Goes on with the data if the model is not any more what made the features.
    func noteChanges(nextBatch: Int) throws {
        guard let kept else { return }
        guard !isSameModel() || !kept.prefix.isUnchanged(since: kept.versions) else { return }
        readsFeatures = false
        beginData(firstBatch: nextBatch)
    }

    /// The key of the whole step for a number of rows.
    func wholeKey(rows: Int) -> StepKey { whole.key(rows: rows) }

    /// Fills a step of that key.
    func fillWhole(_ step: CompiledStep, start: Int, rows: Int) throws {
        if !pass.hasBegunData { beginData(firstBatch: start / pass.batchSize) }
        try data.fill(step, start: start, rows: rows)
    }

    private func beginData(firstBatch: Int) {
        data.begin(
            order: pass.order, batchSize: pass.batchSize, seed: pass.seed, epoch: pass.epoch,
            engine: model.engine,
            firstBatch: firstBatch)
        pass.hasBegunData = true
    }
}

// The prefix and its features.
extension StepSource {
    /// Whether nothing that a trace depends on has changed since the prefix was looked for.
    private func isSameModel() -> Bool {
        let changes = LayerChanges.count
        guard changes != seenChanges else { return true }
        guard ModelSignature(of: model) == signature else { return false }
        seenChanges = changes
        return true
    }

    private func currentPrefix() throws -> FrozenPrefix? {
        guard cache != .off else { return nil }
        guard signature == nil || !isSameModel() else { return prefix }
        keptViews = [:]
        seenChanges = LayerChanges.count
        signature = ModelSignature(of: model)
        let isFrozenAnywhere = model.allParameters.contains { $0.role == .weight && !$0.isTrainable }
        guard isFrozenAnywhere else {
            prefix = nil
            return nil
        }
        unfitSteps = []
        let changing = try changing()
        let found = try FrozenPrefix(of: build(key(.rest([]), rows: prefixBatchSize)), changing: changing)
        prefix = found?.isWorthKeeping == true ? found : nil
        return prefix
    }

    /// The prefix of the step of a key, which must end where another one does.
    private func prefix(
        of key: StepKey, like other: FrozenPrefix, _ changing: Set<ObjectIdentifier>
    ) throws -> FrozenPrefix {
        guard let prefix = try FrozenPrefix(of: build(key), changing: changing), prefix.endsLike(other)
        else { throw UnlikeFeatures() }
        return prefix
    }

    private var prefixBatchSize: Int { min(FrozenPrefix.batchSize, data.count) }

    private func key(_ part: StepPart, rows: Int = 0) -> StepKey {
        var key = key
        key.part = part
        key.batchSize = rows
        key.model = ModelSignature(of: model)
        return key
    }

    private func makeFeatures(
        _ prefix: FrozenPrefix, verbosity: Verbosity, isCancelled: () -> Bool
    ) throws -> KeptFeatures? {
        let versions = prefix.versions
        if let other = sibling?.keptViews[pass.view], sibling?.data.hasSameSamples(as: data) == true,
            other.versions == versions, data.isDeterministic || sibling?.pass.seed == pass.seed,
            try prefix.computesTheSame(as: other.prefix)
        {
            let targets = data.isMapped ? other.feeder.targets : nil
            return try keep(prefix, versions, inputs: other.feeder.inputs, targets: targets)
        }
        guard let columns = try computeFeatures(prefix, verbosity: verbosity, isCancelled: isCancelled) else {
            self.prefix = nil
            return nil
        }
        let result = try keep(prefix, versions, inputs: columns.features, targets: columns.targets)
        if keptViews.isEmpty {
            let text = sibling == nil ? result.summary : "validation: " + result.summary
            ProgressPrinter(verbosity, target: 0).heading(text)
        }
        return result
    }

    private func keep(
        _ prefix: FrozenPrefix, _ versions: [UInt64], inputs: [Tensor], targets: [Tensor]?
    ) throws -> KeptFeatures {
        let shapes = prefix.featureShapes
        let changing = try changing()
        let rest = StepPool(model: model, key: key(.rest(shapes))) { [unowned self] in
            try self.prefix(of: $0, like: prefix, changing).compiledRest()
        }
        return KeptFeatures(
            prefix: prefix, versions: versions, feeder: try data.replacing(inputs: inputs, targets: targets),
            pool: rest,
            viewCount: data.viewCount ?? 1)
    }

    /// Runs all samples through the prefix; nil if the last, smaller batch has another one.
    private func computeFeatures(
        _ prefix: FrozenPrefix, verbosity: Verbosity, isCancelled: () -> Bool
    ) throws -> FeatureColumns? {
        let shapes = prefix.featureShapes
        let changing = try changing()
        let pool = StepPool(model: model, key: key(.prefix(shapes))) { [unowned self] in
            try self.prefix(of: $0, like: prefix, changing).compiledPrefix()
        }
        let bytes = data.count * prefix.bytesPerSample * (data.viewCount ?? 1)
        var columns = try FeatureColumns(shapes: shapes, count: data.count, folder: cache.folder(for: bytes))
        let steps = data.steps(ofSize: prefixBatchSize)
        // A line that is written once would only repeat what follows.
        let progress = ProgressPrinter(
            verbosity.resolved == .progressBar ? verbosity : .silent, target: steps)
        data.begin(
            order: Array(0..<data.count), batchSize: prefixBatchSize, seed: pass.seed, epoch: pass.epoch,
            engine: model.engine)
        for batch in 0..<steps {
            if isCancelled() { throw CancellationError() }
            model.engine.serveOthers()
            let start = batch * prefixBatchSize
            let step: CompiledStep
            do {
                step = try pool.step(rows: min(prefixBatchSize, data.count - start))
            } catch is UnlikeFeatures { return nil }
            try data.fill(step, start: start, rows: step.batchSize)
            try step.executable.run()
            columns.write(step, targets: data.lastTargets, from: start)
            progress.update(batch + 1) { [] }
        }
        progress.finish(steps, metrics: [])
        return columns
    }
}

/// The model of another batch size has other features, or none.
private struct UnlikeFeatures: Error {}
