public import ThawGraph

/// Adds noise: `y = x + N(0, standardDeviation^2)`, element by element.
///
/// ## Training and inference
/// As `Dropout`: adds noise in training mode while trainable, and passes its input on in inference and when frozen.
///
/// ## Shapes
/// Any, to the same.
public final class GaussianNoise: Layer {
    /// The deviation of the noise, 0 or more.
    public let standardDeviation: Double
    /// Names a stream of random numbers of its own; nil for one named by the layer's path.
    public let seed: UInt64?

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - standardDeviation: the deviation of the noise, 0 or more.
    ///   - seed: numbers of another stream; the model's seed still counts.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(
        standardDeviation: Double, seed: UInt64? = nil, inputShape: [Int]? = nil, name: String? = nil
    ) {
        self.standardDeviation = standardDeviation
        self.seed = seed
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { "\(standardDeviation)" }

    public override func build(inputShape: [Int]) throws {
        guard standardDeviation >= 0, standardDeviation.isFinite else {
            throw LayerError("standardDeviation must be a number of 0 or more, got \(standardDeviation).")
        }
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        guard standardDeviation > 0, context.isRandomnessLive(for: self) else { return input }
        let noise = RandomDistribution.normal(mean: 0, standardDeviation: standardDeviation)
        return try input + context.random(noise, shape: input.shape, seed: seed)
    }

    public override func cloned() throws -> Layer {
        GaussianNoise(standardDeviation: standardDeviation, seed: seed)
    }
}
