import ThawEngine
import ThawGraph
public import ThawTensor

extension Model {
    /// Computes the output for one batch, traced and compiled for this call alone: for a look at a few
    /// samples. For many, `predict` is faster. Writes no state.
    ///
    /// - Parameters:
    ///   - x: samples `[n, ...]`.
    ///   - mode: how the model is called.
    ///   - liveRandomness: which random layers are live.
    /// - Throws: `LayerError` if the shape does not fit; what the engine throws.
    public final func callAsFunction(
        _ x: Tensor, mode: Mode = .inference, liveRandomness: LiveRandomness = .automatic
    ) throws -> Tensor {
        try ensureBuilt(inputShapes: [x.shape])
        let graph = Graph()
        let context = CallContext(graph: graph, mode: mode, liveRandomness: liveRandomness)
        let outputs = try trace([graph.input("x", shape: x.shape)], context: context)
        guard outputs.count == 1 else {
            throw ModelError.inputCount(model: "\(name) (outputs)", expected: 1, got: outputs.count)
        }
        graph.addOutput("y", outputs[0])
        var inputs = ["x": x]
        if context.tracer.randomKey != nil {
            let halves = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]
            let key = halves.map { Int32(bitPattern: $0) } + [0, 0, 0]
            inputs[Tracer.randomKeyName] = Tensor(shape: [5], scalars: key)
        }
        // One stretch on the engine's thread: executables share memory.
        return try engine.perform { () throws in
            try engine.compile(graph).run(inputs)["y"] ?? Tensor.zeros([0])
        }
    }
}
