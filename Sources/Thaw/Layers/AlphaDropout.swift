public import ThawGraph

/// Dropout for self-normalizing networks (Klambauer et al., 2017): elements are set to what SELU gives far below 0, and all
/// are scaled and shifted so that mean 0 and variance 1 stay.
///
/// With `s = -1.7580993` (minus SELU's scale times its alpha), each element is kept with probability `1 - rate`, else it
/// becomes `s`; then `y = a * x + b` with `a = 1 / sqrt((1 - rate)(1 + rate * s^2))` and `b = -a * rate * s`.
///
/// ## Training and inference
/// As `Dropout`: drops in training mode while trainable, and passes its input on in inference and when frozen.
///
/// ## Shapes
/// Any, to the same.
public final class AlphaDropout: RandomLayer {
    /// The share of elements that is dropped, in `0..<1`.
    public var rate: Double { amount }

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - rate: the share of elements that is dropped, in `0..<1`.
    ///   - seed: numbers of another stream; the model's seed still counts.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(_ rate: Double, seed: UInt64? = nil, inputShape: [Int]? = nil, name: String? = nil) {
        super.init(amount: rate, seed: seed, inputShape: inputShape, name: name)
    }

    public override func build(inputShape: [Int]) throws {
        guard (0..<1).contains(rate) else {
            throw LayerError("rate must be from 0 to below 1, got \(rate).")
        }
    }

    public override func disturbed(
        _ input: SymbolicTensor,
        draw: (_ distribution: RandomDistribution, _ shape: [Int]) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        let saturation = -UnaryKind.seluScale * UnaryKind.seluAlpha
        let scale = 1 / ((1 - rate) * (1 + rate * saturation * saturation)).squareRoot()
        let shift = -scale * rate * saturation
        let mask = try draw(.bernoulli(probability: 1 - rate), input.shape)
        // mask * x + (1 - mask) * saturation, scaled and shifted.
        return try (input - saturation) * (mask * scale) + (scale * saturation + shift)
    }

    public override func cloned() throws -> Layer { AlphaDropout(rate, seed: seed) }
}
