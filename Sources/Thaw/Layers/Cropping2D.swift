public import ThawGraph

/// Takes rows and columns away at the edges of images.
///
/// ## Shapes
/// `[n, h, w, c]` to `[n, h - top - bottom, w - left - right, c]`.
public final class Cropping2D: Layer {
    /// The rows and columns that are taken away.
    public let cropping: Margins2D

    /// Creates the layer; the default is Keras's, none.
    ///
    /// - Parameters:
    ///   - cropping: the rows and columns to take away: `2`, `Margins2D(height: 1, width: 2)` or
    ///     `Margins2D(top: 0, bottom: 1, left: 0, right: 1)`; none negative, and something of the image must remain.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(_ cropping: Margins2D = 0, inputShape: [Int]? = nil, name: String? = nil) {
        self.cropping = cropping
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { "\(cropping)" }

    public override func build(inputShape: [Int]) throws {
        _ = try ImageShape.channels(of: inputShape)
        try cropping.requireNotNegative()
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        // One after the other: sizes of a file may be so large that their sum overflows.
        let height = max(input.shape[1] - cropping.top, 0) - cropping.bottom
        let width = max(input.shape[2] - cropping.left, 0) - cropping.right
        guard height > 0, width > 0 else {
            throw LayerError(
                "takes away the whole image: \(cropping) of \(input.shape[1]) x \(input.shape[2]).")
        }
        return try input.slice(
            starts: [0, cropping.top, cropping.left, 0],
            sizes: [input.shape[0], height, width, input.shape[3]])
    }

    public override func cloned() throws -> Layer { Cropping2D(cropping) }
}
