public import ThawGraph

/// The largest of its inputs, element by element.
///
/// ## Shapes
/// Two or more inputs of shapes that are equal or broadcast to one.
public final class Maximum: MergeLayer {
    /// Creates the layer.
    public init(name: String? = nil) { super.init(name: name) }

    public override func merge(_ inputs: [SymbolicTensor]) throws -> SymbolicTensor {
        try inputs.dropFirst().reduce(inputs[0]) { try $0.maximum($1) }
    }

    public override func cloned() throws -> Layer { Maximum() }
}
