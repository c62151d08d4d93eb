/// Builds a graph from nodes of another one.
struct GraphCopy {
    private let source: Graph
    /// The new graph.
    let target = Graph()
    private var values: [Graph.Value: SymbolicTensor] = [:]

    init(_ source: Graph) { self.source = source }

    /// What stands for a value of the source.
    subscript(value: Graph.Value) -> SymbolicTensor {
        get {
            guard let tensor = values[value] else {
                preconditionFailure("GraphCopy: value \(value) is used before it is copied")
            }
            return tensor
        }
        set { values[value] = newValue }
    }

    /// Copies a node, all of whose inputs are there; values that were given stay.
    mutating func add(_ index: Int) throws(GraphError) {
        let node = source.nodes[index]
        let inputs = node.inputs.map { self[$0] }
        let target = target
        let outputs = try target.withScope(node.scope) { () throws(GraphError) in
            try target.copy(node, inputs)
        }
        for (output, tensor) in outputs.enumerated() {
            let value = Graph.Value(node: index, output: output)
            if values[value] == nil { values[value] = tensor }
        }
    }
}

extension Graph {
    /// Adds what a node of another graph computes.
    func copy(_ node: Node, _ inputs: [SymbolicTensor]) throws(GraphError) -> [SymbolicTensor] {
        switch node.operation {
        case let input as Input:
            [self.input(input.inputName, shape: input.type.shape, dtype: input.type.dtype)]
        case let read as VariableRead: [self.read(read.variable)]
        case let constant as Constant: [self.constant(constant.tensor)]
        default: try apply(node.operation, inputs)
        }
    }
}
