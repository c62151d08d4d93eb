public import ThawGraph

/// Declares the shape of a model's input. It has no parameters and passes its input on.
///
/// In a `Sequential` it is not counted among the layers, as in Keras.
public final class Input: Layer {
    /// Creates the layer.
    ///
    /// - Parameter shape: the shape of one sample, without the batch axis.
    public init(shape: [Int], name: String? = nil) {
        super.init(name: name, inputShape: shape)
    }

    public override var typeName: String { "InputLayer" }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        input
    }

    public override func cloned() throws -> Layer { Input(shape: inputShape ?? []) }
}
