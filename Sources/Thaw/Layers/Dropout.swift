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
public final class Dropout: RandomLayer {
    /// The share of elements that is dropped, in `0...1`.
    public var rate: Double { amount }

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - rate: the share of elements that is dropped, in `0...1`.
    ///   - seed: numbers of another stream; the model's seed still counts.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(_ rate: Double, seed: UInt64? = nil, inputShape: [Int]? = nil, name: String? = nil) {
        super.init(amount: rate, seed: seed, inputShape: inputShape, name: name)
    }

    public override func build(inputShape: [Int]) throws {
        guard (0...1).contains(rate) else { throw LayerError("rate must be from 0 to 1, got \(rate).") }
    }

    public override func disturbed(
        _ input: SymbolicTensor,
        draw: (_ distribution: RandomDistribution, _ shape: [Int]) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        let kept = 1 - rate
        return try input * (draw(.bernoulli(probability: kept), input.shape) * (kept > 0 ? 1 / kept : 0))
    }

    public override func cloned() throws -> Layer { Dropout(rate, seed: seed) }
}
