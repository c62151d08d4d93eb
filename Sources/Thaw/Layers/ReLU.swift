public import ThawGraph

/// The rectified linear unit as a layer, with an optional ceiling, slope and threshold.
///
/// `maxValue` where `x >= maxValue`, `x` where `threshold < x < maxValue`, else `negativeSlope * (x -
/// threshold)`.
///
/// ## Shapes
/// Any, to the same.
public final class ReLU: Layer {
    /// The largest output, 0 or more; nil for no limit.
    public let maxValue: Double?
    /// The slope below the threshold, 0 or more.
    public let negativeSlope: Double
    /// Where the unit starts to pass its input on, 0 or more.
    public let threshold: Double

    /// Creates the layer; the defaults give `max(x, 0)`.
    public init(
        maxValue: Double? = nil, negativeSlope: Double = 0, threshold: Double = 0, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.maxValue = maxValue
        self.negativeSlope = negativeSlope
        self.threshold = threshold
        super.init(name: name, inputShape: inputShape)
    }

    public override func build(inputShape: [Int]) throws {
        guard (maxValue ?? 0) >= 0, negativeSlope >= 0, threshold >= 0, negativeSlope.isFinite,
            threshold.isFinite
        else {
            throw LayerError(
                "maxValue, negativeSlope and threshold must not be negative, and the last two finite, got "
                    + "\(maxValue.map { "\($0)" } ?? "nil"), \(negativeSlope) and \(threshold).")
        }
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        if maxValue == nil && threshold == 0 {
            return negativeSlope == 0 ? try input.relu() : try input.leakyRelu(slope: negativeSlope)
        }
        if let maxValue, maxValue > 0, threshold == 0, negativeSlope == 0 {
            return try input.clippedRelu(maximum: maxValue)
        }
        var output =
            threshold == 0 ? try input.relu() : try input.greater(than: threshold).select(input, 0)
        if let maxValue { output = try output.minimum(maxValue) }
        guard negativeSlope != 0 else { return output }
        return try output - (threshold - input).relu() * negativeSlope
    }

    public override func cloned() throws -> Layer {
        ReLU(maxValue: maxValue, negativeSlope: negativeSlope, threshold: threshold)
    }
}
