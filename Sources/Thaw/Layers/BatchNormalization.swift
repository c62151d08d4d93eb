public import ThawGraph

/// Batch Normalization (Ioffe and Szegedy, 2015): each channel is brought to mean 0 and variance 1,
/// then scaled and shifted.
///
/// `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`, per element of the last axis; the
/// statistics run over all other axes. The moving statistics follow the batch's: `moving = moving *
/// momentum + batch * (1 - momentum)`, with the biased variance, as in Keras 3, or the unbiased one
/// (`movingVarianceEstimate`).
///
/// ## What it normalises with
/// In `fit`:
///
/// | isTrainable | statistics | normalises with | moving statistics updated |
/// |---|---|---|---|
/// | yes | automatic, batchUpdating | batch | yes |
/// | no | automatic, moving | moving | no |
/// | yes | moving | moving | no |
/// | yes | batch | batch | no |
/// | no | batchUpdating | batch | yes |
/// | no | batch | batch | no |
///
/// So a frozen layer is frozen in its weights, its statistics and its mode. In inference mode the
/// moving statistics normalise and nothing is written, unless the call overrides the statistics.
/// Whether gamma and beta are trained is `isTrainable` alone.
///
/// ## Shapes
/// `[n, ..., c]` to the same. Parameters, each `[c]`: `gamma`, `beta`, `moving_mean`, `moving_variance`.
public final class BatchNormalization: Layer {
    /// What a layer normalises with in training mode, and whether it updates its moving statistics.
    public enum Statistics: String, Sendable, Hashable, CaseIterable {
        /// `.batchUpdating` while the layer is trainable, `.moving` while it is frozen.
        case automatic
        /// The moving statistics; they stay as they are.
        case moving
        /// The batch's statistics; the moving ones stay as they are.
        case batch
        /// The batch's statistics; the moving ones follow them.
        case batchUpdating
    }

    /// Which estimate of the variance the moving one follows. The batch itself is always normalised with the biased one.
    public enum VarianceEstimate: String, Sendable, Hashable, CaseIterable {
        /// The mean of squared deviations: Keras 3's.
        case biased
        /// Their sum over one less than their count: what PyTorch takes, and Keras 2 for images.
        case unbiased
    }

    /// What the layer does in training mode. A change takes effect at the next step.
    public var statistics: Statistics { didSet { if oldValue != statistics { configurationDidChange() } } }
    /// The share of the old moving statistics that is kept at an update, in `0...1`.
    public internal(set) var momentum: Double {
        didSet { if oldValue != momentum { configurationDidChange() } }
    }
    /// What is added to the variance, above 0.
    public internal(set) var epsilon: Double {
        didSet { if oldValue != epsilon { configurationDidChange() } }
    }
    /// Which estimate of the variance the moving one follows.
    public private(set) var movingVarianceEstimate: VarianceEstimate

    private(set) var scaleAndShift: ScaleAndShift
    let movingMeanInitializer: Initializer
    let movingVarianceInitializer: Initializer

    /// The axis that the file it was read from names.
    var declaredAxis = -1
    /// Whether it was read from a file of Keras 2, which takes the unbiased variance for images.
    var isOfKeras2 = false

    private var movingMean: Parameter?
    private var movingVariance: Parameter?

    /// Whether there is a beta.
    public var centers: Bool { scaleAndShift.centers }
    /// Whether there is a gamma.
    public var scales: Bool { scaleAndShift.scales }

