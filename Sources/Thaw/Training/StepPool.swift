import ThawEngine

/// The steps of one call, by number of rows: the full batch and the last, smaller one. Compiles them
/// when they are needed, and again when a layer was changed in the meantime.
final class StepPool {
    private let model: Model
    private var key: StepKey
    private let make: (StepKey) throws -> CompiledStep
    private var seenChanges: UInt64
    /// The steps in use: whole batches and the last, smaller one, and with gathered gradients each of both kinds.
    private var recent: [(gathering: GatheringPhase, step: CompiledStep)] = []

    /// - Parameters:
    ///   - key: what the steps have in common; its batch size and signature are filled in here.
    ///   - make: compiles the step of a key.
    init(model: Model, key: StepKey, make: @escaping (StepKey) throws -> CompiledStep) {
        self.model = model
        self.key = key
        self.make = make
        seenChanges = LayerChanges.count
        self.key.model = ModelSignature(of: model)
    }

    /// The step for a number of rows. Without a change in between, nothing is allocated for a size seen
    /// before.
    func step(rows: Int, gathering: GatheringPhase = .none) throws -> CompiledStep {
        let changes = LayerChanges.count
        if changes != seenChanges {
            seenChanges = changes
            recent = []
            key.model = ModelSignature(of: model)
        }
        for entry in recent where entry.step.batchSize == rows && entry.gathering == gathering {
            return entry.step
        }
        key.batchSize = rows
        key.gathering = gathering
        let step = try model.training.steps.entry(for: key, bytes: { $0.executable.peakBytes }) {
            try make(key)
        }
        recent = recent.suffix(5) + [(gathering, step)]
        return step
    }

    /// The key of the step for a number of rows.
    func key(rows: Int) -> StepKey {
        var key = key
        key.batchSize = rows
        return key
    }
}
