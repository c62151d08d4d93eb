public import ThawGraph

/// Moves each image by a random part of its height and its width.
///
/// ## Training and inference
/// As `RandomLayer`.
///
/// ## Shapes
/// `[n, h, w, c]` to the same.
public final class RandomTranslation: RandomAffineLayer {
    /// How far images move down, as a part of the height; negative numbers move them up.
    public let heightFactor: RandomFactor
    /// How far images move to the right, as a part of the width; negative numbers move them to the left.
    public let widthFactor: RandomFactor

    /// Creates the layer; the defaults are Keras's.
    ///
    /// - Parameters:
    ///   - heightFactor: how far down, as a part of the height: `0.2` for at most a fifth up or down, or `.between(0, 0.3)`;
    ///     from -1 to 1.
    ///   - widthFactor: how far to the right, as a part of the width; from -1 to 1.
    ///   - fill: what lies beyond the edges.
    ///   - interpolation: where a pixel between pixels comes from.
    ///   - seed: numbers of another stream; the model's seed still counts.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(
        height heightFactor: RandomFactor, width widthFactor: RandomFactor, fill: FillMode = .reflect,
        interpolation: PixelInterpolation = .bilinear, seed: UInt64? = nil, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.heightFactor = heightFactor
        self.widthFactor = widthFactor
        super.init(
            fill: fill, interpolation: interpolation, seed: seed, inputShape: inputShape, name: name)
    }

    public override var configurationDescription: String { "\(heightFactor), \(widthFactor)" }

    override func check() throws {
        _ = try heightFactor.bounds("height", within: -1...1)
        _ = try widthFactor.bounds("width", within: -1...1)
    }

    override func transforms(
        of shape: [Int],
        draw: (_ distribution: RandomDistribution, _ shape: [Int]) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        let down = try draw(.uniform(heightFactor.bounds("height", within: -1...1)), [shape[0], 1])
        let right = try draw(.uniform(widthFactor.bounds("width", within: -1...1)), [shape[0], 1])
        return try combined(
            [
                (down, [0, 0, 0, 0, 0, -Double(shape[1])]),
                (right, [0, 0, -Double(shape[2]), 0, 0, 0]),
            ], offset: [1, 0, 0, 0, 1, 0])
    }

    public override func cloned() throws -> Layer {
        RandomTranslation(
            height: heightFactor, width: widthFactor, fill: fill, interpolation: interpolation, seed: seed)
    }
}
