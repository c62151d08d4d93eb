import ThawTensor

/// `exp(x) / sum(exp(x))` along the last axis, without overflow.
public struct Softmax: GraphOperation, Hashable {
    /// Creates the operation.
    public init() {}

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 1)
        try ShapeRules.expectFloating(inputs[0])
        guard inputs[0].rank > 0 else {
            throw GraphError("expects at least one axis, got the scalar \(inputs[0]).")
        }
        return inputs
    }

    /// Whether each sample is computed for itself: along another axis than that of the samples.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool { inputs[0].rank > 1 }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        let gradient = try context.arrived()
        let y = context.output
        let inner = try (gradient * y).sum(axes: [-1], keepingDimensions: true)
        return [try y * (gradient - inner)]
    }
}

/// `x - log(sum(exp(x)))` along the last axis, without overflow.
public struct LogSoftmax: GraphOperation, Hashable {
    /// Creates the operation.
    public init() {}

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try Softmax().outputTypes(for: inputs)
    }

    /// Whether each sample is computed for itself: along another axis than that of the samples.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool { inputs[0].rank > 1 }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        let gradient = try context.arrived()
        let total = try gradient.sum(axes: [-1], keepingDimensions: true)
        return [try gradient - context.output.exp() * total]
    }
}
