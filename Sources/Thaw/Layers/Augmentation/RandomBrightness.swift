public import ThawGraph

/// Makes each image lighter or darker by a random amount, the same for all its pixels.
///
/// ## Training and inference
/// As `RandomLayer`.
///
/// ## Shapes
/// `[n, h, w, c]` to the same.
public final class RandomBrightness: RandomLayer {
    /// What is added, as a part of the range of values.
    public let factor: RandomFactor
    /// The range of values that pixels have and are kept in.
    public let valueRange: ClosedRange<Double>

    /// Creates the layer; the defaults are Keras's.
    ///
    /// - Parameters:
    ///   - factor: what is added, as a part of the range of values: `0.2` for at most a fifth to either side, or `.between(0, 0.3)`; from
    ///     -1, which makes images black, to 1, which makes them white.
    ///   - valueRange: the range of values that pixels have and are kept in.
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
        _ = try ImageShape.channels(of: inputShape)
        _ = try factor.bounds("factor", within: -1...1)
        try ValueRange.check(valueRange)
    }

    public override func disturbed(
        _ input: SymbolicTensor,
        draw: (_ distribution: RandomDistribution, _ shape: [Int]) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        let share = try draw(.uniform(factor.bounds("factor", within: -1...1)), [input.shape[0], 1, 1, 1])
        let (low, high) = (valueRange.lowerBound, valueRange.upperBound)
        return try (input + share * (high - low)).clip(low, high)
    }

    public override func cloned() throws -> Layer {
        RandomBrightness(factor, valueRange: valueRange, seed: seed)
    }
}
