public import ThawGraph

/// Makes the colours of each image paler or stronger by a random factor; hue, and the value of the largest of a pixel's channels,
/// stay.
///
/// A drawn number f scales the saturation, `(largest - smallest) / largest` of a pixel's channels, by `f / (1 - f)`, at most to
/// 1: 0 makes images grey, 0.5 leaves them alone, 1 makes colours as strong as they can be. Pixels are measured from the lower end
/// of the range of values.
///
/// ## Training and inference
/// As `RandomLayer`.
///
/// ## Shapes
/// `[n, h, w, 3]` to the same.
public final class RandomSaturation: RandomLayer {
    /// Between which numbers f is drawn.
    public let factor: RandomFactor
    /// The range of values that pixels have.
    public let valueRange: ClosedRange<Double>

    /// Creates the layer; the defaults are Keras's.
    ///
    /// - Parameters:
    ///   - factor: between which numbers f is drawn: `.between(0.3, 0.7)` for paler and stronger colours; one number for 0 to that
    ///     number; from 0 to 1.
    ///   - valueRange: the range of values that pixels have.
    ///   - seed: numbers of another stream; the model's seed still counts.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(
        _ factor: RandomFactor, valueRange: ClosedRange<Double> = 0...255, seed: UInt64? = nil,
        inputShape: [Int]? = nil, name: String? = nil
    ) {
        self.factor = factor
        self.valueRange = valueRange
        super.init(amount: 1, seed: seed, inputShape: inputShape, name: name)
    }

    public override var configurationDescription: String { "\(factor)" }

    public override func build(inputShape: [Int]) throws {
        let channels = try ImageShape.channels(of: inputShape)
        guard channels == 3 else {
            throw LayerError("expects images of 3 channels, red, green and blue, got \(inputShape).")
        }
        _ = try factor.bounds("factor", within: 0...1)
        try ValueRange.check(valueRange)
    }

    public override func disturbed(
        _ input: SymbolicTensor,
        draw: (_ distribution: RandomDistribution, _ shape: [Int]) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        let number = try draw(.uniform(factor.bounds("factor", within: 0...1)), [input.shape[0], 1, 1, 1])
        // Keras keeps the quotient finite so.
        let scale = try number / (1 - number + 1e-7)
        let low = valueRange.lowerBound
        let largest = try input.max(axes: [3], keepingDimensions: true)
        let span = try largest - input.min(axes: [3], keepingDimensions: true)
        // What the distances from the largest channel may be scaled by, so that none falls below the range. A grey pixel has none.
        let most = try (largest - low) / span.greater(than: 0).select(span, 1)
        let limited = try scale.minimum(most.maximum(0)).broadcast(to: span.shape)
        return try largest - (largest - input) * limited
    }

    public override func cloned() throws -> Layer {
        RandomSaturation(factor, valueRange: valueRange, seed: seed)
    }
}
