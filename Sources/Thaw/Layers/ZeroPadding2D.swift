public import ThawGraph

/// Surrounds images with zeros.
///
/// Before a convolution without padding it gives other padding than `.same` does: most networks that were first trained
/// with it pad strided convolutions so.
///
/// ## Shapes
/// `[n, h, w, c]` to `[n, top + h + bottom, left + w + right, c]`.
public final class ZeroPadding2D: Layer {
    /// The rows and columns of zeros.
    public let padding: Margins2D

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - padding: the rows and columns of zeros: `2`, `Margins2D(height: 1, width: 2)` or
    ///     `Margins2D(top: 0, bottom: 1, left: 0, right: 1)`; none negative.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(_ padding: Margins2D = 1, inputShape: [Int]? = nil, name: String? = nil) {
        self.padding = padding
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { "\(padding)" }

    public override func build(inputShape: [Int]) throws {
        _ = try ImageShape.channels(of: inputShape)
        try padding.requireNotNegative()
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        try input.pad(
            before: [0, padding.top, padding.left, 0], after: [0, padding.bottom, padding.right, 0])
    }

    public override func cloned() throws -> Layer { ZeroPadding2D(padding) }
}
