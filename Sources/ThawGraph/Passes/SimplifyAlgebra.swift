import ThawTensor

extension Graph {
    /// The graph without work that does nothing: `x * 1`, `x / 1`, `x + 0`, `x - 0`, a reshape of a
    /// reshape, a transpose that undoes another, casts to the same type, and repetition that the
    /// elementwise operation after it does by itself.
    ///
    /// Only rewrites that are exact for every x, NaN and infinity included.
    public func simplifyingAlgebra() throws(GraphError) -> Graph {
        let rewriter = GraphRewriter(self)
        return try rewriter.rewrite { (index, inputs) throws(GraphError) in
            try Self.simplified(nodes[index], inputs, rewriter.target).map { [$0] }
        }.eliminatingDeadNodes()
    }

    private static func simplified(
        _ node: Node, _ inputs: [SymbolicTensor], _ graph: Graph
    ) throws(GraphError) -> SymbolicTensor? {
        let type = node.outputTypes[0]
        switch node.operation {
        case let binary as Binary:
            if let kept = withoutNeutral(binary.kind, inputs[0], inputs[1]), kept.type == type { return kept }
            let plain = withoutBroadcast(inputs, type.shape)
            return plain.map(\.value) == inputs.map(\.value) ? nil : try graph.apply(binary, plain)[0]
        case let select as Select:
            let plain = withoutBroadcast(inputs, type.shape)
            return plain.map(\.value) == inputs.map(\.value) ? nil : try graph.apply(select, plain)[0]
        case is Reshape:
            if type == inputs[0].type { return inputs[0] }
            guard inputs[0].operation is Reshape else { return nil }
            return try inputs[0].inputs[0].reshape(to: type.shape)
        case let transpose as Transpose:
            guard let earlier = inputs[0].operation as? Transpose else { return nil }
            return try inputs[0].inputs[0].transpose(transpose.permutation.map { earlier.permutation[$0] })
        case is Cast, is BroadcastTo:
            return type == inputs[0].type ? inputs[0] : nil
        default:
            return nil
        }
    }

    private static func withoutNeutral(
        _ kind: BinaryKind, _ a: SymbolicTensor, _ b: SymbolicTensor
    ) -> SymbolicTensor? {
        switch kind {
        case .multiply: isUniform(b, 1) ? a : isUniform(a, 1) ? b : nil
        // x + 0 turns -0 into 0, which no later operation but a division can tell apart.
        case .add: isUniform(b, 0) ? a : isUniform(a, 0) ? b : nil
        case .subtract: isUniform(b, 0) ? a : nil
        case .divide: isUniform(b, 1) ? a : nil
        default: nil
        }
    }

    /// Whether every element of a small constant, repeated or not, is `number`.
    private static func isUniform(_ tensor: SymbolicTensor, _ number: Double) -> Bool {
        if tensor.operation is BroadcastTo || tensor.operation is Reshape {
            return isUniform(tensor.inputs[0], number)
        }
        guard let constant = tensor.operation as? Constant, constant.tensor.count <= 4096 else {
            return false
        }
        return constant.tensor.doubles.allSatisfy { $0 == number }
    }

    /// The inputs of an elementwise operation without their repetition, as far as the result keeps its shape.
    private static func withoutBroadcast(_ inputs: [SymbolicTensor], _ shape: [Int]) -> [SymbolicTensor] {
        var result = inputs
        for index in inputs.indices where inputs[index].operation is BroadcastTo {
            let source = inputs[index].inputs[0]
            var shapes = result.map(\.shape)
            shapes[index] = source.shape
            if broadcast(shapes) == shape { result[index] = source }
        }
        return result
    }

    private static func broadcast(_ shapes: [[Int]]) -> [Int]? {
        do {
            var shape: [Int] = []
            for each in shapes { shape = try ShapeRules.broadcast(shape, each) }
            return shape
        } catch {
            return nil
        }
    }
}
