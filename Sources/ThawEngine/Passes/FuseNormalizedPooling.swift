import ThawGraph
import ThawTensor

extension Graph {
    /// The graph with batch normalization, ReLU and maximum pooling in one operation, and their gradient in another.
    ///
    /// What lies between them is as large as the images and costs the time to write and read it, forwards and
    /// backwards. The maximum alone is kept, with its place; the sums that the normalization's gradient needs follow
    /// from it, since the gradient is zero everywhere else.
    ///
    /// Run it after differentiation: a value between them that anything else reads is not there any more.
    func fusingNormalizedPooling() throws(GraphError) -> Graph {
        let source = try eliminatingDeadNodes()
        let readers = ValueReaders(source)
        let chains = source.nodes.indices.compactMap { NormalizedPoolingChain($0, in: readers) }
        var fusions = chains.map(NormalizedPoolingFusion.init)
        var fusionAt: [Int: Int] = [:]
        for (number, chain) in chains.enumerated() {
            fusionAt[chain.normalization] = number
            fusionAt[chain.pooling] = number
            if let gradient = chain.gradient {
                fusionAt[gradient.pooling] = number
                fusionAt[gradient.normalization] = number
            }
        }
        return try GraphRewriter(source).rewrite { (index, inputs) throws(GraphError) in
            guard let number = fusionAt[index] else { return nil }
            return try fusions[number].replace(source.nodes[index].operation, inputs)
        }.eliminatingDeadNodes()
    }
}

/// What becomes of the nodes of one chain, in their order. Results that only the chain reads are stood for by something of
/// their type.
private struct NormalizedPoolingFusion {
    private let chain: NormalizedPoolingChain
    /// x, mean, scale and shift.
    private var operands: [SymbolicTensor] = []
    private var inverseDeviation: SymbolicTensor?
    private var pooled: [SymbolicTensor] = []
    private var arriving: SymbolicTensor?

    init(_ chain: NormalizedPoolingChain) { self.chain = chain }

    mutating func replace(
        _ operation: any GraphOperation, _ inputs: [SymbolicTensor]
    ) throws(GraphError) -> [SymbolicTensor]? {
        switch operation {
        case let normalization as BatchNormalization:
            let (mean, variance) = try inputs[0].moments()
            let inverse = try (variance + normalization.epsilon).reciprocalSquareRoot()
            operands = [inputs[0], mean, try inputs[1] * inverse, inputs[2]]
            inverseDeviation = inverse
            return [inputs[0], mean, variance]
        case let pooling as Pooling2D:
            let fused = NormalizedPooling(pooling: pooling, rectifies: chain.rectifies)
            pooled = try operands[0].graph.apply(fused, operands)
            return [pooled[0]]
        case is Pooling2DGradient:
            arriving = inputs[1]
            return [inputs[0]]
        case is BatchNormalizationGradient:
            return try gradients()
        default:
            return nil
        }
    }

    /// The gradients of x, gamma and beta.
    private func gradients() throws(GraphError) -> [SymbolicTensor]? {
        guard let arriving, let inverseDeviation, let pooling = poolingOperation else { return nil }
        let gradient = chain.rectifies ? try pooled[0].greater(than: 0).select(arriving, 0) : arriving
        let (x, mean, scale) = (operands[0], operands[1], operands[2])
        let channels = mean.shape[0]
        let rows = try gradient.reshape(to: [-1, channels])
        let beta = try rows.sum(axes: [0])
        let gamma = try (rows * pooled[1].reshape(to: [-1, channels])).sum(axes: [0]) * inverseDeviation
        let share = Double(channels) / Double(x.type.count)
        let (slope, offset) = try BatchNormalizationGradient.slopeAndOffset(
            scale: scale, inverseDeviation: inverseDeviation, gamma: gamma, beta: beta, share: share)
        let result = try x.graph.apply(
            NormalizedPoolingGradient(pooling: pooling),
            [x, gradient, pooled[2], mean, scale, slope, offset])
        return [result[0], gamma, beta]
    }

    private var poolingOperation: Pooling2D? { (pooled.first?.operation as? NormalizedPooling)?.pooling }
}
