public import ThawGraph

/// Adds noise: `y = x + N(0, standardDeviation^2)`, element by element.
///
/// ## Training and inference
/// As `Dropout`: adds noise in training mode while trainable, and passes its input on in inference and when frozen.
///
/// ## Shapes
/// Any, to the same.
public final class GaussianNoise: RandomLayer {
    /// The deviation of the noise, 0 or more.
    public var standardDeviation: Double { amount }

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
        super.init(amount: standardDeviation, seed: seed, inputShape: inputShape, name: name)
    }

    public override func build(inputShape: [Int]) throws {
        guard standardDeviation >= 0, standardDeviation.isFinite else {
            throw LayerError("standardDeviation must be a number of 0 or more, got \(standardDeviation).")
        }
    }

    public override func disturbed(
        _ input: SymbolicTensor,
        draw: (_ distribution: RandomDistribution, _ shape: [Int]) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        try input + draw(.normal(mean: 0, standardDeviation: standardDeviation), input.shape)
    }

    public override func cloned() throws -> Layer {
        GaussianNoise(standardDeviation: standardDeviation, seed: seed)
    }
}
