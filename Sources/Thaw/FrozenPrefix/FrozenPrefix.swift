import ThawEngine
import ThawGraph

/// The frozen prefix of a step: what gives a sample the same numbers each time, where it ends, and what it depends on.
struct FrozenPrefix {
    /// How many samples are computed at a time.
    static let batchSize = 32
    /// How many multiplications and additions a byte must be worth to be kept rather than computed again.
    private static let leastWorkPerByte = 8.0

    /// The shapes, for one sample, of what the rest of the step is given.
    let featureShapes: [[Int]]
    /// The shapes of the step's predictions, batch included.
    let predictionShapes: [[Int]]
    /// How many layers lie in it whole, and how many the model has, inputs included.
    let layerCounts: (frozen: Int, all: Int)
    private let builder: StepBuilder
    private let part: FrozenPart
    private let variables: [any Variable]

    /// Finds the prefix of a step that was built; nil where there is none that could be kept.
    ///
    /// - Parameter changing: variables that change between the runs of the step, besides those that it assigns.
    init?(of builder: StepBuilder, changing: Set<ObjectIdentifier>) {
        let batchSize = builder.key.batchSize
        self.builder = builder
        part = FrozenPart(
            of: builder.graph, samples: builder.inputs, batchSize: batchSize, changing: changing)
        predictionShapes = builder.predictionShapes
        featureShapes = part.border.map { value in
            // Several rows of a sample are an axis of its own.
            let shape = builder.graph.tensor(value).shape
            return (shape[0] == batchSize ? [] : [shape[0] / batchSize]) + shape.dropFirst()
        }
        variables = part.variables.compactMap { $0 as? any Variable }
        layerCounts = Self.layerCounts(builder, part)
        // Features are kept as float32.
        let types = part.border.map { builder.graph.tensor($0).dtype }
        guard !part.border.isEmpty, variables.count == part.variables.count,
            types.allSatisfy({ $0 == .float32 })
        else { return nil }
    }

    /// Whether it is cheaper to keep the features than to compute them again.
    var isWorthKeeping: Bool {
        part.work >= Self.leastWorkPerByte * Double(bytesPerSample * builder.key.batchSize)
    }

    /// How many bytes the features of a sample take.
    var bytesPerSample: Int { 4 * featureShapes.reduce(0) { $0 + $1.reduce(1, *) } }

    /// Compiles the part that computes the features.
    func compiledPrefix() throws -> CompiledStep {
        try builder.compiled(cut(CompiledStep.Name.feature).before(keeping: builder.inputs))
    }

    /// Compiles the part that goes on from them.
    func compiledRest() throws -> CompiledStep {
        let rest = try cut(CompiledStep.Name.input).after(dropping: builder.inputs) {
            [builder.key.batchSize] + featureShapes[$0]
        }
        return try builder.compiled(rest)
    }

    /// Whether another prefix, of another batch size, ends at the same places of the model.
    func endsLike(_ other: FrozenPrefix) -> Bool { places == other.places }

    /// Where the features are: layer, operation and shape.
    private var places: [String] {
        zip(part.border, featureShapes).map { value, shape in
            let node = builder.graph.nodes[value.node]
            return "\(node.scope) \(node.operation.name) \(value.output) \(shape)"
        }
    }

    /// Whether another step's prefix computes the same.
    func computesTheSame(as other: FrozenPrefix) throws -> Bool {
        guard featureShapes == other.featureShapes, builder.key.batchSize == other.builder.key.batchSize
        else { return false }
        return try cut(CompiledStep.Name.feature).before().computesTheSame(
            as: other.cut(CompiledStep.Name.feature).before())
    }

    /// The versions of everything that the features depend on.
    var versions: [UInt64] { variables.map(\.version) }

    /// Whether nothing that the features depend on has been written since it had these versions.
    func isUnchanged(since versions: [UInt64]) -> Bool {
        zip(variables, versions).allSatisfy { $0.version == $1 }
    }

    private func cut(_ name: (Int) -> String) -> GraphCut {
        GraphCut(builder.graph, at: part.border, name: name)
    }

    private static func layerCounts(_ builder: StepBuilder, _ part: FrozenPart) -> (frozen: Int, all: Int) {
        var isFrozen: [ObjectIdentifier: Bool] = [:]
        for record in builder.context.tracer.layerOutputs where !(record.layer is Model) {
            let isInside = record.outputs.allSatisfy { part.contains($0.value) }
            isFrozen[ObjectIdentifier(record.layer), default: true] =
                isInside && isFrozen[ObjectIdentifier(record.layer), default: true]
        }
        let inputs = builder.inputs.count
        return (isFrozen.values.count { $0 } + inputs, isFrozen.count + inputs)
    }
}
