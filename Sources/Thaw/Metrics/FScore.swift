public import ThawGraph
import ThawTensor

/// The harmonic mean of precision and recall, for each class and put together: `(1 + beta^2) * precision * recall /
/// (beta^2 * precision + recall)` (van Rijsbergen 1979), with Keras's 1e-7 added to every divisor.
///
/// ## Shapes
/// Prediction `[n, classes]`; target of the same shape, or class indices `[n]` or `[n, 1]`. Predictions `[n, 1]` need a
/// threshold.
public final class FBetaScore: SumMetric {
    /// How the scores of the classes become one.
    public enum Average: Sendable, Hashable {
        /// They do not: the metric gives a value for each class, named `f1_score_0` and so on.
        case none
        /// Hits and misses of all classes are added up before.
        case micro
        /// The mean over classes.
        case macro
        /// The mean over classes, each counted with its number of samples.
        case weighted
    }

    /// How the scores of the classes become one.
    public let average: Average
    /// How many times as important recall is as precision, above 0.
    public let beta: Double
    /// A prediction above it is a yes, in `0...1` without 0; nil takes the class with the highest prediction.
    public let threshold: Double?

    /// Creates the metric.
    ///
    /// - Parameters:
    ///   - average: how the scores of the classes become one. Keras's default is `.none`; here it is one number.
    ///   - beta: how many times as important recall is as precision, above 0.
    ///   - threshold: a prediction above it is a yes; nil takes the class with the highest prediction.
    ///   - name: the name in logs.
    public init(
        average: Average = .macro, beta: Double = 1, threshold: Double? = nil, name: String = "fbeta_score"
    ) {
        self.average = average
        self.beta = beta
        self.threshold = threshold
        super.init(name: name)
    }

    public override func check() throws {
        try SettingCheck.positive(beta, "\(name)'s beta")
        if let threshold {
            try SettingCheck.share(threshold, "\(name)'s threshold")
            try SettingCheck.positive(threshold, "\(name)'s threshold")
        }
    }

    public override func terms(
        target: SymbolicTensor, prediction: SymbolicTensor, sampleWeights: SymbolicTensor?
    ) throws -> [SymbolicTensor] {
        guard prediction.rank == 2 else {
            throw GraphError(
                "expected predictions [n, classes], got \(prediction.type).", operation: name,
                scope: prediction.graph.scope)
        }
        let labels = try Indicators.targets(target, prediction, metric: name)
        let weights = try Indicators.weights(sampleWeights, prediction)
        let decisions = try decisions(prediction)
        return try [labels * decisions, decisions * (1 - labels), (1 - decisions) * labels, labels].map {
            try ($0 * weights).sum(axes: [0])
        }
    }

    private func decisions(_ prediction: SymbolicTensor) throws -> SymbolicTensor {
        if let threshold { return try prediction.greater(than: threshold).cast(to: .float32) }
        guard prediction.shape[1] > 1 else {
            throw GraphError(
                "one prediction per sample is always the highest; give the metric a threshold, such as 0.5.",
                operation: name, scope: prediction.graph.scope)
        }
        let highest = try prediction.max(axes: [-1], keepingDimensions: true)
        // A row of zeros chooses no class.
        return try prediction.greaterOrEqual(to: highest)
            .logicalAnd(prediction.abs().greater(than: 1e-9)).cast(to: .float32)
    }

    public override func result(ofSums sums: [[Double]]) -> Double {
        switch average {
        case .micro:
            let totals = sums.map { $0.reduce(0, +) }
            return score(totals[0], totals[1], totals[2])
        case .weighted:
            let all = sums[3].reduce(0, +) + Loss.margin
            return zip(scores(sums), sums[3]).reduce(0) { $0 + $1.0 * $1.1 / all }
        case .macro, .none:
            return scores(sums).reduce(0, +) / Double(sums[0].count)
        }
    }

    public override func results(ofSums sums: [[Double]]) -> [(name: String, value: Double)] {
        guard average == .none else { return super.results(ofSums: sums) }
        return scores(sums).enumerated().map { ("\(name)_\($0)", $1) }
    }

    private func scores(_ sums: [[Double]]) -> [Double] {
        sums[0].indices.map { score(sums[0][$0], sums[1][$0], sums[2][$0]) }
    }

    private func score(_ hits: Double, _ falseHits: Double, _ misses: Double) -> Double {
        let precision = hits / (hits + falseHits + Loss.margin)
        let recall = hits / (hits + misses + Loss.margin)
        return (1 + beta * beta) * precision * recall / (beta * beta * precision + recall + Loss.margin)
    }
}

extension Metric {
    /// The harmonic mean of precision and recall, the mean over classes, each sample going to its highest class.
    public static var f1Score: Metric { f1Score() }

    /// The harmonic mean of precision and recall; arguments as of `FBetaScore`.
    public static func f1Score(
        average: FBetaScore.Average = .macro, threshold: Double? = nil, name: String = "f1_score"
    ) -> Metric {
        FBetaScore(average: average, threshold: threshold, name: name)
    }

    /// The weighted harmonic mean of precision and recall; arguments as of `FBetaScore`.
    public static func fBetaScore(
        beta: Double, average: FBetaScore.Average = .macro, threshold: Double? = nil,
        name: String = "fbeta_score"
    ) -> Metric {
        FBetaScore(average: average, beta: beta, threshold: threshold, name: name)
    }
}
