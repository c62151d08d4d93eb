public import ThawGraph

/// Multiplies each element by a normal number of mean 1 and deviation `sqrt(rate / (1 - rate))`, which disturbs as much as
/// `Dropout` of that rate does (Srivastava et al., 2014).
///
/// ## Training and inference
/// As `Dropout`: multiplies in training mode while trainable, and passes its input on in inference and when frozen.
///
/// ## Shapes
/// Any, to the same.
public final class GaussianDropout: RandomLayer {
    /// The rate of the `Dropout` that it is like, in `0..<1`.
    public var rate: Double { amount }

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - rate: the rate of the `Dropout` that it is like, in `0..<1`.
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
        let deviation = (rate / (1 - rate)).squareRoot()
        return try input * draw(.normal(mean: 1, standardDeviation: deviation), input.shape)
    }

    public override func cloned() throws -> Layer { GaussianDropout(rate, seed: seed) }
}
