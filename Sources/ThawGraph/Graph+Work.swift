extension Graph {
    /// About how many additions and multiplications its products take, equal ones counted once: what an engine computes.
    public func productWork() throws(GraphError) -> Double {
        let graph = try eliminatingCommonSubexpressions().eliminatingDeadNodes()
        return graph.nodes.reduce(0) { $0 + graph.productWork(of: $1) }
    }

    /// Multiplications and additions of a convolution or a matrix product; nothing else counts.
    func productWork(of node: Node) -> Double {
        let types = node.inputs.map { nodes[$0.node].outputTypes[$0.output] }
        switch node.operation {
        case is Convolution2D:
            return 2 * Double(node.outputTypes[0].count) * Double(types[1].shape.prefix(3).reduce(1, *))
        case let product as MatrixProduct:
            let inner = types[0].shape[types[0].rank - (product.transposeA ? 2 : 1)]
            return 2 * Double(node.outputTypes[0].count) * Double(inner)
        default: return 0
        }
    }
}
