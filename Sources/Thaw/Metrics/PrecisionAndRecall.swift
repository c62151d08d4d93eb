public import ThawGraph
import ThawTensor

/// What precision and recall share: decisions by a threshold or by rank, for all classes or one.
public class DecisionMetric: SumMetric {
    /// A prediction above it counts as yes, in `0...1`. Nil is 0.5, or with `topK` no threshold.
    public let threshold: Double?
    /// Only so many of the highest predictions of a sample can be yes, from 1 to the number of classes; nil sets no
    /// limit. Of equal predictions the first count.
    public let topK: Int?
    /// The only class that counts; nil counts all.
    public let classIndex: Int?

    init(threshold: Double?, topK: Int?, classIndex: Int?, name: String) {
        self.threshold = threshold
        self.topK = topK
        self.classIndex = classIndex
        super.init(name: name)
    }

    public override func check() throws {
        if let threshold { try SettingCheck.share(threshold, "\(name)'s threshold") }
        if let topK { try SettingCheck.count(topK, atLeast: 1, "\(name)'s topK") }
        if let classIndex { try SettingCheck.count(classIndex, atLeast: 0, "\(name)'s classIndex") }
    }

    /// The numbers of right yes, of given yes and of true yes.
    public override func terms(
        target: SymbolicTensor, prediction: SymbolicTensor, sampleWeights: SymbolicTensor?
    ) throws -> [SymbolicTensor] {
        var labels = try Indicators.labels(target, prediction, metric: name)
        var decisions = try decisions(prediction)
        if let classIndex {
            let classes = prediction.shape.last ?? 1
            guard prediction.rank >= 2, classIndex < classes else {
                throw GraphError(
                    "classIndex is \(classIndex), but the predictions \(prediction.type) have \(classes) classes; "
                        + "choose one in 0...\(classes - 1).",
                    operation: name, scope: prediction.graph.scope)
            }
            labels = try Self.slice(labels, classIndex)
            decisions = try Self.slice(decisions, classIndex)
        }
        let weights = try Indicators.weights(sampleWeights, prediction)
        return [
            try (labels * decisions * weights).sum(), try (decisions * weights).sum(),
            try (labels * weights).sum(),
        ]
    }

    private func decisions(_ prediction: SymbolicTensor) throws -> SymbolicTensor {
        let isAbove =
            try (threshold ?? (topK == nil ? 0.5 : nil)).map {
                try prediction.greater(than: $0).cast(to: .float32)
            }
        guard let topK else { return isAbove ?? prediction }
        let classes = prediction.shape.last ?? 1
        guard prediction.rank >= 2, topK <= classes else {
            throw GraphError(
                "topK is \(topK), but the predictions \(prediction.type) have \(classes) classes; choose one in "
                    + "1...\(classes).", operation: name, scope: prediction.graph.scope)
        }
        // The highest is taken out k times: so it is exactly k, also among equals.
        var rest = prediction
        var chosen: SymbolicTensor?
        for _ in 0..<topK {
            let highest = try rest.argMax(axis: -1).oneHot(depth: classes)
            chosen = try chosen.map { try $0 + highest } ?? highest
            rest = try highest.greater(than: 0).select(-.infinity, rest)
        }
        guard let chosen else { return prediction }
        return try isAbove.map { try chosen * $0 } ?? chosen
    }

    private static func slice(_ values: SymbolicTensor, _ index: Int) throws -> SymbolicTensor {
        let leading = values.shape.dropLast()
        return try values.slice(starts: leading.map { _ in 0 } + [index], sizes: leading + [1])
    }
}

/// The share of right ones among all that were predicted yes; 0 if none was.
///
/// All numbers of a prediction count as decisions of their own, as in Keras.
///
/// ## Shapes
/// Prediction `[n, k]`, target of the same shape, `[n]` with predictions `[n, 1]`, or class indices `[n]`.
public final class Precision: DecisionMetric {
    /// Creates the metric.
    ///
    /// - Parameters:
    ///   - threshold: a prediction above it is a yes, in `0...1`; nil is 0.5, or with `topK` no threshold.
    ///   - topK: only so many of the highest predictions of a sample can be yes.
    ///   - classIndex: the only class that counts.
    ///   - name: the name in logs.
    public override init(
        threshold: Double? = nil, topK: Int? = nil, classIndex: Int? = nil, name: String = "precision"
    ) {
        super.init(threshold: threshold, topK: topK, classIndex: classIndex, name: name)
    }

    public override func result(ofSums sums: [[Double]]) -> Double {
        Indicators.quotient(sums[0][0], sums[1][0])
    }
}

/// The share of those predicted yes among all that are; 0 if there is none.
///
/// ## Shapes
/// As of `Precision`.
public final class Recall: DecisionMetric {
    /// Creates the metric.
    ///
    /// - Parameters:
    ///   - threshold: a prediction above it is a yes, in `0...1`; nil is 0.5, or with `topK` no threshold.
    ///   - topK: only so many of the highest predictions of a sample can be yes.
    ///   - classIndex: the only class that counts.
    ///   - name: the name in logs.
    public override init(
        threshold: Double? = nil, topK: Int? = nil, classIndex: Int? = nil, name: String = "recall"
    ) {
        super.init(threshold: threshold, topK: topK, classIndex: classIndex, name: name)
    }

    public override func result(ofSums sums: [[Double]]) -> Double {
        Indicators.quotient(sums[0][0], sums[2][0])
    }
}

extension Metric {
    /// The share of right ones among all predicted yes, with a threshold of 0.5.
    public static var precision: Metric { Precision() }

    /// The share of right ones among all predicted yes; arguments as of `Precision`.
    public static func precision(
        threshold: Double? = nil, topK: Int? = nil, classIndex: Int? = nil, name: String = "precision"
    ) -> Metric {
        Precision(threshold: threshold, topK: topK, classIndex: classIndex, name: name)
    }

    /// The share of those predicted yes among all that are, with a threshold of 0.5.
    public static var recall: Metric { Recall() }

    /// The share of those predicted yes among all that are; arguments as of `Recall`.
    public static func recall(
        threshold: Double? = nil, topK: Int? = nil, classIndex: Int? = nil, name: String = "recall"
    ) -> Metric {
        Recall(threshold: threshold, topK: topK, classIndex: classIndex, name: name)
    }
}
