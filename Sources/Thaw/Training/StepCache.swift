import ThawEngine
import ThawGraph

/// What a compiled step depends on.
struct StepKey: Hashable {
    /// What a step does.
    enum Kind: Hashable { case train, evaluate, predict }

    var kind: Kind
    var batchSize: Int
    var inputShapes: [[Int]]
    var targetShape: [Int]?
    var isWeighted = false
    var mode: Mode
    var liveRandomness: LiveRandomness = .automatic
    var statistics: BatchNormalization.Statistics?
    /// The settings of the model's layers, which of them are trainable among these.
    var model: ModelSignature
}

/// Everything about a model's layers that a trace depends on: which layers there are and where, their
/// settings, their parameters, and which are trainable. Equal signatures give equal graphs.
struct ModelSignature: Hashable {
    private struct Entry: Hashable {
        let path: String
        let layer: ObjectIdentifier
        let version: Int
        let isTrainable: Bool
        let parameters: [ObjectIdentifier]

        init(_ path: String, _ layer: Layer) {
            self.path = path
            self.layer = ObjectIdentifier(layer)
            version = layer.configurationVersion
            isTrainable = layer.ownsTrainableFlag
            parameters = layer.parameters.map { ObjectIdentifier($0) }
        }
    }

    private let entries: [Entry]

    init(of model: Model) {
        entries = [Entry("", model)] + model.sublayerPaths.map { Entry($0.path, $0.layer) }
    }
}

/// The compiled steps of a model, the least recently used of them given up when their memory passes a bound.
struct StepCache {
    private var entries: [StepKey: (step: CompiledStep, lastUse: UInt64)] = [:]
    private var clock: UInt64 = 0

    /// The most memory in bytes that kept steps may need besides variables.
    static let byteLimit = 2 << 30

    /// The step of a key, compiled if it is not there.
    mutating func step(for key: StepKey, make: () throws -> CompiledStep) rethrows -> CompiledStep {
        clock += 1
        if let entry = entries[key] {
            entries[key]?.lastUse = clock
            return entry.step
        }
        let step = try make()
        entries[key] = (step, clock)
        evict()
        return step
    }

    /// Forgets all steps.
    mutating func removeAll() { entries.removeAll() }

    private mutating func evict() {
        while entries.count > 1,
            entries.values.reduce(0, { $0 + $1.step.executable.peakBytes }) > Self.byteLimit
        {
            guard let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })?.key else { return }
            entries[oldest] = nil
        }
    }
}
