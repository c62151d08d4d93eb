public import ThawTensor

/// A value that will be computed: one output of a node of a graph.
///
/// Functions and operators on it add nodes. They throw when shapes do not fit, so an expression is written
/// with one `try`: `try (x - mean) * scale + shift`.
public struct SymbolicTensor {
    /// The graph it belongs to.
    public let graph: Graph
    /// The node and output that it names.
    public let value: Graph.Value

    init(graph: Graph, value: Graph.Value) {
        self.graph = graph
        self.value = value
    }

    /// Shape and element type.
    public var type: TensorType { node.outputTypes[value.output] }
    /// The sizes of the axes.
    public var shape: [Int] { type.shape }
    /// The element type.
    public var dtype: DType { type.dtype }
    /// The number of axes.
    public var rank: Int { shape.count }

    /// The node that computes it.
    public var node: Graph.Node { graph.nodes[value.node] }

    /// The operation that computes it; losses look here for a softmax whose logits they can use.
    public var operation: any GraphOperation { node.operation }

    /// The inputs of the node that computes it.
    public var inputs: [SymbolicTensor] { node.inputs.map { SymbolicTensor(graph: graph, value: $0) } }
}
