public import ThawGraph

/// The common part of the layers that disturb their input with random numbers: when they do, and how much.
///
/// ## Training and inference
/// Disturbs in training mode while trainable; passes its input on in inference, and also when frozen, unlike Keras: a
/// frozen part of a model computes the same in both modes. `LiveRandomness.all` makes it disturb anyway, `.none` never.
open class RandomLayer: Layer {
    /// Names a stream of random numbers of its own; nil for one named by the layer's path.
    public final let seed: UInt64?
    /// How much the input is disturbed; 0 passes it on.
    final let amount: Double

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - amount: how much the input is disturbed; 0 passes it on.
    ///   - seed: numbers of another stream; the model's seed still counts.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(amount: Double, seed: UInt64? = nil, inputShape: [Int]? = nil, name: String? = nil) {
        self.amount = amount
        self.seed = seed
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { "\(amount)" }

    public final override func call(
        _ input: SymbolicTensor, context: CallContext
    ) throws -> SymbolicTensor {
        guard amount != 0, context.isRandomnessLive(for: self) else { return input }
        return try disturbed(input) { distribution, shape in
            try context.random(distribution, shape: shape, seed: seed)
        }
    }

    /// The input with random numbers in it. A subclass overrides it.
    ///
    /// - Parameters:
    ///   - input: what the layer is called on.
    ///   - draw: gives random numbers of a distribution, in a shape.
    open func disturbed(
        _ input: SymbolicTensor,
        draw: (_ distribution: RandomDistribution, _ shape: [Int]) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        throw LayerError("does not override disturbed(_:draw:); compute the output there.")
    }
}
