/// Rebuilds a graph node by node; a pass says what becomes of each node.
///
/// Inputs stay, used or not, in their order; other nodes are rebuilt only where an output, an assignment or
/// the condition of the assignments needs them. Scopes, outputs and assignments are taken over.
public struct GraphRewriter {
    /// The graph that is rebuilt.
    public let source: Graph
    /// The new graph.
    public let target = Graph()

    /// Prepares to rebuild a graph.
    public init(_ source: Graph) { self.source = source }

    /// Rebuilds the graph.
    ///
    /// - Parameter replace: gets the index of a node in `source` and its inputs in `target`; returns what
    ///   stands
    ///   for the node's outputs, of the same types, or nil to keep the node as it is.
    public func rewrite(
        _ replace: (_ node: Int, _ inputs: [SymbolicTensor]) throws(GraphError) -> [SymbolicTensor]?
    ) throws(GraphError) -> Graph {
        let isNeeded = source.reachableNodes()
        var values = [[SymbolicTensor]](repeating: [], count: source.nodes.count)
        for (index, node) in source.nodes.enumerated() where isNeeded[index] || node.operation is Input {
            let inputs = node.inputs.map { values[$0.node][$0.output] }
            values[index] = try rebuild(index, node, inputs, replace)
        }
        for output in source.outputs {
            target.addOutput(output.name, values[output.value.node][output.value.output])
        }
        for assignment in source.assignments {
            try target.assign(assignment.variable, values[assignment.value.node][assignment.value.output])
        }
        if let predicate = source.assignmentPredicate {
            try target.assignOnlyIf(values[predicate.node][predicate.output])
        }
        return target
    }

    private func rebuild(
        _ index: Int, _ node: Graph.Node, _ inputs: [SymbolicTensor],
        _ replace: (Int, [SymbolicTensor]) throws(GraphError) -> [SymbolicTensor]?
    ) throws(GraphError) -> [SymbolicTensor] {
        try target.withScope(node.scope) { () throws(GraphError) in
            let isLeaf = node.operation is Input || node.operation is VariableRead
            if !isLeaf, let replacement = try replace(index, inputs) {
                guard replacement.map(\.type) == node.outputTypes else {
                    throw GraphError(
                        "a pass replaced outputs of \(node.outputTypes) by \(replacement.map(\.type)); "
                            + "types must stay the same.", operation: node.operation.name, scope: node.scope)
                }
                return replacement
            }
            return try target.copy(node, inputs)
        }
    }
}

extension Graph {
    /// For each node whether an output, an assignment or the condition of the assignments depends on it.
    public func reachableNodes() -> [Bool] {
        nodesNeeded(for: valuesUsedOutside)
    }

    /// How often each value is used: by nodes that are needed, outputs, assignments and the condition of the
    /// assignments.
    func useCounts() -> [Value: Int] {
        var counts: [Value: Int] = [:]
        let isNeeded = reachableNodes()
        for (index, node) in nodes.enumerated() where isNeeded[index] {
            for input in node.inputs { counts[input, default: 0] += 1 }
        }
        for value in valuesUsedOutside { counts[value, default: 0] += 1 }
        return counts
    }

    /// For each node whether an input of the graph can change its value.
    func nodesThatDependOnInputs() -> [Bool] {
        var depends = [Bool](repeating: false, count: nodes.count)
        for (index, node) in nodes.enumerated() {
            depends[index] = node.operation is Input || node.inputs.contains { depends[$0.node] }
        }
        return depends
    }
}
