public import ThawGraph
import ThawTensor

/// Paints over a random rectangle of images (Zhong et al., 2017; with one colour, cutout, DeVries and Taylor, 2017).
///
/// ## Training and inference
/// As `RandomLayer`.
///
/// ## Shapes
/// `[n, h, w, c]` to the same.
public final class RandomErasing: RandomLayer {
    /// Between which numbers the probability is drawn with which an image is painted over.
    public let factor: RandomFactor
    /// Between which numbers the squares of the rectangle's relative height and width are drawn.
    public let scale: RandomFactor
    /// The colour: one value, or one for each channel; nil for normal noise.
    public let fillValue: [Double]?
    /// The range of values that colours are kept in; noise has its upper end as deviation.
    public let valueRange: ClosedRange<Double>

    /// Creates the layer; the defaults are Keras's.
    ///
    /// - Parameters:
    ///   - factor: the probability with which an image is painted over is drawn from 0 to it, or between its two numbers; from 0 to 1.
    ///   - scale: the rectangle's height and width, as parts of the image's, are square roots of numbers drawn between these two; from
    ///     0 to 1.
    ///   - fillValue: the colour: one value, or one for each channel; nil for normal noise.
    ///   - valueRange: the range of values that colours are kept in.
    ///   - seed: numbers of another stream; the model's seed still counts.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(
        _ factor: RandomFactor = 1, scale: RandomFactor = .between(0.02, 0.33), fillValue: [Double]? = nil,
        valueRange: ClosedRange<Double> = 0...255, seed: UInt64? = nil, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.factor = factor
        self.scale = scale
        self.fillValue = fillValue
        self.valueRange = valueRange
        super.init(amount: 1, seed: seed, inputShape: inputShape, name: name)
    }

    public override var configurationDescription: String { "\(factor)" }

    public override func build(inputShape: [Int]) throws {
        let channels = try ImageShape.channels(of: inputShape)
        _ = try factor.bounds("factor", within: 0...1)
        _ = try scale.bounds("scale", within: 0...1)
        try ValueRange.check(valueRange)
        guard let fillValue else { return }
        guard fillValue.count == 1 || fillValue.count == channels, fillValue.allSatisfy(\.isFinite) else {
            throw LayerError(
                "needs one finite fillValue, or one for each of the \(channels) channels, got \(fillValue).")
        }
    }

    public override func disturbed(
        _ input: SymbolicTensor,
        draw: (_ distribution: RandomDistribution, _ shape: [Int]) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        let each = [input.shape[0], 1, 1, 1]
        let sizes = RandomDistribution.uniform(try scale.bounds("scale", within: 0...1))
        let unit = RandomDistribution.uniform(minimum: 0, maximum: 1)
        /// 1 between the rectangle's edges along an axis, else 0.
        func inside(_ axis: Int) throws -> SymbolicTensor {
            let size = input.shape[axis]
            let length = try draw(sizes, each).sqrt() * Double(size)
            let start = try draw(unit, each) * (Double(size) - length)
            var shape = [1, 1, 1, 1]
            shape[axis] = size
            let places = input.graph.constant(
                Tensor(shape: shape, scalars: (0..<size).map { Float($0) }))
            return try places.greaterOrEqual(to: start).logicalAnd(places.less(than: start + length))
        }
        let columns = try inside(2)
        let rows = try inside(1)
        let probability = try draw(.uniform(factor.bounds("factor", within: 0...1)), each)
        let isPainted = try draw(unit, each).less(than: probability)
        let (low, high) = (valueRange.lowerBound, valueRange.upperBound)
        let colour: SymbolicTensor
        if let fillValue {
            colour = input.graph.constant(Tensor(fillValue.map { Float(min(max($0, low), high)) }))
        } else {
            colour = try draw(.normal(mean: 0, standardDeviation: 1), input.shape) * high
        }
        return try columns.logicalAnd(rows).logicalAnd(isPainted)
            .select(colour.clip(low, high).broadcast(to: input.shape), input)
    }

    public override func cloned() throws -> Layer {
        RandomErasing(factor, scale: scale, fillValue: fillValue, valueRange: valueRange, seed: seed)
    }
}
