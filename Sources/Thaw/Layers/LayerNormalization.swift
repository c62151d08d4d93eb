public import ThawGraph

/// Layer Normalization (Ba, Kiros and Hinton, 2016): each sample is brought to mean 0 and variance 1 by itself, then scaled
/// and shifted.
///
/// `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`, where mean and biased variance run over `axes` of one sample.
/// No sample sees another, and nothing is kept between steps: training and inference compute the same, and freezing
/// stops only gamma and beta.
///
/// ## Shapes
/// `[n, ...]` to the same. Parameters, of the sizes of `axes`: `gamma`, `beta`.
public final class LayerNormalization: Layer {
    /// The axes that are normalized together, counted with the batch as axis 0; negative ones count from the end.
    public let axes: [Int]
    /// What is added to the variance, above 0.
    public internal(set) var epsilon: Double {
        didSet { if oldValue != epsilon { configurationDidChange() } }
    }
    private(set) var scaleAndShift: ScaleAndShift

    /// Whether there is a beta.
    public var centers: Bool { scaleAndShift.centers }
    /// Whether there is a gamma.
    public var scales: Bool { scaleAndShift.scales }

    /// Creates the layer; the defaults are Keras's.
    ///
    /// - Parameters:
    ///   - axes: the axes that are normalized together; not 0, which is the batch.
    ///   - epsilon: what is added to the variance, above 0.
    ///   - center: whether there is a beta.
    ///   - scale: whether there is a gamma.
    ///   - betaInitializer: beta's first values.
    ///   - gammaInitializer: gamma's first values.
    ///   - betaRegularizer: what is added to the loss for beta; nil for nothing.
    ///   - gammaRegularizer: what is added to the loss for gamma; nil for nothing.
    ///   - betaConstraint: what beta is brought to after each update; nil leaves it.
    ///   - gammaConstraint: what gamma is brought to after each update; nil leaves it.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public convenience init(
        axes: [Int] = [-1], epsilon: Double = 1e-3, center: Bool = true, scale: Bool = true,
        betaInitializer: Initializer = .zeros, gammaInitializer: Initializer = .ones,
        betaRegularizer: Regularizer? = nil, gammaRegularizer: Regularizer? = nil,
        betaConstraint: Constraint? = nil, gammaConstraint: Constraint? = nil, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.init(
            axes: axes, epsilon: epsilon,
            ScaleAndShift(
                gamma: scale ? WeightSettings(gammaInitializer, gammaRegularizer, gammaConstraint) : nil,
                beta: center ? WeightSettings(betaInitializer, betaRegularizer, betaConstraint) : nil),
            inputShape: inputShape, name: name)
    }

    private init(
        axes: [Int], epsilon: Double, _ scaleAndShift: ScaleAndShift, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.axes = axes
        self.epsilon = epsilon
        self.scaleAndShift = scaleAndShift
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { axes == [-1] ? "" : "\(axes)" }

    public override func build(inputShape: [Int]) throws {
        guard epsilon > 0, epsilon.isFinite else {
            throw LayerError("epsilon must be above 0, got \(epsilon).")
        }
        let axes = try normalizedAxes(of: inputShape)
        try scaleAndShift.build(in: self, shape: axes.map { inputShape[$0] })
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        let shape = input.shape
        let axes = try normalizedAxes(of: shape)
        let sizes = axes.map { shape[$0] }
        if let built = (scaleAndShift.gamma ?? scaleAndShift.beta)?.shape, built != sizes {
            throw LayerError(
                "was built for sizes \(built) of the axes \(self.axes), got an input of shape \(shape).")
        }
        // The axes go to the end, where they are one row.
        let order = shape.indices.filter { !axes.contains($0) } + axes
        let moved = try input.transpose(order)
        let rows = try moved.reshape(to: order.dropLast(axes.count).map { shape[$0] } + [sizes.reduce(1, *)])
        let normalized = try rows.rowNormalization(epsilon: epsilon).reshape(to: moved.shape)
        let back = shape.indices.map { axis in order.firstIndex(of: axis) ?? axis }
        return try scaleAndShift(normalized, context: context).transpose(back)
    }

    /// The axes in order, not negative.
    private func normalizedAxes(of shape: [Int]) throws -> [Int] {
        let resolved = Set(axes.map { $0 < 0 ? $0 + shape.count : $0 })
        guard !axes.isEmpty, resolved.count == axes.count,
            resolved.allSatisfy({ (1..<shape.count).contains($0) })
        else {
            throw LayerError(
                "cannot normalize the axes \(axes) of an input \(shape); name each axis once, from 1 (0 is the batch) to "
                    + "\(shape.count - 1), or from the end.")
        }
        return resolved.sorted()
    }

    public override func cloned() throws -> Layer {
        LayerNormalization(axes: axes, epsilon: epsilon, scaleAndShift.unbuilt)
    }
}
