import ThawTensor

/// Puts tensors one after another along an axis. Takes any number of inputs, all other sizes equal.
public struct Concatenate: GraphOperation, Hashable {
    /// The axis, not negative.
    public let axis: Int

    /// Creates the operation.
    public init(axis: Int) { self.axis = axis }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        guard let first = inputs.first else {
            throw GraphError("expects at least one input, got none.")
        }
        try ShapeRules.expectEqualTypes(inputs)
        guard first.shape.indices.contains(axis) else {
            throw GraphError("axis \(axis) does not exist in \(first.shape); use 0 to \(first.rank - 1).")
        }
        var shape = first.shape
        for input in inputs.dropFirst() {
            guard input.rank == first.rank,
                shape.indices.allSatisfy({ $0 == axis || input.shape[$0] == shape[$0] })
            else {
                throw GraphError(
                    "all sizes except on axis \(axis) must be equal, got \(first.shape) and \(input.shape); "
                        + "pad or slice one of them.")
            }
            shape[axis] += input.shape[axis]
        }
        return [TensorType(shape, first.dtype)]
    }

    /// Whether each sample is computed for itself: along another axis, and with nothing that is no sample.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool {
        axis > 0 && !areSamples.contains(false)
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        let gradient = try context.arrived()
        var result = [SymbolicTensor?](repeating: nil, count: context.inputs.count)
        var starts = [Int](repeating: 0, count: gradient.rank)
        for (index, input) in context.inputs.enumerated() {
            if context.needsGradient[index] {
                result[index] = try gradient.slice(starts: starts, sizes: input.shape)
            }
            starts[axis] += input.shape[axis]
        }
        return result
    }
}
