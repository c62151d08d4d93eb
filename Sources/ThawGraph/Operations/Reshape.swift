import ThawTensor

/// The same elements, in order, under another shape.
public struct Reshape: GraphOperation, Hashable {
    /// The new shape, without -1.
    public let shape: [Int]

    /// Creates the operation.
    public init(shape: [Int]) { self.shape = shape }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 1)
        guard !shape.contains(where: { $0 < 0 }), TensorShape.elementCount(shape) == inputs[0].count else {
            throw GraphError(
                "cannot reshape \(inputs[0].shape) with \(inputs[0].count) elements to \(shape); both "
                    + "must hold equally "
                    + "many elements.")
        }
        return [TensorType(shape, inputs[0].dtype)]
    }

    /// Whether each sample is computed for itself.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool { true }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        [try context.arrived().reshape(to: context.input.shape)]
    }
}
