public import ThawGraph

/// Declares the shape of a model's input. It has no parameters and passes its input on.
///
/// In a `Sequential` it is not counted among the layers, as in Keras. In a functional model it is where a
/// value comes from: layers are called on it.
///
/// ```swift
/// let x = Input(shape: [784])
/// let model = try Model(inputs: [x], outputs: [Dense(10, activation: .softmax)(x)])
/// ```
public final class Input: Layer, LayerArgument {
    private weak var ownCall: LayerCall?
    /// What the models that begin here say about the preprocessing of images.
    var preprocessingSetting = PreprocessingSetting.inherited

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - shape: the shape of one sample, without the batch axis.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(shape: [Int], name: String? = nil) {
        super.init(name: name, inputShape: shape)
    }

    public override var typeName: String { "InputLayer" }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        input
    }

    /// The value that stands for the input in functional models.
    public var layerOutput: LayerOutput {
        if let ownCall { return LayerOutput(call: ownCall, index: 0) }
        let call = LayerCall(layer: self, inputs: [], mode: nil, outputShapes: [inputShape ?? []])
        ownCall = call
        return LayerOutput(call: call, index: 0)
    }

    public override func cloned() throws -> Layer { Input(shape: inputShape ?? []) }
}
