public import ThawGraph

/// Sets a random part of the elements to zero and scales the rest by `1 / (1 - rate)` (Srivastava et
/// al., 2014).
///
/// ## Training and inference
/// Drops in training mode while trainable; passes its input on in inference, and also when frozen,
/// unlike Keras: a frozen part of a model computes the same in both modes. `LiveRandomness.all` makes
/// it drop anyway.
///
/// ## Shapes
/// Any, to the same.
public final class Dropout: Layer {
    /// The share of elements that is dropped, in `0...1`.
    public let rate: Double
    /// Names a stream of random numbers of its own; nil for one named by the layer's path.
    public let seed: UInt64?

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - rate: the share of elements that is dropped, in `0...1`.
    ///   - seed: numbers of another stream; the model's seed still counts.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(_ rate: Double, seed: UInt64? = nil, inputShape: [Int]? = nil, name: String? = nil) {
        self.rate = rate
        self.seed = seed
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { "\(rate)" }

    public override func build(inputShape: [Int]) throws {
        guard (0...1).contains(rate) else { throw LayerError("rate must be from 0 to 1, got \(rate).") }
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        guard rate > 0, context.isRandomnessLive(for: self) else { return input }
        let kept = 1 - rate
        let mask = try context.random(.bernoulli(probability: kept), shape: input.shape, seed: seed)
        return try input * (mask * (kept > 0 ? 1 / kept : 0))
    }

    public override func cloned() throws -> Layer { Dropout(rate, seed: seed) }
}
