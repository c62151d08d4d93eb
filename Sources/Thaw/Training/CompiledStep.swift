import ThawEngine
import ThawGraph
import ThawTensor

/// A compiled step, with the places of its inputs and outputs.
final class CompiledStep {
    /// The names of a step's inputs and outputs in its graph.
    enum Name {
        static func input(_ index: Int) -> String { "input_\(index)" }
        static let target = "target"
        static let sampleWeights = "sampleWeights"
        static let learningRate = "learningRate"
        static let loss = "loss"
        static let prediction = "prediction"
    }

    let executable: any Executable
    let batchSize: Int
    /// The shape of the prediction, batch included.
    let predictionShape: [Int]
    /// The element type in which targets are given.
    let targetType: DType
    let inputSlots: [Int]
    let targetSlot: Int?
    let weightsSlot: Int?
    private let learningRateSlot: Int?
    private let randomKeySlot: Int?
    private let lossSlot: Int?
    /// Keys of steps name layers by identity, so the layers live as long as the step.
    private let layers: [Layer]

    init(
        graph: Graph, model: Model, batchSize: Int, predictionShape: [Int], targetType: DType
    ) throws {
        executable = try model.engine.compile(graph)
        layers = model.sublayerPaths.map(\.layer)
        self.batchSize = batchSize
        self.predictionShape = predictionShape
        self.targetType = targetType
        var places: [String: Int] = [:]
        for (index, slot) in executable.inputs.enumerated() { places[slot.name] = index }
        var inputSlots: [Int] = []
        while let slot = places[Name.input(inputSlots.count)] { inputSlots.append(slot) }
        self.inputSlots = inputSlots
        targetSlot = places[Name.target]
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
    /// step and its path.
    func setRandomKey(seed: UInt64, step: Int) {
        guard let randomKeySlot else { return }
        executable.withInput(randomKeySlot) { bytes in
            bytes.storeBytes(of: UInt32(truncatingIfNeeded: seed), toByteOffset: 0, as: UInt32.self)
            bytes.storeBytes(of: UInt32(truncatingIfNeeded: seed >> 32), toByteOffset: 4, as: UInt32.self)
            bytes.storeBytes(of: UInt32(truncatingIfNeeded: step), toByteOffset: 8, as: UInt32.self)
            // The position of the batch's first row within the step's batch, which a single worker
            // holds whole, and the number of the Monte-Carlo sample.
            bytes.storeBytes(of: 0, toByteOffset: 12, as: UInt64.self)
        }
    }
}
