extension Graph {
    /// The graph with operations replaced by simpler ones, again and again as long as there is something to
    /// replace.
    ///
    /// - Parameter isWanted: whether to replace an operation; one that has no decomposition stays.
    public func decomposing(
        where isWanted: (any GraphOperation) -> Bool
    ) throws(GraphError) -> Graph {
        let rewriter = GraphRewriter(self)
        return try rewriter.rewrite { (index, inputs) throws(GraphError) in
            let operation = source(index)
            guard isWanted(operation), let parts = try operation.decomposed(inputs) else { return nil }
            return try rewriter.decompose(parts, below: inputs, where: isWanted)
        }.eliminatingDeadNodes()
    }

    private func source(_ index: Int) -> any GraphOperation { nodes[index].operation }
}

extension GraphRewriter {
    /// Decomposes what a decomposition is made of.
    fileprivate func decompose(
        _ results: [SymbolicTensor], below leaves: [SymbolicTensor],
        where isWanted: (any GraphOperation) -> Bool
    ) throws(GraphError) -> [SymbolicTensor] {
        var known: [Graph.Value: SymbolicTensor] = [:]
        for leaf in leaves { known[leaf.value] = leaf }
        var final: [SymbolicTensor] = []
        for result in results { final.append(try decompose(result, &known, isWanted)) }
        return final
    }

    private func decompose(
        _ tensor: SymbolicTensor, _ known: inout [Graph.Value: SymbolicTensor],
        _ isWanted: (any GraphOperation) -> Bool
    ) throws(GraphError) -> SymbolicTensor {
        if let done = known[tensor.value] { return done }
        let node = tensor.node
        guard !node.inputs.isEmpty else { return tensor }
        var inputs: [SymbolicTensor] = []
        for input in tensor.inputs { inputs.append(try decompose(input, &known, isWanted)) }
        let outputs: [SymbolicTensor]
        if isWanted(node.operation), let parts = try node.operation.decomposed(inputs) {
            outputs = try decompose(parts, below: inputs, where: isWanted)
        } else if inputs.map(\.value) == node.inputs {
            outputs = node.outputTypes.indices.map {
                target.tensor(Graph.Value(node: tensor.value.node, output: $0))
            }
        } else {
            outputs = try target.apply(node.operation, inputs)
        }
        for (index, output) in outputs.enumerated() {
            known[Graph.Value(node: tensor.value.node, output: index)] = output
        }
        return outputs[tensor.value.output]
    }
}
