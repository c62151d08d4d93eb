import ThawTensor

extension Graph {
    /// The graph with nodes that compute the same from the same inputs merged into one.
    ///
    /// Operations are compared by their attributes, so an operation takes part when it is `Hashable`;
    /// random numbers of the same stream and key are equal by definition. Of constants, only small ones are
    /// compared.
    ///
    /// - Parameter isCandidate: whether a node takes part; all by default.
    public func eliminatingCommonSubexpressions(
        where isCandidate: (Node) -> Bool = { _ in true }
    ) throws(GraphError) -> Graph {
        var known: [ExpressionKey: [SymbolicTensor]] = [:]
        let rewriter = GraphRewriter(self)
        return try rewriter.rewrite { (index, inputs) throws(GraphError) in
            let operation = nodes[index].operation
            guard isCandidate(nodes[index]), let attributes = Self.key(of: operation) else { return nil }
            let key = ExpressionKey(attributes: attributes, inputs: inputs.map(\.value))
            if let earlier = known[key] { return earlier }
            let outputs: [SymbolicTensor]
            if let constant = operation as? Constant {
                outputs = [rewriter.target.constant(constant.tensor)]
            } else {
                outputs = try rewriter.target.apply(operation, inputs)
            }
            known[key] = outputs
            return outputs
        }
    }

    private static func key(of operation: any GraphOperation) -> AnyHashable? {
        if let constant = operation as? Constant { return ConstantKey(constant.tensor).map(AnyHashable.init) }
        return (operation as? any Hashable).map { AnyHashable($0) }
    }
}

/// What a node computes: an operation with its attributes, and where its inputs come from.
private struct ExpressionKey: Hashable {
    let attributes: AnyHashable
    let inputs: [Graph.Value]
}

/// The contents of a small constant, bit by bit: 0 and -0 differ, NaN equals itself.
private struct ConstantKey: Hashable {
    let shape: [Int]
    let dtype: DType
    let bytes: [UInt8]

    init?(_ tensor: Tensor) {
        guard tensor.byteCount <= 4096 else { return nil }
        shape = tensor.shape
        dtype = tensor.dtype
        bytes = tensor.withUnsafeBytes { Array($0) }
    }
}
