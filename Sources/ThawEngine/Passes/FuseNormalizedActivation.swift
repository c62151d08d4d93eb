import ThawGraph
import ThawTensor

extension Graph {
    /// The graph with large batch normalizations, what is added to them and their ReLU in one operation, and with their
    /// gradients in two that compute the ReLU again.
    ///
    /// What is as large as images is read and written at the speed of memory, so what counts is how often. Where nothing was
    /// added before the ReLU, x alone is kept between the ways there and back.
    ///
    /// Run it after differentiation.
    func fusingNormalizedActivation() throws(GraphError) -> Graph {
        let source = try eliminatingDeadNodes()
        let chains = NormalizedActivationChains(source)
        guard !chains.forward.isEmpty || !chains.backward.isEmpty else { return self }
        let forward = Dictionary(uniqueKeysWithValues: chains.forward.map { ($0.normalization, $0) })
        let last = Dictionary(uniqueKeysWithValues: chains.forward.map { ($0.last, $0) })
        let backward = Dictionary(uniqueKeysWithValues: chains.backward.map { ($0.gradient, $0) })
        var statistics: [Int: NormalizationStatistics] = [:]
        var results: [Graph.Value: SymbolicTensor] = [:]
        var sums: [Graph.Value: SymbolicTensor] = [:]
        func remember(_ index: Int, _ inputs: [SymbolicTensor]) {
            for (value, tensor) in zip(source.nodes[index].inputs, inputs) { results[value] = tensor }
        }
        return try GraphRewriter(source).rewrite { (index, inputs) throws(GraphError) in
            remember(index, inputs)
            if let chain = backward[index],
                let operation = source.nodes[index].operation as? BatchNormalizationGradient
            {
                let gradients = try operation.fused(chain, inputs, results)
                sums[Graph.Value(node: index, output: 0)] = gradients.sums
                return [gradients.input, gradients.gamma, gradients.beta]
            }
            if let reduction = source.nodes[index].operation as? Reduction,
                let sum = sums[source.nodes[index].inputs[0]], reduction.kind == .sum,
                reduction.axes == Array(0..<(inputs[0].rank - 1))
            {
                return [try sum.reshape(to: source.nodes[index].outputTypes[0].shape)]
            }
            var outputs: [SymbolicTensor]?
            if forward[index] != nil, let operation = source.nodes[index].operation as? BatchNormalization {
                let own = try NormalizationStatistics(operation, inputs)
                statistics[index] = own
                outputs = [inputs[0], own.mean, own.variance]
            }
            if let chain = last[index], let own = statistics[chain.normalization] {
                var operands = own.operands
                if let residual = chain.residual, let tensor = results[residual] { operands.append(tensor) }
                let result = try inputs[0].graph.apply(
                    NormalizedActivation(activation: chain.activation), operands)
                outputs = result + (outputs ?? []).dropFirst()
            }
            return outputs
        }.eliminatingDeadNodes()
    }
}

/// What a batch normalization computes before it normalizes.
private struct NormalizationStatistics {
    let mean: SymbolicTensor
    let variance: SymbolicTensor
    /// x, mean, scale and shift.
    let operands: [SymbolicTensor]

    init(_ operation: BatchNormalization, _ inputs: [SymbolicTensor]) throws(GraphError) {
        (mean, variance) = try inputs[0].moments()
        let inverse = try (variance + operation.epsilon).reciprocalSquareRoot()
        operands = [inputs[0], mean, try inputs[1] * inverse, inputs[2]]
    }
}

extension BatchNormalizationGradient {
    /// The gradients of x, gamma and beta, as `decomposed` gives them, and the sums of the first over all axes but the last.
    fileprivate func fused(
        _ chain: NormalizedActivationChains.Backward, _ inputs: [SymbolicTensor],
        _ results: [Graph.Value: SymbolicTensor]
    ) throws(GraphError) -> (
        input: SymbolicTensor, gamma: SymbolicTensor, beta: SymbolicTensor, sums: SymbolicTensor
    ) {
        let (x, gamma, mean, variance) = (inputs[0], inputs[1], inputs[2], inputs[3])
        let arriving = results[chain.arriving] ?? inputs[4]
        let inverse = try (variance + epsilon).reciprocalSquareRoot()
        let scale = try gamma * inverse
        // Without an activation nobody reads the shift.
        let shift = chain.shift.flatMap { results[$0] } ?? mean
        let sums = try x.graph.apply(
            NormalizedActivationSums(activation: chain.activation), [x, arriving, mean, scale, shift])
        let (beta, gammaGradient) = (sums[0], try sums[1] * inverse)
        let share = Double(mean.shape[0]) / Double(x.type.count)
        let (slope, offset) = try Self.slopeAndOffset(
            scale: scale, inverseDeviation: inverse, gamma: gammaGradient, beta: beta, share: share)
        let result = try x.graph.apply(
            NormalizedActivationGradient(activation: chain.activation),
            [x, arriving, mean, scale, shift, slope, offset])
        return (result[0], gammaGradient, beta, result[1])
    }
}
