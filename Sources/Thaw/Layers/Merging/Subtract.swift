public import ThawGraph

/// The first input minus the second.
///
/// ## Shapes
/// Two inputs of shapes that are equal or broadcast to one.
public final class Subtract: MergeLayer {
    /// Creates the layer.
    public init(name: String? = nil) { super.init(name: name) }

    public override var allowedInputs: ClosedRange<Int> { 2...2 }

    public override func merge(_ inputs: [SymbolicTensor]) throws -> SymbolicTensor {
        try inputs[0] - inputs[1]
    }

    public override func cloned() throws -> Layer { Subtract() }
}
