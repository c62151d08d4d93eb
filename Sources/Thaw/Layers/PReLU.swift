public import ThawGraph

/// The parametric rectified linear unit: `x` above 0, else `alpha * x` with a learned alpha (He et al.,
/// 2015).
///
/// ## Shapes
/// `[n, ...]` to the same. The parameter `alpha` has the shape of a sample, with 1 on the shared axes.
public final class PReLU: Layer {
    /// The axes along which one alpha serves, counted with the batch as axis 0; `[1, 2]` for images.
    public let sharedAxes: [Int]
    let alphaSettings: WeightSettings

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - alphaInitializer: where the first alphas come from.
    ///   - alphaRegularizer: a penalty on the alphas that is added to the loss while they are trainable.
    ///   - alphaConstraint: what the alphas are brought to after each update.
    ///   - sharedAxes: axes along which one alpha serves, 1 or more.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public convenience init(
        alphaInitializer: Initializer = .zeros, alphaRegularizer: Regularizer? = nil,
        alphaConstraint: Constraint? = nil, sharedAxes: [Int] = [], inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.init(
            alpha: WeightSettings(alphaInitializer, alphaRegularizer, alphaConstraint),
            sharedAxes: sharedAxes,
            inputShape: inputShape, name: name)
    }

    private init(
        alpha: WeightSettings, sharedAxes: [Int], inputShape: [Int]? = nil, name: String? = nil
    ) {
        alphaSettings = alpha
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
        _ = try addWeight(name: "alpha", shape: shape, alphaSettings)
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        let alpha = try context.read(parameters[0])
        return try input.relu() - (-input).relu() * alpha
    }

    public override func cloned() throws -> Layer {
        PReLU(alpha: alphaSettings, sharedAxes: sharedAxes)
    }
}
