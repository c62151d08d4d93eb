import ThawEngine
public import ThawGraph
import ThawTensor

/// What one trace of a model collects besides nodes: updates of state, the random key, and each layer's
/// outputs.
public final class Tracer {
    /// What a layer computed in the trace.
    public struct LayerOutput {
        /// The layer's path in the model that was traced.
        public let path: String
        /// The layer.
        public let layer: Layer
        /// What it was called on.
        public let inputs: [SymbolicTensor]
        /// Its outputs.
        public let outputs: [SymbolicTensor]
    }

    /// The name of the graph's input for the random key, int32 `[5]`: seed (low, high), step, position,
    /// sample.
    public static let randomKeyName = "randomKey"

    /// The graph that is being built.
    public let graph: Graph
    /// The random key's input; nil as long as nothing in the graph is random, so that such graphs have
    /// no such input.
    public private(set) var randomKey: SymbolicTensor?
    /// The outputs of every layer, innermost first, in the order of the calls.
    public private(set) var layerOutputs: [LayerOutput] = []
    /// The parameters with updates, in the order of their first update.
    public private(set) var updatedParameters: [Parameter] = []

    /// How each sample is computed several times, with other random numbers each time; nil for once.
    var repetition: Repetition?
    /// Variables that are read in place of parameters' own: those of a snapshot.
    var substitutes: [Parameter: any Variable] = [:]

    private var updates: [Parameter: SymbolicTensor] = [:]
    private var randomCounts: [String: Int] = [:]

    /// Starts a trace into `graph`.
    public init(graph: Graph) {
        self.graph = graph
    }

    /// The value a statistic gets at the end of the step; nil if the trace does not update it.
    public func updatedValue(of parameter: Parameter) -> SymbolicTensor? { updates[parameter] }

    /// The updated parameters' values after the step, in the same order.
    var updatedValues: [SymbolicTensor] { updatedParameters.compactMap { updates[$0] } }

    /// Turns the collected updates into the graph's assignments. To be called once, after the trace.
    ///
    /// - Throws: if an update does not fit its parameter.
    public func assignUpdates() throws {
        for parameter in updatedParameters {
            guard let value = updates[parameter] else { continue }
            try graph.assign(parameter.variable, value)
        }
    }

    func read(_ parameter: Parameter) throws -> SymbolicTensor {
        // A statistic is no path for gradients, also where it holds this batch's moments.
        if let value = updates[parameter] { return try value.stopGradient() }
        return graph.read(substitutes[parameter] ?? parameter.variable)
    }

    func update(_ parameter: Parameter, to value: SymbolicTensor) {
        if updates.updateValue(value, forKey: parameter) == nil { updatedParameters.append(parameter) }
    }

    func record(_ layer: Layer, inputs: [SymbolicTensor], outputs: [SymbolicTensor]) {
        layerOutputs.append(LayerOutput(path: graph.scope, layer: layer, inputs: inputs, outputs: outputs))
    }

    /// Begins another trace of the same model in the same graph, in which layers draw the same random numbers.
    ///
    /// - Returns: what the layers computed in the trace that ends.
    func beginAnotherTrace() -> [LayerOutput] {
        defer {
            layerOutputs = []
            randomCounts = [:]
        }
        return layerOutputs
    }

    /// The scopes in which random numbers were drawn.
    var randomScopes: Set<String> { Set(randomCounts.keys) }

    /// The random key's input, made at the first use.
    func requireRandomKey() -> SymbolicTensor {
        if let randomKey { return randomKey }
        let key = graph.input(Self.randomKeyName, shape: [5], dtype: .int32)
        randomKey = key
        return key
    }

    /// A stream number for the next random tensor of the open scope: a hash of the layer's path in the
    /// model, so that it depends on neither the order of layers nor anything outside the model.
    func nextStream(seed: UInt64?) -> UInt64 {
        let scope = graph.scope
        let index = randomCounts[scope, default: 0]
        randomCounts[scope] = index + 1
        let seedText = seed.map { "#\($0)" } ?? ""
        return StableHash.fnv1a("\(scope)/random_\(index)\(seedText)")
    }
}
