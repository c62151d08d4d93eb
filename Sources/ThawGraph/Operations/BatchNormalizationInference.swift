import ThawTensor

/// Batch normalization with given statistics: `(x - mean) / sqrt(variance + epsilon) * gamma + beta`.
///
/// ## Shapes
/// Inputs: x `[..., c]`, gamma, beta, mean and variance `[c]`. Output like x.
public struct BatchNormalizationInference: GraphOperation, Hashable {
    /// Added to the variance.
    public let epsilon: Double

    /// Creates the operation.
    public init(epsilon: Double) { self.epsilon = epsilon }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 5)
        try BatchNormalization.check(
            inputs[0],
            [(inputs[1], "gamma"), (inputs[2], "beta"), (inputs[3], "the mean"), (inputs[4], "the variance")])
        return [inputs[0]]
    }

    /// Whether each sample is computed for itself: with the same statistics for all.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool {
        inputs[0].rank > 1 && !areSamples.dropFirst().contains(true)
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        let shape = context.input.shape
        let channels = shape[shape.count - 1]
        let gamma = context.inputs[1]
        let needs = context.needsGradient
        let gradient = try context.arrived()
        let inverse = try (context.inputs[4] + epsilon).reciprocalSquareRoot()
        var result = [SymbolicTensor?](repeating: nil, count: 5)
        if needs[0] { result[0] = try gradient * (gamma * inverse) }
        guard needs[1...].contains(true) else { return result }
        let rows = try gradient.reshape(to: [-1, channels])
        if needs[2] || needs[3] {
            let total = try rows.sum(axes: [0])
            if needs[2] { result[2] = total }
            if needs[3] { result[3] = try -(total * (gamma * inverse)) }
        }
        if needs[1] || needs[4] {
            let centered = try context.input.reshape(to: [-1, channels]) - context.inputs[3]
            let product = try (rows * centered).sum(axes: [0])
            if needs[1] { result[1] = try product * inverse }
            if needs[4] { result[4] = try product * (gamma * (inverse * inverse.square() * -0.5)) }
        }
        return result
    }

    /// The same in simpler operations.
    public func decomposed(_ inputs: [SymbolicTensor]) throws(GraphError) -> [SymbolicTensor]? {
        let scale = try inputs[1] * (inputs[4] + epsilon).reciprocalSquareRoot()
        let shift = try inputs[2] - inputs[3] * scale
        return [try inputs[0] * scale + shift]
    }
}
