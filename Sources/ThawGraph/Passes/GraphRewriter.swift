/// Rebuilds a graph node by node into a new one, replacing some nodes by other values.
///
/// What neither an output, an assignment nor the condition for assignments needs is left out, except inputs, which all
/// stay in their order.
final class GraphRewriter {
    /// The graph that is read.
    let source: Graph
    /// The graph that is written.
    let target = Graph()

    init(_ source: Graph) { self.source = source }

    /// Rebuilds the graph.
    ///
    /// - Parameter replace: for a node's index and its inputs in the new graph, its outputs there; nil copies the node.
    func rewrite(
        _ replace: (Int, [SymbolicTensor]) throws(GraphError) -> [SymbolicTensor]?
    ) throws(GraphError) -> Graph {
        var rebuilt: [Graph.Value: SymbolicTensor] = [:]
        func tensor(_ value: Graph.Value) -> SymbolicTensor {
            guard let tensor = rebuilt[value] else { preconditionFailure("a node comes before its input") }
            return tensor
        }
        let needed = source.neededNodes()
        for index in source.nodes.indices where needed[index] {
            let node = source.nodes[index]
            let inputs = node.inputs.map { tensor($0) }
            let outputs = try target.withScope(node.scope) { () throws(GraphError) in
                switch node.operation {
                case let input as Input:
                    return [target.input(input.inputName, shape: input.type.shape, dtype: input.type.dtype)]
                case let read as VariableRead: return [target.read(read.variable)]
                default: break
                }
                if let replaced = try replace(index, inputs) { return replaced }
                if let constant = node.operation as? Constant { return [target.constant(constant.tensor)] }
                return try target.apply(node.operation, inputs)
            }
            for (number, output) in outputs.enumerated() {
                rebuilt[Graph.Value(node: index, output: number)] = output
            }
        }
        for output in source.outputs { target.addOutput(output.name, tensor(output.value)) }
        for assignment in source.assignments { try target.assign(assignment.variable, tensor(assignment.value)) }
        if let predicate = source.assignmentPredicate { try target.assignOnlyIf(tensor(predicate)) }
        return target
    }
}

extension Graph {
    /// Which nodes an output, an assignment or the condition needs; inputs always.
    func neededNodes() -> [Bool] {
        var needed = [Bool](repeating: false, count: nodes.count)
        for value in outsideUses() { needed[value.node] = true }
        for index in inputNodes { needed[index] = true }
        for index in nodes.indices.reversed() where needed[index] {
            for input in nodes[index].inputs { needed[input.node] = true }
        }
        return needed
    }

    /// How many nodes, outputs, assignments and conditions use each value.
    func useCounts() -> [Value: Int] {
        var counts: [Value: Int] = [:]
        for node in nodes { for input in node.inputs { counts[input, default: 0] += 1 } }
        for value in outsideUses() { counts[value, default: 0] += 1 }
        return counts
    }

    /// For each node whether an input of the graph, or a random number, can change its value.
    func nodesThatDependOnInputs() -> [Bool] {
        var depends = [Bool](repeating: false, count: nodes.count)
        for (index, node) in nodes.enumerated() {
            depends[index] = node.operation is Input || node.inputs.contains { depends[$0.node] }
        }
        return depends
    }

    private func outsideUses() -> [Value] {
        outputs.map(\.value) + assignments.map(\.value) + (assignmentPredicate.map { [$0] } ?? [])
    }
}
