import ThawGraph
import ThawTensor

/// What lowering needs to know about a graph before it chooses steps.
struct GraphAnalysis {
    let graph: Graph
    /// For each node, whether it only renames its input: its output is its input's memory.
    private(set) var isAlias: [Bool]
    /// For each node the phase in which it is computed.
    private(set) var phase: [Phase]
    /// For each node the nodes that use one of its outputs, aliases looked through.
    private(set) var users: [[Int]]
    /// Values that must have memory of their own: outputs, assigned values and the condition.
    private(set) var required: Set<Graph.Value>

    init(_ graph: Graph) {
        self.graph = graph
        let count = graph.nodes.count
        isAlias = graph.nodes.map { node in
            switch node.operation {
            case is Reshape, is StopGradient: true
            case let cast as Cast: Self.isSameStorage(node, cast, in: graph)
            case is BroadcastTo:
                graph.nodes[node.inputs[0].node].outputTypes[node.inputs[0].output].count
                    == node.outputTypes[0].count
            default: false
            }
        }
        phase = [Phase](repeating: .main, count: count)
        users = [[Int]](repeating: [], count: count)
        required = []

        let assigned = Set(graph.assignments.map { ObjectIdentifier($0.variable) })
        var isStatic = [Bool](repeating: false, count: count)
        for (index, node) in graph.nodes.enumerated() {
            switch node.operation {
            case is Constant: isStatic[index] = true
            case let read as VariableRead:
                isStatic[index] = !assigned.contains(ObjectIdentifier(read.variable))
            case is Input: isStatic[index] = false
            default: isStatic[index] = node.inputs.allSatisfy { isStatic[$0.node] }
            }
        }

        // What the outputs and the condition need is computed at every run; the rest only when assignments happen.
        var isAlways = [Bool](repeating: graph.assignmentPredicate == nil, count: count)
        for output in graph.outputs { isAlways[output.value.node] = true }
        if let predicate = graph.assignmentPredicate { isAlways[predicate.node] = true }
        for index in stride(from: count - 1, through: 0, by: -1) where isAlways[index] {
            for input in graph.nodes[index].inputs { isAlways[input.node] = true }
        }
        for index in 0..<count {
            phase[index] = isStatic[index] ? .prologue : isAlways[index] ? .main : .update
        }

        for (index, node) in graph.nodes.enumerated() where !isAlias[index] {
            var seen: Set<Int> = []
            for input in node.inputs {
                let producer = root(input).node
                if seen.insert(producer).inserted { users[producer].append(index) }
            }
        }
        required = Set(
            (graph.outputs.map(\.value) + graph.assignments.map(\.value)
                + (graph.assignmentPredicate.map { [$0] } ?? [])).map { root($0) })
    }

    /// The value whose memory `value` is.
    func root(_ value: Graph.Value) -> Graph.Value {
        var value = value
        while isAlias[value.node] { value = graph.nodes[value.node].inputs[0] }
        return value
    }

    func type(_ value: Graph.Value) -> TensorType { graph.nodes[value.node].outputTypes[value.output] }

    /// The element type in which the engine stores a value.
    func storedType(_ value: Graph.Value) throws(EngineError) -> StoredType {
        try StoredType(type(value).dtype, what: graph.nodes[value.node].operation.name)
    }

    /// The value of a constant with one element.
    func scalarConstant(_ value: Graph.Value) -> Float? {
        guard let constant = graph.nodes[root(value).node].operation as? Constant, constant.tensor.count == 1
        else {
            return nil
        }
        return constant.tensor.floats[0]
    }

    /// How often a value is used, counting the outside world.
    func useCount(_ value: Graph.Value) -> Int {
        users[value.node].reduce(0) { sum, user in
            sum + graph.nodes[user].inputs.count { root($0) == value }
        } + (required.contains(value) ? 1 : 0)
    }

    private static func isSameStorage(_ node: Graph.Node, _ cast: Cast, in graph: Graph) -> Bool {
        let source = graph.nodes[node.inputs[0].node].outputTypes[node.inputs[0].output].dtype
        switch (source, cast.dtype) {
        case (.bool, .float32), (.float32, .float32), (.int32, .int64), (.int64, .int32): return true
        default: return source == cast.dtype
        }
    }
}
