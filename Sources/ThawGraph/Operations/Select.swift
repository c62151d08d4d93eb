import ThawTensor

/// Takes elements of a where a condition is true, of b elsewhere, with broadcasting.
///
/// Inputs: the condition (bool), a, b.
public struct Select: GraphOperation, Hashable {
    /// Creates the operation.
    public init() {}

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 3)
        try ShapeRules.expectBool(inputs[0], "the condition")
        try ShapeRules.expectEqualTypes(Array(inputs[1...]))
        let values = try ShapeRules.broadcast(inputs[1].shape, inputs[2].shape)
        return [TensorType(try ShapeRules.broadcast(inputs[0].shape, values), inputs[1].dtype)]
    }

    /// Whether each sample is computed for itself.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool {
        ShapeRules.keepsSamplesApart(broadcasting: inputs, areSamples: areSamples)
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        let gradient = try context.arrived()
        let condition = context.inputs[0]
        var result: [SymbolicTensor?] = [nil, nil, nil]
        if context.needsGradient[1] {
            result[1] = try condition.select(gradient, 0).summed(toShape: context.inputs[1].shape)
        }
        if context.needsGradient[2] {
            let zero = context.graph.constant(0, dtype: gradient.dtype)
            result[2] = try condition.select(zero, gradient).summed(toShape: context.inputs[2].shape)
        }
        return result
    }
}
