public import ThawGraph

/// Group Normalization (Wu and He, 2018): the channels of each sample are divided into groups; each group is brought to mean 0
/// and variance 1 by itself, then each channel is scaled and shifted.
///
/// `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`, where mean and biased variance run over a group's
/// channels and all axes between batch and channels. One group for each channel is Instance Normalization (Ulyanov et
/// al., 2016). No sample sees another: training and inference compute the same, and freezing stops only gamma and beta.
///
/// ## Shapes
/// `[n, ..., c]` to the same. Parameters, each `[c]`: `gamma`, `beta`.
public final class GroupNormalization: Layer {
    /// The number of groups, which divides the number of channels; -1 for a group for each channel.
    public let groups: Int
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
    ///   - groups: the number of groups, which divides the number of channels; -1 for a group for each channel.
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
        groups: Int = 32, epsilon: Double = 1e-3, center: Bool = true, scale: Bool = true,
        betaInitializer: Initializer = .zeros, gammaInitializer: Initializer = .ones,
        betaRegularizer: Regularizer? = nil, gammaRegularizer: Regularizer? = nil,
        betaConstraint: Constraint? = nil, gammaConstraint: Constraint? = nil, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.init(
            groups: groups, epsilon: epsilon,
            ScaleAndShift(
                gamma: scale ? WeightSettings(gammaInitializer, gammaRegularizer, gammaConstraint) : nil,
                beta: center ? WeightSettings(betaInitializer, betaRegularizer, betaConstraint) : nil),
            inputShape: inputShape, name: name)
    }

    private init(
        groups: Int, epsilon: Double, _ scaleAndShift: ScaleAndShift, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.groups = groups
        self.epsilon = epsilon
        self.scaleAndShift = scaleAndShift
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { "\(groups)" }

    public override func build(inputShape: [Int]) throws {
        guard epsilon > 0, epsilon.isFinite else {
            throw LayerError("epsilon must be above 0, got \(epsilon).")
        }
        try scaleAndShift.build(in: self, shape: [try sizes(of: inputShape).channels])
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        let (groups, channels) = try sizes(of: input.shape)
        if let built = (scaleAndShift.gamma ?? scaleAndShift.beta)?.shape, built != [channels] {
            throw LayerError(
                "was built for \(built[0]) channels on the last axis, got an input of shape \(input.shape).")
        }
        let samples = input.shape[0]
        let places = input.shape.dropFirst().dropLast().reduce(1, *)
        // A group's numbers go into one row.
        var grouped = try input.reshape(to: [samples, places, groups, channels / groups])
        let isApart = places > 1 && groups > 1
        if isApart { grouped = try grouped.transpose([0, 2, 1, 3]) }
        let rows = try grouped.reshape(to: [samples, groups, places * channels / groups])
        var normalized = try rows.rowNormalization(epsilon: epsilon).reshape(to: grouped.shape)
        if isApart { normalized = try normalized.transpose([0, 2, 1, 3]) }
        return try scaleAndShift(normalized.reshape(to: input.shape), context: context)
    }

    private func sizes(of shape: [Int]) throws -> (groups: Int, channels: Int) {
        guard shape.count >= 2, let channels = shape.last else {
            throw LayerError(
                "expects inputs [n, ..., channels] of at least 2 axes, got \(shape); put the channels last.")
        }
        let groups = groups == -1 ? channels : groups
        guard groups >= 1, channels.isMultiple(of: groups) else {
            throw LayerError(
                "cannot divide \(channels) channels into \(groups) groups of equal size; choose a divisor of \(channels), or "
                    + "-1 for a group for each channel.")
        }
        return (groups, channels)
    }

    public override func cloned() throws -> Layer {
        GroupNormalization(groups: groups, epsilon: epsilon, scaleAndShift.unbuilt)
    }
}
