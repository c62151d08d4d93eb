/// Passes its input on and lets no gradient through.
public struct StopGradient: GraphOperation, Hashable {
    /// Creates the operation.
    public init() {}

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 1)
        return inputs
    }

    /// Whether each sample is computed for itself.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool { true }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] { [nil] }
}
