import ThawTensor

/// Batch normalization with the statistics of the batch (Ioffe and Szegedy, 2015): `(x - mean) /
/// sqrt(variance + epsilon) * gamma + beta`.
///
/// ## Shapes
/// Inputs: x `[..., c]`, gamma `[c]`, beta `[c]`. Outputs: y like x, the mean `[c]` and the biased variance
/// `[c]` over all other axes.
public struct BatchNormalization: GraphOperation, Hashable {
    /// Added to the variance.
    public let epsilon: Double

    /// Creates the operation.
    public init(epsilon: Double) { self.epsilon = epsilon }

    /// Throws unless x has at least two axes, is not empty, and the vectors have its last size.
    static func check(_ x: TensorType, _ vectors: [(TensorType, String)]) throws(GraphError) {
        try ShapeRules.expectFloating(x)
        guard x.rank >= 2, x.count > 0 else {
            throw GraphError("expects [..., channels] with at least 2 axes and 1 element, got \(x).")
        }
        for (vector, what) in vectors {
            try ShapeRules.expectEqualTypes([x, vector])
            try ShapeRules.expectShape(vector, [x.shape[x.rank - 1]], what)
        }
    }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 3)
        try Self.check(inputs[0], [(inputs[1], "gamma"), (inputs[2], "beta")])
        return [inputs[0], inputs[1], inputs[2]]
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        let x = context.inputs[0]
        let mean = context.outputs[1]
        let variance = context.outputs[2]
        var result: [SymbolicTensor?] = [nil, nil, nil]
        if let gradient = context.outputGradients[0] {
            let gradients = try context.graph.apply(
                BatchNormalizationGradient(epsilon: epsilon),
                [x, context.inputs[1], mean, variance, gradient])
            for index in 0..<3 where context.needsGradient[index] { result[index] = gradients[index] }
        }
        if context.needsGradient[0],
            let extra = try Moments.gradient(
                x: x, mean: mean, meanGradient: context.outputGradients[1],
                varianceGradient: context.outputGradients[2])
        {
            result[0] = try result[0].map { first throws(GraphError) in try first + extra } ?? extra
        }
        return result
    }

    /// The same in simpler operations.
    public func decomposed(_ inputs: [SymbolicTensor]) throws(GraphError) -> [SymbolicTensor]? {
        let shape = inputs[0].shape
        let x = try inputs[0].reshape(to: [-1, shape[shape.count - 1]])
        let (mean, variance) = try x.moments()
        let scale = try inputs[1] * (variance + epsilon).reciprocalSquareRoot()
        // Subtracting the mean first keeps the digits that x * scale + shift would lose where the mean is
        // large.
        let y = try (x - mean) * scale + inputs[2]
        return [try y.reshape(to: shape), mean, variance]
    }
}

/// The gradient of `BatchNormalization`, with the mean and the variance it computed.
///
/// ## Shapes
/// Inputs: x `[..., c]`, gamma `[c]`, mean `[c]`, variance `[c]`, the output's gradient like x. Outputs:
/// the gradients of x, gamma, beta.
public struct BatchNormalizationGradient: GraphOperation, Hashable {
    /// Added to the variance.
    public let epsilon: Double

    /// Creates the operation.
    public init(epsilon: Double) { self.epsilon = epsilon }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 5)
        try BatchNormalization.check(
            inputs[0], [(inputs[1], "gamma"), (inputs[2], "the mean"), (inputs[3], "the variance")])
        try ShapeRules.expectEqualTypes([inputs[0], inputs[4]])
        try ShapeRules.expectShape(inputs[4], inputs[0].shape, "the gradient of the output")
        return [inputs[0], inputs[1], inputs[1]]
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        try context.gradients(ofDecomposed: self)
    }

    /// The same in simpler operations.
    public func decomposed(_ inputs: [SymbolicTensor]) throws(GraphError) -> [SymbolicTensor]? {
        let shape = inputs[0].shape
        let channels = shape[shape.count - 1]
        let x = try inputs[0].reshape(to: [-1, channels])
        let gradient = try inputs[4].reshape(to: [-1, channels])
        let inverse = try (inputs[3] + epsilon).reciprocalSquareRoot()
        let scale = try inputs[1] * inverse
        let beta = try gradient.sum(axes: [0])
        let gamma = try (gradient * (x - inputs[2])).sum(axes: [0]) * inverse
        let share = 1 / Double(x.shape[0])
        // dx = scale (dy - dbeta / N - xhat dgamma / N), with everything that is per channel computed per channel. x - mean is
        // written twice on purpose: computing it again costs less than storing it between the two passes over x.
        let (slope, offset) = try Self.slopeAndOffset(
            scale: scale, inverseDeviation: inverse, gamma: gamma, beta: beta, share: share)
        let result = try gradient * scale + ((x - inputs[2]) * slope + offset)
        return [try result.reshape(to: shape), gamma, beta]
    }

    /// What the gradient of x has besides `scale` times the gradient that arrives: `(x - mean) * slope + offset`.
    ///
    /// - Parameters:
    ///   - scale: gamma over the deviation.
    ///   - gamma: the gradient of gamma.
    ///   - beta: the gradient of beta.
    ///   - share: 1 over the number of elements of a channel.
    package static func slopeAndOffset(
        scale: SymbolicTensor, inverseDeviation: SymbolicTensor, gamma: SymbolicTensor, beta: SymbolicTensor,
        share: Double
    ) throws(GraphError) -> (slope: SymbolicTensor, offset: SymbolicTensor) {
        (try -(scale * inverseDeviation * gamma * share), try -(scale * beta * share))
    }
}
