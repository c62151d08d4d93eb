public import ThawGraph

/// Puts all elements of a sample in one row.
///
/// ## Shapes
/// `[n, a, b, ...]` to `[n, a * b * ...]`; `[n]` to `[n, 1]`.
public final class Flatten: Layer {
    /// Creates the layer.
    public init(inputShape: [Int]? = nil, name: String? = nil) {
        super.init(name: name, inputShape: inputShape)
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        try input.reshape(to: [input.shape[0], input.shape.dropFirst().reduce(1, *)])
    }

    public override func cloned() throws -> Layer { Flatten() }
}
