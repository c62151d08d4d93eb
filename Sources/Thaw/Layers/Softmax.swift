public import ThawGraph

/// The softmax as a layer: `e^x / sum(e^x)` along an axis.
///
/// ## Shapes
/// `[n, ...]` to the same.
public final class Softmax: Layer {
    /// The axis whose elements sum to 1, counted with the batch as axis 0; negative ones count from the end.
    public let axis: Int

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - axis: the axis whose elements sum to 1; not 0, which is the batch.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(axis: Int = -1, inputShape: [Int]? = nil, name: String? = nil) {
        self.axis = axis
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { axis == -1 ? "" : "\(axis)" }

    public override func build(inputShape: [Int]) throws {
        let resolved = axis < 0 ? axis + inputShape.count : axis
        guard (1..<inputShape.count).contains(resolved) else {
            throw LayerError(
                "cannot take the axis \(axis) of an input \(inputShape); use 1 (0 is the batch) to "
                    + "\(inputShape.count - 1), or count from the end.")
        }
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        try input.softmax(axis: axis)
    }

    public override func cloned() throws -> Layer { Softmax(axis: axis) }
}
