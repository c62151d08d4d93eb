public import ThawGraph

/// The mean of its inputs.
///
/// ## Shapes
/// Two or more inputs of shapes that are equal or broadcast to one.
public final class Average: MergeLayer {
    /// Creates the layer.
    public init(name: String? = nil) { super.init(name: name) }

    public override func merge(_ inputs: [SymbolicTensor]) throws -> SymbolicTensor {
        try inputs.dropFirst().reduce(inputs[0]) { try $0 + $1 } * (1 / Double(inputs.count))
    }

    public override func cloned() throws -> Layer { Average() }
}
