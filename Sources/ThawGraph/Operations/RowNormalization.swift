import ThawTensor

/// Brings each row to mean 0 and variance 1: `(x - mean) / sqrt(variance + epsilon)` along the last axis, the core of layer
/// normalization (Ba et al., 2016).
///
/// ## Shapes
/// Input: x `[..., c]`. Outputs: y like x, and `1 / sqrt(variance + epsilon)` `[..., 1]`, with the biased variance.
public struct RowNormalization: GraphOperation, Hashable {
    /// Added to the variance.
    public let epsilon: Double

    /// Creates the operation.
    public init(epsilon: Double) { self.epsilon = epsilon }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 1)
        let x = inputs[0]
        try ShapeRules.expectFloating(x)
        guard x.rank > 0, x.count > 0 else {
            throw GraphError("expects [..., c] with at least 1 axis and 1 element, got \(x).")
        }
        return [x, TensorType(x.shape.dropLast() + [1], x.dtype)]
    }

    /// Whether each sample is computed for itself: along another axis than that of the samples.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool { inputs[0].rank > 1 }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        let (y, inverse) = (context.outputs[0], context.outputs[1])
        var result: SymbolicTensor?
        if let gradient = context.outputGradients[0] {
            // What the mean and the variance take away: the parts of the gradient along 1 and along y.
            let mean = try gradient.mean(axes: [-1], keepingDimensions: true)
            let slope = try (gradient * y).mean(axes: [-1], keepingDimensions: true)
            result = try (gradient - mean - y * slope) * inverse
        }
        if let gradient = context.outputGradients[1] {
            let share = 1 / Double(y.shape[y.rank - 1])
            let extra = try y * (gradient * inverse.square() * -share)
            result = try result.map { first throws(GraphError) in try first + extra } ?? extra
        }
        return [result]
    }

    /// The same in simpler operations.
    public func decomposed(_ inputs: [SymbolicTensor]) throws(GraphError) -> [SymbolicTensor]? {
        let centered = try inputs[0] - inputs[0].mean(axes: [-1], keepingDimensions: true)
        // From the centered values: the mean of squares less the square of the mean would lose digits.
        let variance = try centered.square().mean(axes: [-1], keepingDimensions: true)
        let inverse = try (variance + epsilon).reciprocalSquareRoot()
        return [try centered * inverse, inverse]
    }
}
