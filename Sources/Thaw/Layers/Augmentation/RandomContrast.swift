public import ThawGraph

/// Moves the pixels of each image away from the mean of their channel or towards it, by a random factor: `(x - mean) * factor +
/// mean`.
///
/// ## Training and inference
/// As `RandomLayer`.
///
/// ## Shapes
/// `[n, h, w, c]` to the same.
public final class RandomContrast: RandomLayer {
    /// How far below 1 and above 1 the factor may be.
    public let factor: RandomFactor
    /// The range of values that pixels are kept in.
    public let valueRange: ClosedRange<Double>

    /// Creates the layer; the defaults are Keras's.
    ///
    /// - Parameters:
    ///   - factor: how far from 1 the factor may be: `0.2` for factors from 0.8 to 1.2, or `.between(0.1, 0.3)` for 0.9 to 1.3; both
    ///     from 0 to 1.
    ///   - valueRange: the range of values that pixels are kept in.
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

    /// How far down and how far up.
    func reach() throws -> (below: Double, above: Double) {
        let bounds = try factor.bounds("factor", within: 0...1)
        // One number is for both.
        return (factor.numbers.count == 1 ? bounds.upperBound : bounds.lowerBound, bounds.upperBound)
    }

    public override func build(inputShape: [Int]) throws {
        _ = try ImageShape.channels(of: inputShape)
        _ = try reach()
        try ValueRange.check(valueRange)
    }

    public override func disturbed(
        _ input: SymbolicTensor,
        draw: (_ distribution: RandomDistribution, _ shape: [Int]) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        let (below, above) = try reach()
        let scale = try draw(.uniform(minimum: 1 - below, maximum: 1 + above), [input.shape[0], 1, 1, 1])
        let mean = try input.globalAveragePooling2D(keepingDimensions: true)
        return try ((input - mean) * scale + mean).clip(valueRange.lowerBound, valueRange.upperBound)
    }

    public override func cloned() throws -> Layer {
        RandomContrast(factor, valueRange: valueRange, seed: seed)
    }
}
