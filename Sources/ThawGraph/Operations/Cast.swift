public import ThawTensor

/// Converts the element type. A bool becomes 0 or 1; a number becomes true where it is not 0; toward
/// integers the fraction is cut.
public struct Cast: GraphOperation, Hashable {
    /// The new element type.
    public let dtype: DType

    /// Creates the operation.
    public init(dtype: DType) { self.dtype = dtype }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 1)
        return [TensorType(inputs[0].shape, dtype)]
    }

    /// Whether each sample is computed for itself.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool { true }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        guard dtype.isFloatingPoint, context.input.dtype.isFloatingPoint else { return [nil] }
        return [try context.arrived().cast(to: context.input.dtype)]
    }
}
