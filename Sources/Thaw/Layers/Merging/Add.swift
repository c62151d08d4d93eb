public import ThawGraph

/// The sum of its inputs: the join of a residual block.
///
/// ## Shapes
/// Two or more inputs of shapes that are equal or broadcast to one.
public final class Add: MergeLayer {
    /// Creates the layer.
    public init(name: String? = nil) { super.init(name: name) }

    public override func merge(_ inputs: [SymbolicTensor]) throws -> SymbolicTensor {
        try inputs.dropFirst().reduce(inputs[0]) { try $0 + $1 }
    }

    public override func cloned() throws -> Layer { Add() }
}
