public import ThawGraph
public import ThawTensor

/// Shifts and scales features by a mean and a variance that are given or computed from data beforehand: `(x - mean) /
/// sqrt(variance)`, the square root at least 1e-7.
///
/// ```swift
/// let normalization = Normalization()
/// try normalization.adapt(to: train)
/// let model = Sequential { normalization; Dense(10) }
/// ```
///
/// Training changes neither: they are statistics, the same in both modes.
///
/// ## Shapes
/// Any, to the same. Parameters, unless mean and variance are given: `mean` and `variance` of the sizes of `axes`, and `count`, a
/// scalar that Keras's files have and nothing uses; all are statistics.
public final class Normalization: Layer {
    /// The axes along which each place has a mean and a variance of its own, counted with the batch as axis 0; negative ones count
    /// from the end. None for one mean and one variance in all.
    public let axes: [Int]
    /// The mean that was given: one number, or one for each place on the last of `axes`; nil if it is computed from data.
    public let givenMean: [Double]?
    /// The variance that was given, like `givenMean`.
    public let givenVariance: [Double]?
    /// Whether the layer does the opposite: `x * sqrt(variance) + mean`.
    public let inverts: Bool

    private var mean: Parameter?
    private var variance: Parameter?

    /// Creates a layer whose mean and variance come from `adapt(to:)` or from a file. Until then it passes its input on.
    ///
    /// - Parameters:
    ///   - axes: where each place has a mean and a variance of its own; not 0, which is the batch. Empty for one of each.
    ///   - inverts: whether to undo a normalization.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(axes: [Int] = [-1], inverts: Bool = false, inputShape: [Int]? = nil, name: String? = nil) {
        self.axes = axes
        self.inverts = inverts
        (givenMean, givenVariance) = (nil, nil)
        super.init(name: name, inputShape: inputShape)
    }

    /// Creates a layer with a mean and a variance known beforehand.
    ///
    /// - Parameters:
    ///   - mean: one number, or one for each place on the last of `axes`; finite.
    ///   - variance: as many numbers as `mean`; finite, 0 or more.
    ///   - axes: where each place has a mean and a variance of its own; not 0, which is the batch. Empty for one of each.
    ///   - inverts: whether to undo a normalization.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(
        mean: [Double], variance: [Double], axes: [Int] = [-1], inverts: Bool = false,
        inputShape: [Int]? = nil, name: String? = nil
    ) {
        self.axes = axes
        self.inverts = inverts
        (givenMean, givenVariance) = (mean, variance)
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String {
        "\(axes)" + (inverts ? ", inverts" : "")
    }

    public override func build(inputShape: [Int]) throws {
        let kept = try keptAxes(of: inputShape)
        let shape = kept.map { inputShape[$0] }
        guard let givenMean, let givenVariance else {
            mean = try addWeight(name: "mean", shape: shape, initializer: .zeros, role: .statistic)
            variance = try addWeight(name: "variance", shape: shape, initializer: .ones, role: .statistic)
            try addWeight(name: "count", shape: [], initializer: .zeros, role: .statistic)
            return
        }
        guard givenMean.count == givenVariance.count, givenMean.count == 1 || givenMean.count == shape.last
        else {
            throw LayerError(
                "needs one mean and one variance, or one for each of the \(shape.last ?? 1) places on its last "
                    + "axis, got \(givenMean.count) and \(givenVariance.count).")
        }
        guard givenMean.allSatisfy(\.isFinite), givenVariance.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
            throw LayerError(
                "means must be finite and variances finite and 0 or more, got \(givenMean) and \(givenVariance)."
            )
        }
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        let kept = try keptAxes(of: input.shape)
        var shape = input.shape.map { _ in 1 }
        for axis in kept { shape[axis] = input.shape[axis] }
        let (mean, deviation): (SymbolicTensor, SymbolicTensor)
        if let givenMean, let givenVariance {
            func constant(_ numbers: [Double]) throws -> SymbolicTensor {
                let vector = input.graph.constant(Tensor(numbers.map(Float.init)))
                // One number is for all, more are along the last axis that is kept.
                return try vector.reshape(
                    to: shape.indices.map { numbers.count > 1 && $0 == kept.last ? shape[$0] : 1 })
            }
            mean = try constant(givenMean)
            deviation = try constant(givenVariance.map { max($0.squareRoot(), Self.smallestDeviation) })
        } else {
            guard let own = self.mean, let variance else { throw LayerError("is called before it is built.") }
            guard own.shape == kept.map({ input.shape[$0] }) else {
                throw LayerError(
                    "was built for sizes \(own.shape) of the axes \(axes), got an input of shape \(input.shape)."
                )
            }
            mean = try context.read(own).reshape(to: shape)
            deviation = try context.read(variance).sqrt().maximum(Self.smallestDeviation).reshape(to: shape)
        }
        return inverts ? try input * deviation + mean : try (input - mean) / deviation
    }

    /// What Keras divides by at least.
    private static let smallestDeviation = 1e-7

    /// The axes from the front, in order.
    private func keptAxes(of shape: [Int]) throws -> [Int] {
        let kept = axes.map { $0 < 0 ? $0 &+ shape.count : $0 }.sorted()
        guard kept.allSatisfy({ (1..<max(shape.count, 1)).contains($0) }), Set(kept).count == kept.count
        else {
            throw LayerError(
                "cannot keep the axes \(axes) of an input \(shape); use different ones from 1 (0 is the batch) "
                    + "to \(shape.count - 1), or count from the end.")
        }
        return kept
    }

    public override func cloned() throws -> Layer {
        guard let givenMean, let givenVariance else { return Normalization(axes: axes, inverts: inverts) }
        return Normalization(mean: givenMean, variance: givenVariance, axes: axes, inverts: inverts)
    }

    /// Computes mean and variance from samples, in double precision, and keeps them.
    ///
    /// - Parameter samples: `[n, ...]` with n of at least 1.
    /// - Throws: as the other form.
    public func adapt(to samples: Tensor) throws { try adapt(to: Dataset(samples)) }

    /// Computes mean and variance from the first input of a data set's samples, mapped, in double precision, and keeps them. What
    /// was kept before is lost.
    ///
    /// - Parameter dataset: the training set; it is read once, in batches.
    /// - Throws: `LayerError` for a layer whose mean and variance were given, and for samples of a shape that the layer was
    ///   not built for; ``DatasetError`` for an empty data set; what a map throws.
    public func adapt(to dataset: Dataset) throws {
        guard givenMean == nil else {
            throw LayerError(
                "has a mean and a variance that were given; leave them out to compute them from data.",
                path: name, layerType: typeName)
        }
        var moments: RunningMoments?
        let reader = try dataset.reader(of: 32)
        while let batch = try reader.next() {
            let samples = batch.inputs[0]
            do {
                if !isBuilt {
                    try buildIfNeeded(
                        inputShapes: [samples.shape], as: BuildContext.current ?? .fresh(path: [name]))
                }
                let kept = try keptAxes(of: samples.shape)
                guard kept.map({ samples.shape[$0] }) == mean?.shape else {
                    throw LayerError(
                        "was built for sizes \(mean?.shape ?? []) of the axes \(axes), got samples "
                            + "\(samples.shape).")
                }
                moments = moments ?? RunningMoments(count: mean?.count ?? 1)
                moments?.add(samples, keeping: kept)
            } catch var error as LayerError where error.path.isEmpty {
                (error.path, error.layerType) = (name, typeName)
                throw error
            }
        }
        guard let moments, let mean, let variance else { throw DatasetError.empty(operation: "adapt(to:)") }
        try mean.assign(Tensor(shape: mean.shape, scalars: moments.mean))
        try variance.assign(Tensor(shape: variance.shape, scalars: moments.variance))
    }
}
