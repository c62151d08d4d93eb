/// Reorders axes: axis `i` of the output is axis `permutation[i]` of the input.
public struct Transpose: GraphOperation, Hashable {
    /// The axes of the input in the order of the output.
    public let permutation: [Int]

    /// Creates the operation.
    public init(permutation: [Int]) { self.permutation = permutation }

    /// The permutation that undoes this one.
    public var inverse: [Int] { permutation.indices.sorted { permutation[$0] < permutation[$1] } }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 1)
        let input = inputs[0]
        guard permutation.sorted() == Array(0..<input.rank) else {
            throw GraphError(
                "\(permutation) is not an order of the \(input.rank) axes of \(input.shape); name each of "
                    + "0 to "
                    + "\(input.rank - 1) once.")
        }
        return [TensorType(permutation.map { input.shape[$0] }, input.dtype)]
    }

    /// Whether each sample is computed for itself: their axis stays first.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool { permutation[0] == 0 }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        [try context.arrived().transpose(inverse)]
    }
}
