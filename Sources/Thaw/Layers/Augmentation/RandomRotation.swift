public import ThawGraph

/// Turns each image by a random angle around its middle.
///
/// ## Training and inference
/// As `RandomLayer`.
///
/// ## Shapes
/// `[n, h, w, c]` to the same.
public final class RandomRotation: RandomAffineLayer {
    /// How far images turn counterclockwise, as a part of a full turn; negative numbers turn them clockwise.
    public let factor: RandomFactor

    /// Creates the layer; the defaults are Keras's.
    ///
    /// - Parameters:
    ///   - factor: how far images turn, as a part of a full turn: `0.1` for at most 36 degrees to either side, or `.between(0, 0.25)`;
    ///     from -1 to 1.
    ///   - fill: what lies beyond the edges.
    ///   - interpolation: where a pixel between pixels comes from.
    ///   - seed: numbers of another stream; the model's seed still counts.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(
        _ factor: RandomFactor, fill: FillMode = .reflect, interpolation: PixelInterpolation = .bilinear,
        seed: UInt64? = nil, inputShape: [Int]? = nil, name: String? = nil
    ) {
        self.factor = factor
        super.init(
            fill: fill, interpolation: interpolation, seed: seed, inputShape: inputShape, name: name)
    }

    public override var configurationDescription: String { "\(factor)" }

    override func check() throws { _ = try factor.bounds("factor", within: -1...1) }

    override func transforms(
        of shape: [Int],
        draw: (_ distribution: RandomDistribution, _ shape: [Int]) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        let turns = try draw(.uniform(factor.bounds("factor", within: -1...1)), [shape[0], 1])
        let angle = try turns * (2 * Double.pi)
        let (x, y) = (Double(shape[2] - 1) / 2, Double(shape[1] - 1) / 2)
        return try combined(
            [(angle.cosine(), [1, 0, -x, 0, 1, -y]), (angle.sine(), [0, -1, y, 1, 0, -x])],
            offset: [0, 0, x, 0, 0, y])
    }

    public override func cloned() throws -> Layer {
        RandomRotation(factor, fill: fill, interpolation: interpolation, seed: seed)
    }
}
