public import ThawGraph

/// Sets a random part of the elements to zero and scales the rest by `1 / (1 - rate)` (Srivastava et
/// al., 2014).
///
/// ## Training and inference
/// Drops in training mode while trainable; passes its input on in inference, and also when frozen,
/// unlike Keras: a frozen part of a model computes the same in both modes. `LiveRandomness.all` makes
/// it drop anyway.
///
/// With a `noiseShape` of `[nil, 1, 1, 1]` an image is dropped or kept as a whole: before the addition of a residual block that
/// is stochastic depth (Huang et al., 2016).
///
/// ## Shapes
/// Any, to the same.
public final class Dropout: RandomLayer {
    /// The share of elements that is dropped, in `0...1`.
    public var rate: Double { amount }
    /// The shape in which random numbers are drawn, with the batch as axis 0: elements along an axis of size 1 are dropped or kept
    /// together. A nil in it stands for the input's size; nil in all for a number for each element.
    public let noiseShape: [Int?]?

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - rate: the share of elements that is dropped, in `0...1`.
    ///   - noiseShape: one entry for each axis of the input: nil for the input's size, or 1 where elements are dropped or kept
    ///     together. Nil for a number for each element.
    ///   - seed: numbers of another stream; the model's seed still counts.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(
        _ rate: Double, noiseShape: [Int?]? = nil, seed: UInt64? = nil, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.noiseShape = noiseShape
        super.init(amount: rate, seed: seed, inputShape: inputShape, name: name)
    }

    public override func build(inputShape: [Int]) throws {
        guard (0...1).contains(rate) else { throw LayerError("rate must be from 0 to 1, got \(rate).") }
        _ = try drawnShape(for: inputShape, checksBatch: false)
    }

    private func drawnShape(for input: [Int], checksBatch: Bool = true) throws -> [Int] {
        guard let noiseShape else { return input }
        let fits =
            noiseShape.count == input.count
            && zip(noiseShape, input).enumerated().allSatisfy { axis, sizes in
                let (drawn, size) = sizes
                return drawn == nil || drawn == 1 || drawn == size && (axis > 0 || checksBatch)
            }
        guard fits else {
            let text = noiseShape.map { $0.map { "\($0)" } ?? "nil" }.joined(separator: ", ")
            throw LayerError(
                "cannot draw in the shape [\(text)] for an input \(input); it needs an entry for each axis, nil or 1."
            )
        }
        return zip(noiseShape, input).map { $0 ?? $1 }
    }

    public override func disturbed(
        _ input: SymbolicTensor,
        draw: (_ distribution: RandomDistribution, _ shape: [Int]) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        let kept = 1 - rate
        return try input
            * (draw(.bernoulli(probability: kept), drawnShape(for: input.shape)) * (kept > 0 ? 1 / kept : 0))
    }

    public override func cloned() throws -> Layer { Dropout(rate, noiseShape: noiseShape, seed: seed) }
}
