import ThawFormats
public import ThawGraph
import ThawTensor

/// What training minimises: a number per sample, computed from the target and the model's prediction.
///
/// A loss is written in graph operations, so it is differentiable without writing a gradient:
///
/// ```swift
/// let upperTenth = Loss.custom("upper_tenth") { target, prediction in
///     let error = try target - prediction
///     return try (error * 0.9).maximum(error * -0.1).mean(axes: [-1])
/// }
/// ```
///
/// The loss of a batch of n samples is `sum(weight[i] * loss[i]) / n`, Keras's `sum_over_batch_size`;
/// without sample weights each weight is 1. `reduced(by:)` gives the other ways.
public struct Loss: Sendable {
    /// What the targets of a loss are.
    public enum TargetKind: Sendable, Hashable {
        /// Class indices: int32, one per sample.
        case classIndices
        /// Numbers: float32.
        case values
    }

    /// How a loss computes its values: target and prediction in, one value per sample (or per position
    /// of a sample) out.
    public typealias Body =
        @Sendable (_ target: SymbolicTensor, _ prediction: SymbolicTensor) throws -> SymbolicTensor

    /// The name for errors and for people, in Keras's spelling.
    public let name: String
    /// Whether targets are class indices or numbers.
    public let targetKind: TargetKind
    /// The interval numeric targets must lie in; nil where any finite number is allowed.
    let targetRange: ClosedRange<Double>?
    /// How the values of a batch become one number.
    public private(set) var reduction: Reduction = .sumOverBatchSize
    /// The arguments that Keras's class of this name takes for the same loss; nil if it has none.
    let kerasArguments: [String: JSONValue]?
    private let settingsCheck: @Sendable () throws -> Void
    private let body: Body

    /// - Parameter check: throws if a setting is out of range.
    init(
        name: String, keras kerasArguments: [String: JSONValue]? = [:], targetKind: TargetKind = .values,
        targetRange: ClosedRange<Double>? = nil, check: @escaping @Sendable () throws -> Void = {},
        body: @escaping Body
    ) {
        self.name = name
        self.kerasArguments = kerasArguments
        self.targetKind = targetKind
        self.targetRange = targetRange
        settingsCheck = check
        self.body = body
    }

    /// A loss of your own.
    ///
    /// - Parameters:
    ///   - name: the name in errors.
    ///   - targetKind: what the targets are; it decides the element type in which `body` gets them.
    ///   - targetRange: the interval that numeric targets must lie in; `fit` and `evaluate` refuse data outside. nil
    ///     allows any number.
    ///   - body: computes one value per sample, shape `[n]`. Where it gives `[n, ...]`, the mean over
    ///     the further axes is taken.
    public static func custom(
        _ name: String, targetKind: TargetKind = .values, targetRange: ClosedRange<Double>? = nil,
        body: @escaping Body
    ) -> Loss {
        Loss(name: name, keras: nil, targetKind: targetKind, targetRange: targetRange, body: body)
    }

    /// The same loss, with the values of a batch put together in another way.
    public func reduced(by reduction: Reduction) -> Loss {
        var loss = self
        loss.reduction = reduction
        return loss
    }

    /// Checks the settings.
    ///
    /// - Throws: `TrainingError.invalidArgument` that says which is out of range. `compile` and every call do this.
    public func check() throws { try settingsCheck() }

    /// The loss of each sample.
    ///
    /// ## Shapes
    /// `target` and `prediction` have the batch on axis 0; the result has shape `[n]`.
    ///
    /// - Throws: a `GraphError` that names the loss if the shapes do not fit each other.
    public func call(target: SymbolicTensor, prediction: SymbolicTensor) throws -> SymbolicTensor {
        try evaluated(target: target, prediction: prediction).perSample
    }

    /// The loss of each sample, and how many values it is the mean of.
    private func evaluated(
        target: SymbolicTensor, prediction: SymbolicTensor
    ) throws -> (perSample: SymbolicTensor, positions: Int) {
        try check()
        return try prediction.graph.withScope(name) {
            () throws -> (perSample: SymbolicTensor, positions: Int) in
            let values = try body(target, prediction)
            guard values.rank >= 1, values.shape[0] == prediction.shape.first else {
                throw GraphError(
                    "a loss gives one value per sample, shape [\(prediction.shape.first ?? 0)]; "
                        + "this one gave \(values.type). Leave axis 0 when reducing.",
                    operation: "loss", scope: prediction.graph.scope)
            }
            guard values.rank > 1 else { return (values, 1) }
            return (
                try values.mean(axes: Array(1..<values.rank)), values.shape.dropFirst().reduce(1, *)
            )
        }
    }

    /// The loss of a batch, a scalar: `sum(weight * loss) / n`, or what `reduction` says.
    ///
    /// - Parameters:
    ///   - target: the targets.
    ///   - prediction: what the model gave.
    ///   - sampleWeights: shape `[n]`; nil counts each sample as 1.
    public func batchValue(
        target: SymbolicTensor, prediction: SymbolicTensor, sampleWeights: SymbolicTensor? = nil
    ) throws -> SymbolicTensor {
        let (values, positions) = try evaluated(target: target, prediction: prediction)
        return try reduction.reduce(values, positions: positions, sampleWeights: sampleWeights)
    }
}
