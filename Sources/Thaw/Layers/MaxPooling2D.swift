public import ThawGraph

/// The maximum of windows of an image, channel by channel.
///
/// ## Shapes
/// `[n, h, w, c]` to `[n, oh, ow, c]`.
public final class MaxPooling2D: Layer {
    /// The size of a window.
    public let poolSize: Size2D
    /// The steps between windows.
    public let strides: Size2D
    /// What surrounds the image.
    public let padding: Padding2D

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - poolSize: the size of a window: `2`, or `Size2D(height: 2, width: 3)`.
    ///   - strides: the steps between windows; `poolSize` if nil.
    ///   - padding: what surrounds the image.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(
        poolSize: Size2D = 2, strides: Size2D? = nil, padding: Padding2D = .valid, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.poolSize = poolSize
        self.strides = strides ?? poolSize
        self.padding = padding
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { "\(poolSize)" }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        try input.maximumPooling2D(size: poolSize, strides: strides, padding: padding)
    }

    public override func cloned() throws -> Layer {
        MaxPooling2D(poolSize: poolSize, strides: strides, padding: padding)
    }
}
