import ThawTensor

/// Surrounds a tensor with a constant.
public struct Pad: GraphOperation, Hashable {
    /// How many elements come before the tensor on each axis.
    public let before: [Int]
    /// How many elements come after the tensor on each axis.
    public let after: [Int]
    /// The constant.
    public let value: Double

    /// Creates the operation.
    public init(before: [Int], after: [Int], value: Double = 0) {
        self.before = before
        self.after = after
        self.value = value
    }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 1)
        let shape = inputs[0].shape
        guard before.count == shape.count, after.count == shape.count,
            !(before + after).contains(where: { $0 < 0 })
        else {
            throw GraphError(
                "the numbers before \(before) and after \(after) must not be negative, one for each axis "
                    + "of \(shape); "
                    + "to cut off use slice(starts:sizes:).")
        }
        let largest = Int.max / 4
        guard (before + after).allSatisfy({ $0 <= largest }) else {
            throw GraphError(
                "the numbers before \(before) and after \(after) make a tensor that is larger than any memory."
            )
        }
        return [TensorType(shape.indices.map { before[$0] + shape[$0] + after[$0] }, inputs[0].dtype)]
    }

    /// Whether each sample is computed for itself: none is added.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool {
        before[0] == 0 && after[0] == 0
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        [try context.arrived().slice(starts: before, sizes: context.input.shape)]
    }
}
