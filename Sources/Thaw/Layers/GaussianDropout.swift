public import ThawGraph

/// Multiplies each element by a normal number of mean 1 and deviation `sqrt(rate / (1 - rate))`, which disturbs as much as
/// `Dropout` of that rate does (Srivastava et al., 2014).
///
/// ## Training and inference
/// As `Dropout`: multiplies in training mode while trainable, and passes its input on in inference and when frozen.
///
/// ## Shapes
/// Any, to the same.
public final class GaussianDropout: Layer {
    /// The rate of the `Dropout` that it is like, in `0..<1`.
    public let rate: Double
    /// Names a stream of random numbers of its own; nil for one named by the layer's path.
    public let seed: UInt64?

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - rate: the rate of the `Dropout` that it is like, in `0..<1`.
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
        guard (0..<1).contains(rate) else {
            throw LayerError("rate must be from 0 to below 1, got \(rate).")
        }
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        guard rate > 0, context.isRandomnessLive(for: self) else { return input }
        let factor = RandomDistribution.normal(mean: 1, standardDeviation: (rate / (1 - rate)).squareRoot())
        return try input * context.random(factor, shape: input.shape, seed: seed)
    }

    public override func cloned() throws -> Layer { GaussianDropout(rate, seed: seed) }
}
