public import ThawGraph

/// The parametric rectified linear unit: `x` above 0, else `alpha * x` with a learned alpha (He et al.,
/// 2015).
///
/// ## Shapes
/// `[n, ...]` to the same. The parameter `alpha` has the shape of a sample, with 1 on the shared axes.
public final class PReLU: Layer {
    /// The axes along which one alpha serves, counted with the batch as axis 0; `[1, 2]` for images.
    public let sharedAxes: [Int]
    private let alphaInitializer: Initializer

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - alphaInitializer: where the first alphas come from.
    ///   - sharedAxes: axes along which one alpha serves, 1 or more.
    public init(
        alphaInitializer: Initializer = .zeros, sharedAxes: [Int] = [], inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.alphaInitializer = alphaInitializer
        self.sharedAxes = sharedAxes
        super.init(name: name, inputShape: inputShape)
    }

    public override func build(inputShape: [Int]) throws {
        var shape = Array(inputShape.dropFirst())
        for axis in sharedAxes {
            guard axis >= 1, axis < inputShape.count else {
                throw LayerError(
                    "shared axis \(axis) does not exist in \(inputShape); use 1 to \(shape.count).")
            }
            shape[axis - 1] = 1
        }
        try addWeight(name: "alpha", shape: shape, initializer: alphaInitializer)
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        let alpha = try context.read(parameters[0])
        return try input.relu() - (-input).relu() * alpha
    }

    public override func cloned() throws -> Layer {
        PReLU(alphaInitializer: alphaInitializer, sharedAxes: sharedAxes)
    }
}
