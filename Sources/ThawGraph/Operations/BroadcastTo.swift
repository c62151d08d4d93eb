/// Repeats a tensor to a larger shape by NumPy's rule.
public struct BroadcastTo: GraphOperation, Hashable {
    /// The shape of the output.
    public let shape: [Int]

    /// Creates the operation.
    public init(shape: [Int]) { self.shape = shape }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 1)
        guard try ShapeRules.broadcast(inputs[0].shape, shape) == shape else {
            throw GraphError(
                "cannot repeat \(inputs[0].shape) to \(shape): only axes of size 1 and new leading axes "
                    + "can grow."
            )
        }
        return [TensorType(shape, inputs[0].dtype)]
    }

    /// Whether each sample is computed for itself: no axis is put before theirs.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool {
        shape.count == inputs[0].rank && shape[0] == inputs[0].shape[0]
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        [try context.arrived().summed(toShape: context.input.shape)]
    }
}
