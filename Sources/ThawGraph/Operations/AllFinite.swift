import ThawTensor

/// Whether no element of any input is infinite or NaN: a bool scalar. Takes any number of floating inputs,
/// at least one.
public struct AllFinite: GraphOperation, Hashable {
    /// Creates the operation.
    public init() {}

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        guard !inputs.isEmpty else { throw GraphError("expects at least one input, got none.") }
        for input in inputs { try ShapeRules.expectFloating(input) }
        return [TensorType([], .bool)]
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        context.inputs.map { _ in nil }
    }
}
