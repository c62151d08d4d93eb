import ThawTensor

/// Turns an index into a row with a single 1 (float32); an index outside gives zeros.
///
/// ## Shapes
/// Indices (int32) of any shape to `shape + [depth]`.
public struct OneHot: GraphOperation, Hashable {
    /// The length of a row.
    public let depth: Int

    /// Creates the operation.
    public init(depth: Int) { self.depth = depth }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 1)
        try ShapeRules.expectIndices(inputs[0], "the indices")
        guard depth > 0 else { throw GraphError("the depth must be at least 1, got \(depth).") }
        return [TensorType(inputs[0].shape + [depth], .float32)]
    }

    /// Whether each sample is computed for itself.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool { true }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] { [nil] }
}
