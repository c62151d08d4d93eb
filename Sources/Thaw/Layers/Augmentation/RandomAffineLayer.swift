public import ThawGraph
import ThawTensor

/// The common part of the layers that move, turn and scale each image by a random transform of its own.
///
/// ## Training and inference
/// As `RandomLayer`: live in training mode while trainable; passes its input on in inference and when frozen. An image's numbers
/// depend on the seed, the step, the layer and the image's place in the batch.
///
/// ## Shapes
/// `[n, h, w, c]` to the same. There is a gradient for the images.
public class RandomAffineLayer: RandomLayer {
    /// What lies beyond the edges of an image.
    public final let fill: FillMode
    /// Where a pixel between pixels comes from.
    public final let interpolation: PixelInterpolation

    init(
        fill: FillMode, interpolation: PixelInterpolation, seed: UInt64?, inputShape: [Int]?, name: String?
    ) {
        self.fill = fill
        self.interpolation = interpolation
        super.init(amount: 1, seed: seed, inputShape: inputShape, name: name)
    }

    /// The layer's settings for an image of a shape, checked.
    func check() throws {}

    /// Where pixels come from, `[n, 6]`, as `AffineResample` takes it.
    func transforms(
        of shape: [Int],
        draw: (_ distribution: RandomDistribution, _ shape: [Int]) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        throw LayerError("does not override transforms(of:draw:).")
    }

    public final override func build(inputShape: [Int]) throws {
        _ = try ImageShape.channels(of: inputShape)
        if case .constant(let value) = fill, !value.isFinite {
            throw LayerError("must fill with a finite value, got \(value).")
        }
        try check()
    }

    public final override func disturbed(
        _ input: SymbolicTensor,
        draw: (_ distribution: RandomDistribution, _ shape: [Int]) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        _ = try ImageShape.channels(of: input.shape)
        return try input.affineResampled(
            transforms(of: input.shape, draw: draw), interpolation: interpolation, fill: fill)
    }

    /// `offset + sum(number * row)`, with a number for each image, `[n, 1]`, and rows of the six entries of a transform.
    final func combined(
        _ terms: [(number: SymbolicTensor, row: [Double])], offset: [Double]
    ) throws -> SymbolicTensor {
        guard let graph = terms.first?.number.graph else { throw LayerError("draws no numbers.") }
        var sum = graph.constant(Tensor(offset.map(Float.init)))
        for term in terms {
            sum = try term.number * graph.constant(Tensor(term.row.map(Float.init))) + sum
        }
        return sum
    }
}
