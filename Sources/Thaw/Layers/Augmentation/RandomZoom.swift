public import ThawGraph

/// Makes what each image shows smaller or larger around its middle, by a random factor.
///
/// ## Training and inference
/// As `RandomLayer`.
///
/// ## Shapes
/// `[n, h, w, c]` to the same.
public final class RandomZoom: RandomAffineLayer {
    /// By how much more of the height is shown: 0.2 shows a fifth more, everything smaller; negative numbers show less, larger.
    public let heightFactor: RandomFactor
    /// The same for the width; nil for the height's number, which keeps the shape of things.
    public let widthFactor: RandomFactor?

    /// Creates the layer; the defaults are Keras's.
    ///
    /// - Parameters:
    ///   - heightFactor: by how much more of the height is shown: `0.2` for at most a fifth more or less, or `.between(-0.3, -0.2)`; above
    ///     -1, at most 1.
    ///   - widthFactor: the same for the width; nil for the height's number.
    ///   - fill: what lies beyond the edges.
    ///   - interpolation: where a pixel between pixels comes from.
    ///   - seed: numbers of another stream; the model's seed still counts.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(
        height heightFactor: RandomFactor, width widthFactor: RandomFactor? = nil, fill: FillMode = .reflect,
        interpolation: PixelInterpolation = .bilinear, seed: UInt64? = nil, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.heightFactor = heightFactor
        self.widthFactor = widthFactor
        super.init(
            fill: fill, interpolation: interpolation, seed: seed, inputShape: inputShape, name: name)
    }

    public override var configurationDescription: String {
        "\(heightFactor)" + (widthFactor.map { ", \($0)" } ?? "")
    }

    private static let possible = (-1.0).nextUp...1

    override func check() throws {
        _ = try heightFactor.bounds("height", within: Self.possible)
        _ = try widthFactor?.bounds("width", within: Self.possible)
    }

    override func transforms(
        of shape: [Int],
        draw: (_ distribution: RandomDistribution, _ shape: [Int]) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        func scale(_ factor: RandomFactor, _ name: String) throws -> SymbolicTensor {
            try draw(.uniform(factor.bounds(name, within: Self.possible)), [shape[0], 1]) + 1
        }
        let high = try scale(heightFactor, "height")
        let wide = try widthFactor.map { try scale($0, "width") } ?? high
        let (x, y) = (Double(shape[2] - 1) / 2, Double(shape[1] - 1) / 2)
        return try combined(
            [(wide, [1, 0, -x, 0, 0, 0]), (high, [0, 0, 0, 0, 1, -y])], offset: [0, 0, x, 0, 0, y])
    }

    public override func cloned() throws -> Layer {
        RandomZoom(
            height: heightFactor, width: widthFactor, fill: fill, interpolation: interpolation, seed: seed)
    }
}
