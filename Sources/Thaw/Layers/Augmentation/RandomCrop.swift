public import ThawGraph
import ThawTensor

/// Cuts a part of a given size out of each image, at a random place.
///
/// With `padding` the image is surrounded by zeros before: `RandomCrop(height: 32, width: 32, padding: 4)` is what small images are
/// usually trained with (He et al., 2015).
///
/// ## Training and inference
/// In training mode, while trainable, the place is drawn anew for each image. In inference and when frozen, and where images are
/// smaller than the part, the middle of the image is taken, as large as the part's shape allows, and resized to the part bilinearly; an
/// image of the part's size is passed on. That is what Keras documents; Keras 3.15 itself leaves images as they are then.
///
/// ## Shapes
/// `[n, h, w, c]` to `[n, height, width, c]`.
public final class RandomCrop: Layer {
    /// The height of the part.
    public let height: Int
    /// The width of the part.
    public let width: Int
    /// The rows and columns of zeros at each edge that the part may reach into.
    public let padding: Int
    /// Names a stream of random numbers of its own; nil for one named by the layer's path.
    public let seed: UInt64?

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - height: the height of the part, at least 1.
    ///   - width: the width of the part, at least 1.
    ///   - padding: the rows and columns of zeros at each edge that the part may reach into, 0 or more. Keras's layer has none.
    ///   - seed: numbers of another stream; the model's seed still counts.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(
        height: Int, width: Int, padding: Int = 0, seed: UInt64? = nil, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.height = height
        self.width = width
        self.padding = padding
        self.seed = seed
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String {
        "\(height) x \(width)" + (padding > 0 ? ", \(padding)" : "")
    }

    public override func build(inputShape: [Int]) throws {
        _ = try ImageShape.channels(of: inputShape)
        let largest = 1 << 30
        guard height >= 1, width >= 1, padding >= 0, max(height, width, padding) <= largest else {
            throw LayerError(
                "height and width must be from 1 to \(largest) and padding from 0, got \(height), \(width) and "
                    + "\(padding).")
        }
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        let (rows, columns) = (input.shape[1], input.shape[2])
        // The number of places there are.
        let down = rows + 2 * padding - height + 1
        let right = columns + 2 * padding - width + 1
        if context.isRandomnessLive(for: self), down >= 1, right >= 1 {
            if down == 1, right == 1, padding == 0 { return input }
            return try part(of: input, down: down, right: right) { distribution, shape in
                try context.random(distribution, shape: shape, seed: seed)
            }
        }
        return try middle(of: input)
    }

    /// The part at a random place.
    func part(
        of input: SymbolicTensor, down: Int, right: Int,
        draw: (_ distribution: RandomDistribution, _ shape: [Int]) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        let unit = RandomDistribution.uniform(minimum: 0, maximum: 1)
        func start(_ count: Int) throws -> SymbolicTensor {
            try (draw(unit, [input.shape[0], 1]) * Double(count)).floor() - Double(padding)
        }
        let (top, left) = (try start(down), try start(right))
        let graph = input.graph
        func row(_ numbers: [Float]) -> SymbolicTensor { graph.constant(Tensor(numbers)) }
        let transforms =
            try top * row([0, 0, 0, 0, 0, 1]) + left * row([0, 0, 1, 0, 0, 0])
            + row([1, 0, 0, 0, 1, 0])
        return try input.affineResampled(
            transforms, size: Size2D(height: height, width: width), interpolation: .nearest,
            fill: .constant(0))
    }

    /// The middle of the image, resized.
    private func middle(of input: SymbolicTensor) throws -> SymbolicTensor {
        let (n, rows, columns, channels) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
        func clamped(_ size: Double, _ most: Int) -> Int { max(1, min(most, Int(size))) }
        let tall = clamped(Double(columns) * Double(height) / Double(width), rows)
        let wide = clamped(Double(rows) * Double(width) / Double(height), columns)
        let part = try input.slice(
            starts: [0, (rows - tall) / 2, (columns - wide) / 2, 0], sizes: [n, tall, wide, channels])
        if tall == height, wide == width { return part }
        let (down, right) = (Double(tall) / Double(height), Double(wide) / Double(width))
        let transform: [Float] = [
            Float(right), 0, Float(right / 2 - 0.5), 0, Float(down), Float(down / 2 - 0.5),
        ]
        let transforms = try input.graph.constant(Tensor(shape: [1, 6], scalars: transform))
            .broadcast(to: [n, 6])
        return try part.affineResampled(
            transforms, size: Size2D(height: height, width: width), interpolation: .bilinear, fill: .nearest)
    }

    public override func cloned() throws -> Layer {
        RandomCrop(height: height, width: width, padding: padding, seed: seed)
    }
}
