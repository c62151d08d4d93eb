public import ThawGraph
public import ThawTensor

/// A metric that follows from means, variances and the covariance of targets and predictions over all samples, for each
/// output.
///
/// Both are counted from the first sample's, so that large means do not swallow small variances, and the sums carry what
/// rounding took from them.
public class MomentMetric: Metric {
    /// Sums over samples for one output; targets and predictions are counted from those of the first sample.
    struct Moments {
        /// The sum of the weights.
        let weight: Double
        /// Sums of targets, predictions, their squares, their product, and the squared errors.
        let target, prediction, targetSquare, predictionSquare, product, squaredError: Double

        /// Sums of squares and of products about the means.
        var targetVariation: Double { targetSquare - target * target / weight }
        var predictionVariation: Double { predictionSquare - prediction * prediction / weight }
        var covariation: Double { product - target * prediction / weight }
    }

    private static let sums = 7

    /// The value of the moments of all outputs; their weights are not 0.
    func result(of moments: [Moments]) -> Double { .nan }

    public override func stateVariables(
        target: TensorType, prediction: TensorType
    ) throws -> [(name: String, shape: [Int])] {
        let outputs = prediction.shape.dropFirst().reduce(1, *)
        return [
            ("origins", [2, outputs]), ("sums", [Self.sums, outputs]), ("excess", [Self.sums, outputs]),
        ]
    }

    public override func updatedState(
        _ state: [SymbolicTensor], target: SymbolicTensor, prediction: SymbolicTensor,
        sampleWeights: SymbolicTensor?
    ) throws -> [SymbolicTensor] {
        let samples = prediction.shape.first ?? 0
        let outputs = prediction.shape.dropFirst().reduce(1, *)
        let t = try Loss.requireSameShape(target, prediction).reshape(to: [samples, outputs])
        let p = try prediction.reshape(to: [samples, outputs])
        let first = try SymbolicTensor.concatenate(
            [t, p].map { try $0.slice(starts: [0, 0], sizes: [1, outputs]) }, axis: 0)
        let weightSoFar = try state[1].slice(starts: [0, 0], sizes: [1, outputs])
        let origins = try weightSoFar.equal(to: 0).select(first, state[0])
        func fromOrigin(_ values: SymbolicTensor, _ row: Int) throws -> SymbolicTensor {
            try values - origins.slice(starts: [row, 0], sizes: [1, outputs])
        }
        let (x, y) = (try fromOrigin(t, 0), try fromOrigin(p, 1))
        let weights =
            try sampleWeights.map { try $0.reshape(to: [samples, 1]) }
            ?? prediction.graph.constant(Tensor.ones([samples, 1]))
        let terms = try [
            weights.broadcast(to: [samples, outputs]), weights * x, weights * y, weights * x.square(),
            weights * y.square(), weights * (x * y), weights * (t - p).square(),
        ].map { try $0.sum(axes: [0], keepingDimensions: true) }
        let added = try SumMetric.added(
            SymbolicTensor.concatenate(terms, axis: 0), to: state[1], excess: state[2])
        return [origins] + added
    }

    public override func result(of state: [Tensor]) -> Double {
        let sums = zip(state[1].doubles, state[2].doubles).map { $0 - $1 }
        let outputs = sums.count / Self.sums
        guard outputs > 0, sums[0] != 0 else { return .nan }
        return result(
            of: (0..<outputs).map { output in
                let values = (0..<Self.sums).map { sums[$0 * outputs + output] }
                return Moments(
                    weight: values[0], target: values[1], prediction: values[2], targetSquare: values[3],
                    predictionSquare: values[4], product: values[5], squaredError: values[6])
            })
    }
}

/// The coefficient of determination: `1 - sum((target - prediction)^2) / sum((target - mean)^2)` over all samples, 1 for
/// perfect predictions, 0 for the mean, below 0 for worse; for several outputs their mean.
///
/// Targets that are all equal give 0, as in Keras, and NaN if the predictions are perfect too.
///
/// ## Shapes
/// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
public final class R2Score: MomentMetric {
    /// How the scores of several outputs become one.
    public enum Aggregation: Sendable, Hashable {
        /// Their mean.
        case uniformAverage
        /// Their mean, each counted with the variance of its targets.
        case varianceWeightedAverage
    }

    /// How the scores of several outputs become one.
    public let aggregation: Aggregation

    /// Creates the metric.
    ///
    /// - Parameters:
    ///   - aggregation: how the scores of several outputs become one.
    ///   - name: the name in logs.
    public init(aggregation: Aggregation = .uniformAverage, name: String = "r2_score") {
        self.aggregation = aggregation
        super.init(name: name)
    }

    override func result(of moments: [Moments]) -> Double {
        let scores = moments.map { moments in
            let score = 1 - moments.squaredError / moments.targetVariation
            return score.isInfinite ? 0 : score
        }
        switch aggregation {
        case .uniformAverage:
            return scores.reduce(0, +) / Double(scores.count)
        case .varianceWeightedAverage:
            let variations = moments.map(\.targetVariation)
            return zip(scores, variations).reduce(0) { $0 + $1.0 * $1.1 } / variations.reduce(0, +)
        }
    }
}

/// Pearson's correlation of targets and predictions over all samples, in -1...1; for several outputs the mean of
/// theirs.
///
/// Keras's metric of this name correlates the outputs of each sample with one another instead and averages over samples,
/// so that it needs several outputs. NaN where targets or predictions are all equal.
///
/// ## Shapes
/// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
public final class PearsonCorrelation: MomentMetric {
    /// Creates the metric.
    public override init(name: String = "pearson_correlation") { super.init(name: name) }

    override func result(of moments: [Moments]) -> Double {
        moments.reduce(0) {
            $0 + $1.covariation / ($1.targetVariation * $1.predictionVariation).squareRoot()
        } / Double(moments.count)
    }
}

extension Metric {
    /// The coefficient of determination; for several outputs the mean of theirs.
    public static var r2Score: Metric { R2Score() }

    /// The coefficient of determination.
    public static func r2Score(aggregation: R2Score.Aggregation) -> Metric {
        R2Score(aggregation: aggregation)
    }

    /// Pearson's correlation over samples.
    public static var pearsonCorrelation: Metric { PearsonCorrelation() }
}
