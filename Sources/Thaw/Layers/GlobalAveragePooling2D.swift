public import ThawGraph

/// The average of each channel over a whole image.
///
/// ## Shapes
/// `[n, h, w, c]` to `[n, c]`, or `[n, 1, 1, c]` if dimensions are kept.
public final class GlobalAveragePooling2D: Layer {
    /// Whether height and width stay as axes of size 1.
    public let keepsDimensions: Bool

    /// Creates the layer.
    public init(keepsDimensions: Bool = false, inputShape: [Int]? = nil, name: String? = nil) {
        self.keepsDimensions = keepsDimensions
        super.init(name: name, inputShape: inputShape)
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        try input.globalAveragePooling2D(keepingDimensions: keepsDimensions)
    }

    public override func cloned() throws -> Layer { GlobalAveragePooling2D(keepsDimensions: keepsDimensions) }
}
