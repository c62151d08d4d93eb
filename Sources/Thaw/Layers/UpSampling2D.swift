public import ThawGraph

/// Makes images larger by whole factors, without parameters: each pixel is repeated, or each new pixel is interpolated between
/// the centres of the old ones, beyond the edge from the pixel at the edge.
///
/// ## Shapes
/// `[n, h, w, c]` to `[n, h * size.height, w * size.width, c]`.
public final class UpSampling2D: Layer {
    /// By how much the height and the width grow.
    public let size: Size2D
    /// Where the new pixels come from.
    public let interpolation: PixelInterpolation

    /// Creates the layer; the defaults are Keras's.
    ///
    /// - Parameters:
    ///   - size: by how much the height and the width grow, at least 1: `2`, or `Size2D(height: 2, width: 3)`.
    ///   - interpolation: where the new pixels come from.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(
        _ size: Size2D = 2, interpolation: PixelInterpolation = .nearest, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.size = size
        self.interpolation = interpolation
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { "\(size), \(interpolation.rawValue)" }

    public override func build(inputShape: [Int]) throws {
        _ = try ImageShape.channels(of: inputShape)
        guard size.height >= 1, size.width >= 1 else {
            throw LayerError("size must be at least 1 x 1, got \(size).")
        }
        let largest = 1024
        guard size.height <= largest, size.width <= largest else {
            throw LayerError("a size of \(size) is too large; at most \(largest) is possible.")
        }
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        switch interpolation {
        case .nearest: return try repeated(input)
        case .bilinear:
            return try Self.interpolated(
                Self.interpolated(input, axis: 1, factor: size.height), axis: 2, factor: size.width)
        }
    }

    private func repeated(_ x: SymbolicTensor) throws -> SymbolicTensor {
        let (n, h, w, c) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
        return try x.reshape(to: [n, h, 1, w, 1, c])
            .broadcast(to: [n, h, size.height, w, size.width, c])
            .reshape(to: [n, h * size.height, w * size.width, c])
    }

    /// Along one axis: the places of the new pixels repeat from one old pixel to the next, so that each of them is a sum of
    /// the image and of the image moved by one.
    private static func interpolated(
        _ x: SymbolicTensor, axis: Int, factor: Int
    ) throws -> SymbolicTensor {
        guard factor > 1 else { return x }
        let length = x.shape[axis]
        func slice(from start: Int, count: Int) throws -> SymbolicTensor {
            var (starts, sizes) = ([0, 0, 0, 0], x.shape)
            (starts[axis], sizes[axis]) = (start, count)
            return try x.slice(starts: starts, sizes: sizes)
        }
        var (earlier, later) = (x, x)
        if length > 1 {
            earlier = try .concatenate(
                [slice(from: 0, count: 1), slice(from: 0, count: length - 1)], axis: axis)
            later = try .concatenate(
                [slice(from: 1, count: length - 1), slice(from: length - 1, count: 1)], axis: axis)
        }
        var expanded = x.shape
        expanded.insert(1, at: axis + 1)
        let places = try (0..<factor).map { number -> SymbolicTensor in
            let offset = (Double(number) + 0.5) / Double(factor) - 0.5
            let neighbour = offset < 0 ? earlier : later
            let value =
                offset == 0 ? x : try x * (1 - abs(offset)) + neighbour * abs(offset)
            return try value.reshape(to: expanded)
        }
        var result = x.shape
        result[axis] *= factor
        return try SymbolicTensor.concatenate(places, axis: axis + 1).reshape(to: result)
    }

    public override func cloned() throws -> Layer { UpSampling2D(size, interpolation: interpolation) }
}
