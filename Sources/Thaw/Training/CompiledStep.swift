import ThawEngine
import ThawGraph
import ThawTensor

/// A compiled step, with the places of its inputs and outputs.
final class CompiledStep {
    /// The names of a step's inputs and outputs in its graph.
    enum Name {
        static func input(_ index: Int) -> String { "input_\(index)" }
        static func target(_ index: Int) -> String { "target_\(index)" }
        static let sampleWeights = "sampleWeights"
        static let learningRate = "learningRate"
        static let loss = "loss"
        static func feature(_ index: Int) -> String { "feature_\(index)" }
        static func prediction(_ index: Int) -> String { "prediction_\(index)" }
    }

    let executable: any Executable
    let batchSize: Int
    /// The shapes of the model's outputs, batch included.
    let predictionShapes: [[Int]]
    /// The element types in which targets are given.
    let targetTypes: [DType]
    /// The parameters whose gradients are gathered over batches.
    let gathering: Set<ObjectIdentifier>
    let inputSlots: [Int]
    let targetSlots: [Int]
    let weightsSlot: Int?
    private let learningRateSlot: Int?
    private let randomKeySlot: Int?
    private let lossSlot: Int?
    /// Keys of steps name layers by identity, so the layers live as long as the step.
    private let layers: [Layer]

    init(
        graph: Graph, model: Model, batchSize: Int, predictionShapes: [[Int]], targetTypes: [DType],
        gathering: Set<ObjectIdentifier> = []
    ) throws {
        executable = try model.engine.compile(graph, isBatchInvariant: model.training.isBatchInvariant)
        layers = model.sublayerPaths.map(\.layer)
        self.batchSize = batchSize
        self.gathering = gathering
        self.predictionShapes = predictionShapes
        self.targetTypes = targetTypes
        var places: [String: Int] = [:]
        for (index, slot) in executable.inputs.enumerated() { places[slot.name] = index }
        inputSlots = (0...).lazy.map { places[Name.input($0)] }.prefix { $0 != nil }.compactMap { $0 }
        targetSlots = targetTypes.indices.compactMap { places[Name.target($0)] }
        weightsSlot = places[Name.sampleWeights]
        learningRateSlot = places[Name.learningRate]
        randomKeySlot = places[Tracer.randomKeyName]
        lossSlot = executable.outputs.firstIndex { $0.name == Name.loss }
    }

    /// The loss of the last batch alone; nil for a step that has none. To be read before anything else runs.
    var loss: Double? { lossSlot.map { Double(executable.scalar($0)) } }

    /// Gives the learning rate of the coming run.
    func setLearningRate(_ rate: Double) {
        guard let learningRateSlot else { return }
        executable.withInput(learningRateSlot) { $0.storeBytes(of: Float(rate), as: Float.self) }
    }

    /// Gives the random key of the coming run: every random layer's numbers follow from the seed, the
    /// step, its path and the position of each sample.
    ///
    /// - Parameter position: that of the batch's first sample: 0 in training, where each step draws anew.
    func setRandomKey(seed: UInt64, step: Int, position: Int = 0) {
        guard let randomKeySlot else { return }
        executable.withInput(randomKeySlot) { bytes in
            bytes.storeBytes(of: UInt32(truncatingIfNeeded: seed), toByteOffset: 0, as: UInt32.self)
            bytes.storeBytes(of: UInt32(truncatingIfNeeded: seed >> 32), toByteOffset: 4, as: UInt32.self)
            bytes.storeBytes(of: UInt32(truncatingIfNeeded: step), toByteOffset: 8, as: UInt32.self)
            bytes.storeBytes(of: UInt32(truncatingIfNeeded: position), toByteOffset: 12, as: UInt32.self)
            // Monte-Carlo samples are told apart within a sample's row.
            bytes.storeBytes(of: 0, toByteOffset: 16, as: UInt32.self)
        }
    }
}