    /// Creates the layer; the defaults are Keras's.
    ///
    /// - Parameters:
    ///   - momentum: the share of the old moving statistics that is kept at an update, in `0...1`.
    ///   - epsilon: what is added to the variance, above 0.
    ///   - center: whether there is a beta.
    ///   - scale: whether there is a gamma.
    ///   - statistics: what the layer normalises with in training mode.
    ///   - betaInitializer: beta's first values.
    ///   - gammaInitializer: gamma's first values.
    ///   - movingMeanInitializer: the moving mean's first values.
    ///   - movingVarianceInitializer: the moving variance's first values.
    ///   - betaRegularizer: what is added to the loss for beta; nil for nothing.
    ///   - gammaRegularizer: what is added to the loss for gamma; nil for nothing.
    ///   - betaConstraint: what beta is brought to after each update; nil leaves it.
    ///   - gammaConstraint: what gamma is brought to after each update; nil leaves it.
    ///   - movingVarianceEstimate: which estimate of the variance the moving one follows.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public convenience init(
        momentum: Double = 0.99, epsilon: Double = 1e-3, center: Bool = true, scale: Bool = true,
        statistics: Statistics = .automatic, betaInitializer: Initializer = .zeros,
        gammaInitializer: Initializer = .ones, movingMeanInitializer: Initializer = .zeros,
        movingVarianceInitializer: Initializer = .ones, betaRegularizer: Regularizer? = nil,
        gammaRegularizer: Regularizer? = nil, betaConstraint: Constraint? = nil,
        gammaConstraint: Constraint? = nil, movingVarianceEstimate: VarianceEstimate = .biased,
        inputShape: [Int]? = nil, name: String? = nil
    ) {
        self.init(
            momentum: momentum, epsilon: epsilon, statistics: statistics,
            movingVarianceEstimate: movingVarianceEstimate, movingMeanInitializer: movingMeanInitializer,
            movingVarianceInitializer: movingVarianceInitializer,
            ScaleAndShift(
                gamma: scale ? WeightSettings(gammaInitializer, gammaRegularizer, gammaConstraint) : nil,
                beta: center ? WeightSettings(betaInitializer, betaRegularizer, betaConstraint) : nil),
            inputShape: inputShape, name: name)
    }

    private init(
        momentum: Double, epsilon: Double, statistics: Statistics,
        movingVarianceEstimate: VarianceEstimate, movingMeanInitializer: Initializer,
        movingVarianceInitializer: Initializer, _ scaleAndShift: ScaleAndShift, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.momentum = momentum
        self.epsilon = epsilon
        self.statistics = statistics
        self.movingVarianceEstimate = movingVarianceEstimate
        self.scaleAndShift = scaleAndShift
        self.movingMeanInitializer = movingMeanInitializer
        self.movingVarianceInitializer = movingVarianceInitializer
        super.init(name: name, inputShape: inputShape)
    }

    public override func build(inputShape: [Int]) throws {
        guard (0...1).contains(momentum) else {
            throw LayerError("momentum must be from 0 to 1, got \(momentum).")
        }
        guard epsilon > 0, epsilon.isFinite else {
            throw LayerError("epsilon must be above 0, got \(epsilon).")
        }
        guard declaredAxis == -1 || declaredAxis == inputShape.count - 1 else {
            throw LayerError(
                "normalizes axis \(declaredAxis) of inputs of shape \(inputShape) where it was made; here it is always the last."
            )
        }
        guard inputShape.count >= 2, let channels = inputShape.last else {
            throw LayerError(
                "expects inputs [n, ..., channels] of at least 2 axes, got \(inputShape); "
                    + "put the channels last."
            )
        }
        if isOfKeras2, inputShape.count == 4 { movingVarianceEstimate = .unbiased }
        try scaleAndShift.build(in: self, shape: [channels])
        movingMean = try addWeight(
            name: "moving_mean", shape: [channels], initializer: movingMeanInitializer, role: .statistic)
        movingVariance = try addWeight(
            name: "moving_variance", shape: [channels], initializer: movingVarianceInitializer,
            role: .statistic)
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        guard let movingMean, let movingVariance else { throw LayerError("is called before it is built.") }
        let channels = movingMean.shape[0]
        guard input.rank >= 2, input.shape[input.rank - 1] == channels else {
            throw LayerError(
                "was built for \(channels) channels on the last axis, got an input of shape \(input.shape).")
        }
        let scale =
            try scaleAndShift.gamma.map { try context.read($0) } ?? context.constant(1, count: channels)
        let shift =
            try scaleAndShift.beta.map { try context.read($0) } ?? context.constant(0, count: channels)
        let statistics = effectiveStatistics(in: context)
        guard statistics != .moving else {
            return try input.batchNormalization(
                gamma: scale, beta: shift, mean: try context.read(movingMean),
                variance: try context.read(movingVariance), epsilon: epsilon)
        }
        let (output, mean, variance) = try input.batchNormalization(
            gamma: scale, beta: shift, epsilon: epsilon)
        if statistics == .batchUpdating, context.writesState {
            let count = Double(input.shape.dropLast().reduce(1, *))
            let correction = movingVarianceEstimate == .unbiased && count > 1 ? count / (count - 1) : 1
            for (moving, batch, factor) in [(movingMean, mean, 1), (movingVariance, variance, correction)] {
                let kept = try context.read(moving) * momentum
                context.update(moving, to: try kept + batch * ((1 - momentum) * factor))
            }
        }
        return output
    }

    /// The moving mean and the moving variance; none before the layer is built.
    var statisticParameters: [Parameter] { [movingMean, movingVariance].compactMap { $0 } }

    /// For what a saved model says.
    func setMovingVarianceEstimate(_ estimate: VarianceEstimate) {
        movingVarianceEstimate = estimate
        configurationDidChange()
    }

    /// What the layer does in a call: the call's override, in inference the moving statistics, else its
    /// own setting. Never `.automatic`.
    func effectiveStatistics(in context: CallContext) -> Statistics {
        let chosen = context.statisticsOverride ?? (context.mode == .inference ? .moving : statistics)
        guard chosen == .automatic else { return chosen }
        return isTrainable ? .batchUpdating : .moving
    }

    public override func cloned() throws -> Layer {
        BatchNormalization(
            momentum: momentum, epsilon: epsilon, statistics: statistics,
            movingVarianceEstimate: movingVarianceEstimate,
            movingMeanInitializer: movingMeanInitializer,
            movingVarianceInitializer: movingVarianceInitializer,
            scaleAndShift.unbuilt)
    }
}
