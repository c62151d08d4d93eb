public import ThawGraph

/// Dropout of whole channels of an image (Tompson et al., 2015): neighbouring pixels of a channel say nearly the same, so
/// dropping single ones changes little.
///
/// Sets a share of the channels of each image to zero and scales the rest by `1 / (1 - rate)`.
///
/// ## Training and inference
/// As `Dropout`: drops in training mode while trainable, and passes its input on in inference and when frozen.
///
/// ## Shapes
/// `[n, h, w, c]` to the same.
public final class SpatialDropout2D: Layer {
    /// The share of channels that is dropped, in `0...1`.
    public let rate: Double
    /// Names a stream of random numbers of its own; nil for one named by the layer's path.
    public let seed: UInt64?

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - rate: the share of channels that is dropped, in `0...1`.
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
        _ = try ImageShape.channels(of: inputShape)
        guard (0...1).contains(rate) else { throw LayerError("rate must be from 0 to 1, got \(rate).") }
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        guard rate > 0, context.isRandomnessLive(for: self) else { return input }
        let kept = 1 - rate
        let shape = [input.shape[0], 1, 1, try ImageShape.channels(of: input.shape)]
        let mask = try context.random(.bernoulli(probability: kept), shape: shape, seed: seed)
        return try input * (mask * (kept > 0 ? 1 / kept : 0))
    }

    public override func cloned() throws -> Layer { SpatialDropout2D(rate, seed: seed) }
}
