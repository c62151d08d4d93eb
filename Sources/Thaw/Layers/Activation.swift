public import ThawGraph

/// Applies an activation function.
///
/// ## Shapes
/// Any, to the same.
public final class Activation: Layer {
    /// What is applied.
    public let activation: ActivationFunction

    /// Creates the layer.
    public init(_ activation: ActivationFunction, inputShape: [Int]? = nil, name: String? = nil) {
        self.activation = activation
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { activation.name }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        try activation(input)
    }

    public override func cloned() throws -> Layer { Activation(activation) }
}
