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
public final class SpatialDropout2D: RandomLayer {
    /// The share of channels that is dropped, in `0...1`.
    public var rate: Double { amount }

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - rate: the share of channels that is dropped, in `0...1`.
    ///   - seed: numbers of another stream; the model's seed still counts.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(_ rate: Double, seed: UInt64? = nil, inputShape: [Int]? = nil, name: String? = nil) {
        super.init(amount: rate, seed: seed, inputShape: inputShape, name: name)
    }

    public override func build(inputShape: [Int]) throws {
        _ = try ImageShape.channels(of: inputShape)
        guard (0...1).contains(rate) else { throw LayerError("rate must be from 0 to 1, got \(rate).") }
    }

    public override func disturbed(
        _ input: SymbolicTensor,
        draw: (_ distribution: RandomDistribution, _ shape: [Int]) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        let kept = 1 - rate
        let shape = [input.shape[0], 1, 1, try ImageShape.channels(of: input.shape)]
        return try input * (draw(.bernoulli(probability: kept), shape) * (kept > 0 ? 1 / kept : 0))
    }

    public override func cloned() throws -> Layer { SpatialDropout2D(rate, seed: seed) }
}
