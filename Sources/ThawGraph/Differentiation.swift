extension Graph {
    /// The gradients of a scalar with respect to `targets`, by reverse-mode differentiation.
    ///
    /// Nodes are added only on paths from a target to `result`; for anything else (a frozen parameter that
    /// is not among the targets) nothing is computed or kept. A target that does not influence the result
    /// gets nil.
    ///
    /// - Throws: if `result` is not a scalar, or an operation on the way has no gradient.
    public func gradients(
        of result: SymbolicTensor, withRespectTo targets: [SymbolicTensor]
    ) throws(GraphError) -> [SymbolicTensor?] {
        guard result.type.count == 1 else {
            throw GraphError(
                "gradients are taken of a scalar, not of \(result.type); reduce it first, for example "
                    + "with mean().",
                operation: "gradients", scope: scope)
        }
        let count = nodes.count
        var isOnPath = [Bool](repeating: false, count: count)
        for target in targets { isOnPath[target.value.node] = true }
        for index in 0..<count where !isOnPath[index] && !(nodes[index].operation is StopGradient) {
            isOnPath[index] = nodes[index].inputs.contains { isOnPath[$0.node] }
        }

        var arrived: [Value: SymbolicTensor] = [:]
        arrived[result.value] = try constant(1, dtype: result.dtype).broadcast(to: result.shape)
        let targetNodes = Set(targets.map(\.value.node))
        let first = targetNodes.min() ?? count
        for index in stride(from: result.value.node, through: first, by: -1) where isOnPath[index] {
            let node = nodes[index]
            guard !node.inputs.isEmpty else { continue }
            let outputs = node.outputTypes.indices.map { tensor(Value(node: index, output: $0)) }
            let outputGradients = outputs.map { arrived[$0.value] }
            guard outputGradients.contains(where: { $0 != nil }) else { continue }
            let needs = node.inputs.map { isOnPath[$0.node] }
            guard needs.contains(true) else { continue }
            let context = GradientContext(
                inputs: node.inputs.map { tensor($0) }, outputs: outputs,
                outputGradients: outputGradients, needsGradient: needs)
            let gradients = try withScope(gradientScope(of: node)) { () throws(GraphError) in
                try node.operation.gradient(context)
            }
            for (position, input) in node.inputs.enumerated() where needs[position] {
                guard let gradient = gradients[position] else { continue }
                arrived[input] =
                    try arrived[input].map { earlier throws(GraphError) in try earlier + gradient }
                    ?? gradient
            }
        }
        return targets.map { arrived[$0.value] }
    }

    private func gradientScope(of node: Node) -> String {
        node.scope.hasPrefix("gradient/") ? node.scope : "gradient/\(node.scope)"
    }
}
