import ThawTensor

/// The mean and the biased variance over all axes but the last.
///
/// ## Shapes
/// Input: x `[..., c]` with at least 2 axes. Outputs: mean `[c]`, variance `[c]`.
public struct Moments: GraphOperation, Hashable {
    /// Creates the operation.
    public init() {}

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 1)
        try BatchNormalization.check(inputs[0], [])
        let channels = TensorType([inputs[0].shape[inputs[0].rank - 1]], inputs[0].dtype)
        return [channels, channels]
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        [
            try Self.gradient(
                x: context.input, mean: context.outputs[0], meanGradient: context.outputGradients[0],
                varianceGradient: context.outputGradients[1])
        ]
    }

    /// `meanGradient / n + varianceGradient * 2 (x - mean) / n`.
    static func gradient(
        x: SymbolicTensor, mean: SymbolicTensor, meanGradient: SymbolicTensor?,
        varianceGradient: SymbolicTensor?
    ) throws(GraphError) -> SymbolicTensor? {
        let share = Double(mean.shape[0]) / Double(x.type.count)
        let fromMean = try meanGradient.map { gradient throws(GraphError) in try gradient * share }
        guard let varianceGradient else {
            return try fromMean.map { gradient throws(GraphError) in try gradient.broadcast(to: x.shape) }
        }
        let fromVariance = try (x - mean) * (varianceGradient * (2 * share))
        return try fromMean.map { gradient throws(GraphError) in try fromVariance + gradient } ?? fromVariance
    }
}
