extension Graph {
    /// The graph with an inference-mode batch normalization folded into the product before it.
    ///
    /// A `BatchNormalizationInference` whose x is a matrix product, a convolution or a transposed
    /// convolution, with or without a bias added, becomes that product with `kernel * scale` and the bias
    /// `bias * scale + beta - mean * scale`, where `scale = gamma / sqrt(variance + epsilon)`. It happens
    /// only where nothing else uses the product, and where the parameters depend on no input of the graph,
    /// so that the new kernel can be computed once and kept.
    ///
    /// Run it on a complete graph, after differentiation: a backward pass that needs the product or its
    /// kernel uses them too, and then nothing is folded.
    public func foldingBatchNormalization() throws(GraphError) -> Graph {
        let uses = useCounts()
        let depends = nodesThatDependOnInputs()
        let rewriter = GraphRewriter(self)
        var rebuilt: [Value: SymbolicTensor] = [:]
        return try rewriter.rewrite { (index, inputs) throws(GraphError) in
            let node = nodes[index]
            // The products' inputs in the new graph are remembered for the normalization that comes later.
            for (old, new) in zip(node.inputs, inputs) { rebuilt[old] = new }
            guard let normalization = node.operation as? BatchNormalizationInference,
                let match = foldable(node, uses: uses, depends: depends)
            else { return nil }
            let scale = try inputs[1] * (inputs[4] + normalization.epsilon).reciprocalSquareRoot()
            var shift = try inputs[2] - inputs[3] * scale
            if let bias = match.bias.flatMap({ rebuilt[$0] }) { shift = try bias * scale + shift }
            let product = nodes[match.product]
            let operands = product.inputs.compactMap { rebuilt[$0] }
            guard operands.count == 2 else { return nil }
            let scaled = try Self.scaledOperands(product.operation, operands, scale)
            return [try rewriter.target.apply(product.operation, scaled)[0] + shift]
        }.eliminatingDeadNodes()
    }

    /// The product before a normalization and the bias that is added to it.
    private func foldable(
        _ node: Node, uses: [Value: Int], depends: [Bool]
    ) -> (product: Int, bias: Value?)? {
        guard !node.inputs[1...].contains(where: { depends[$0.node] }), uses[node.inputs[0]] == 1 else {
            return nil
        }
        let x = nodes[node.inputs[0].node]
        let channels = node.outputTypes[0].shape.suffix(1)
        if let kernel = kernel(of: x) { return depends[kernel.node] ? nil : (node.inputs[0].node, nil) }
        guard let sum = x.operation as? Binary, sum.kind == .add else { return nil }
        for (value, bias) in [(x.inputs[0], x.inputs[1]), (x.inputs[1], x.inputs[0])] {
            let biasType = nodes[bias.node].outputTypes[bias.output]
            guard uses[value] == 1, let kernel = kernel(of: nodes[value.node]), !depends[kernel.node],
                !depends[bias.node], biasType.shape == Array(channels)
            else { continue }
            return (value.node, bias)
        }
        return nil
    }

    /// The kernel of a product whose output's last axis is an axis of the kernel.
    private func kernel(of node: Node) -> Value? {
        switch node.operation {
        case is MatrixProduct: node.outputTypes[0].rank == 2 ? node.inputs[1] : nil
        case is Convolution2D: node.inputs[1]
        case let transposed as Convolution2DInputGradient:
            transposed.convolution.groups == 1 ? node.inputs[0] : nil
        default: nil
        }
    }

    /// The product's inputs with the kernel's output channels scaled.
    private static func scaledOperands(
        _ operation: any GraphOperation, _ operands: [SymbolicTensor], _ scale: SymbolicTensor
    ) throws(GraphError) -> [SymbolicTensor] {
        switch operation {
        case let product as MatrixProduct where product.transposeB:
            [operands[0], try operands[1] * scale.reshape(to: [-1, 1])]
        case is Convolution2DInputGradient:
            [try operands[0] * scale.reshape(to: [-1, 1]), operands[1]]
        default:
            [operands[0], try operands[1] * scale]
        }
    }
}
