public import ThawGraph

/// Everything about a call that is not the layer's own: the mode, whether state is written, which
/// random layers are live.
///
/// A context belongs to one trace of one graph. Layers receive it in `call` and must not keep it. To
/// run a part in another mode, copy the context, change `mode` and hand the copy on.
public struct CallContext {
    /// Where updates of state and the random key of the trace are collected.
    public let tracer: Tracer
    /// The mode of the call.
    public var mode: Mode
    /// Whether layers may update statistics. Only `fit` does.
    public var writesState: Bool
    /// Which random layers are live.
    public var liveRandomness: LiveRandomness
    /// What every Batch Normalization does in this call, whatever its own setting and the mode; nil
    /// leaves it to them.
    public var statisticsOverride: BatchNormalization.Statistics?
    /// The names that the model whose layers are being called has given some of them, in place of their own.
    var namesInModel: [ObjectIdentifier: String] = [:]

    /// Describes a call that is traced into `graph`.
    public init(
        graph: Graph, mode: Mode, writesState: Bool = false, liveRandomness: LiveRandomness = .automatic,
        statisticsOverride: BatchNormalization.Statistics? = nil
    ) {
        self.tracer = Tracer(graph: graph)
        self.mode = mode
        self.writesState = writesState
        self.liveRandomness = liveRandomness
        self.statisticsOverride = statisticsOverride
    }

    /// The graph that is being built.
    public var graph: Graph { tracer.graph }

    /// The value of a parameter in this call: for a statistic that an earlier call in the same graph
    /// updated (a shared layer), the updated one.
    public func read(_ parameter: Parameter) throws -> SymbolicTensor {
        try tracer.read(parameter)
    }

    /// Declares that a statistic becomes `value` at the end of the step. Does nothing unless the call
    /// writes state.
    public func update(_ parameter: Parameter, to value: SymbolicTensor) {
        guard writesState else { return }
        tracer.update(parameter, to: value)
    }

    /// The context of a call whose mode was fixed when the model was made. It follows that mode in everything:
    /// in inference random layers are off and moving statistics are used, whatever this context asks for.
    func pinned(to mode: Mode?) -> CallContext {
        guard let mode else { return self }
        var context = self
        context.mode = mode
        context.statisticsOverride = nil
        context.liveRandomness = mode == .inference ? .none : .automatic
        return context
    }

    /// Whether the random layer draws numbers in this call.
    public func isRandomnessLive(for layer: Layer) -> Bool {
        switch liveRandomness {
        case .none: false
        case .all: true
        case .automatic: mode == .training && layer.isTrainable
        }
    }
}
