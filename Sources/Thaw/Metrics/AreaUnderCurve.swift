public import ThawGraph
import ThawTensor

/// The area under the ROC or the precision-recall curve, from counts at evenly spaced thresholds, as Keras computes it.
///
/// It costs little for any number of samples, and is off by what lies between two thresholds; scores that crowd near 0
/// or 1 want more thresholds, or `ExactAreaUnderCurve`.
///
/// ## Shapes
/// Prediction `[n, k]` in `0...1`, target of the same shape, `[n]` with predictions `[n, 1]`, or class indices `[n]`. A
/// target above 0 counts as true.
public final class AreaUnderCurve: SumMetric {
    /// The curve.
    public let curve: ClassificationCurve
    /// The number of thresholds, the two at the ends included; from 2 to 2^24.
    public let thresholds: Int
    /// How the area between two thresholds is taken.
    public let summation: CurveSummation
    /// Whether each column has a curve of its own, whose areas are averaged; otherwise all numbers share one.
    public let isMultiLabel: Bool
    /// Whether predictions are logits, of which the sigmoid is taken.
    public let fromLogits: Bool

    /// Creates the metric.
    ///
    /// - Parameters:
    ///   - curve: the curve.
    ///   - thresholds: the number of thresholds, at least 2; 2^24 is the most, for all columns together with `multiLabel`.
    ///   - summation: how the area between two thresholds is taken.
    ///   - multiLabel: whether each column has a curve of its own, whose areas are averaged.
    ///   - fromLogits: whether predictions are logits.
    ///   - name: the name in logs.
    public init(
        curve: ClassificationCurve = .roc, thresholds: Int = 200, summation: CurveSummation = .interpolation,
        multiLabel: Bool = false, fromLogits: Bool = false, name: String = "auc"
    ) {
        self.curve = curve
        self.thresholds = thresholds
        self.summation = summation
        isMultiLabel = multiLabel
        self.fromLogits = fromLogits
        super.init(name: name)
    }

    public override func check() throws {
        try SettingCheck.count(thresholds, atLeast: 2, "\(name)'s number of thresholds")
        guard thresholds <= Self.largestPlace else {
            throw TrainingError.invalidArgument(
                "\(name)'s number of thresholds is \(thresholds); it must be at most \(Self.largestPlace). For a threshold at every "
                    + "score take .exactAUC.")
        }
    }

    /// Places are counted in float32, which has every whole number up to this.
    private static let largestPlace = 1 << 24

    /// How many true and how many false ones lie between two thresholds.
    public override func terms(
        target: SymbolicTensor, prediction: SymbolicTensor, sampleWeights: SymbolicTensor?
    ) throws -> [SymbolicTensor] {
        let labels = try Indicators.labels(target, prediction, metric: name)
        let weights = try Indicators.weights(sampleWeights, prediction)
        let scores = fromLogits ? try prediction.sigmoid() : prediction
        // A score at a threshold is not above it: the place is ceil(score * intervals) - 1.
        let intervals = Double(thresholds - 1)
        var places = try ((scores.clip(0, 1) * -intervals).floor() * -1 - 1).maximum(0)
        var rows = thresholds
        if isMultiLabel, prediction.rank > 1, let columns = prediction.shape.last {
            guard columns <= Self.largestPlace / thresholds else {
                throw GraphError(
                    "\(thresholds) thresholds for each of \(columns) columns are too many; all together at most "
                        + "\(Self.largestPlace) are possible.", operation: name, scope: prediction.graph.scope
                )
            }
            rows *= columns
            let starts = (0..<columns).map { Float($0 * thresholds) }
            places = try places + prediction.graph.constant(Tensor(starts))
        }
        let count = prediction.type.count
        // What is no number has no place; its count makes the area NaN rather than leaving it out.
        let isNumber = try scores.isFinite()
        let indices = try isNumber.select(places, 0).cast(to: .int32).reshape(to: [count])
        return try [labels, 1 - labels].map {
            let counts = try isNumber.select($0 * weights, .nan)
            return try indices.scatterAdd(counts.reshape(to: [count]), rows: rows)
        }
    }

    public override func result(ofSums sums: [[Double]]) -> Double {
        let area = CurveArea(curve: curve, summation: summation)
        let columns = sums[0].count / thresholds
        let areas = (0..<columns).map { column in
            let counts = sums.map { sum -> [Double] in
                var above = Array(sum[column * thresholds..<(column + 1) * thresholds])
                for index in above.indices.dropLast().reversed() { above[index] += above[index + 1] }
                return above
            }
            return area(hits: counts[0], falseHits: counts[1])
        }
        return areas.reduce(0, +) / Double(columns)
    }
}

/// The area under the ROC or the precision-recall curve with a threshold at every score.
///
/// Scores may be any numbers, also logits. Labels, scores and weights of all samples are kept until the result is asked
/// for.
///
/// ## Shapes
/// Prediction `[n, k]`, target of the same shape, `[n]` with predictions `[n, 1]`, or class indices `[n]`. A target
/// above 0 counts as true.
public final class ExactAreaUnderCurve: CollectingMetric {
    /// The curve.
    public let curve: ClassificationCurve
    /// Whether each column has a curve of its own, whose areas are averaged; otherwise all numbers share one.
    public let isMultiLabel: Bool

    /// Creates the metric.
    ///
    /// - Parameters:
    ///   - curve: the curve; between two points of precision and recall the counts are interpolated (Davis and
    ///     Goadrich, 2006).
    ///   - multiLabel: whether each column has a curve of its own, whose areas are averaged.
    ///   - name: the name in logs.
    public init(curve: ClassificationCurve = .roc, multiLabel: Bool = false, name: String = "auc") {
        self.curve = curve
        isMultiLabel = multiLabel
        super.init(name: name)
    }

    public override func rows(
        target: SymbolicTensor, prediction: SymbolicTensor, sampleWeights: SymbolicTensor?
    ) throws -> [SymbolicTensor] {
        let labels = try Indicators.labels(target, prediction, metric: name)
        return [labels, prediction] + (sampleWeights.map { [$0] } ?? [])
    }

    public override func result(of rows: [Tensor]) -> Double {
        let samples = rows[0].shape.first ?? 0
        guard samples > 0 else { return 0 }
        let width = rows[0].count / samples
        let columns = isMultiLabel ? rows[0].shape.last ?? 1 : 1
        let (labels, scores) = (rows[0].floats, rows[1].floats)
        let weights = rows.count > 2 ? rows[2].floats : []
        let areas = (0..<columns).map { column in
            let places = stride(from: isMultiLabel ? column : 0, to: labels.count, by: columns)
            return area(
                places.map { place in
                    (scores[place], labels[place] > 0, weights.isEmpty ? 1 : Double(weights[place / width]))
                })
        }
        return areas.reduce(0, +) / Double(columns)
    }

    private func area(_ samples: [(score: Float, isTrue: Bool, weight: Double)]) -> Double {
        guard samples.allSatisfy({ !$0.score.isNaN }) else { return .nan }
        var (hits, falseHits): ([Double], [Double]) = ([0], [0])
        var last: Float?
        for sample in samples.sorted(by: { $0.score > $1.score }) {
            if sample.score != last {
                hits.append(hits[hits.count - 1])
                falseHits.append(falseHits[falseHits.count - 1])
                last = sample.score
            }
            if sample.isTrue {
                hits[hits.count - 1] += sample.weight
            } else {
                falseHits[falseHits.count - 1] += sample.weight
            }
        }
        return CurveArea(curve: curve, summation: .interpolation)(
            hits: hits.reversed(), falseHits: falseHits.reversed())
    }
}

extension Metric {
    /// The area under the ROC curve, from 200 thresholds.
    public static var auc: Metric { auc() }

    /// The area under a curve, from counts at evenly spaced thresholds; arguments as of `AreaUnderCurve`.
    public static func auc(
        curve: ClassificationCurve = .roc, thresholds: Int = 200, summation: CurveSummation = .interpolation,
        multiLabel: Bool = false, fromLogits: Bool = false, name: String = "auc"
    ) -> Metric {
        AreaUnderCurve(
            curve: curve, thresholds: thresholds, summation: summation, multiLabel: multiLabel,
            fromLogits: fromLogits, name: name)
    }

    /// The area under a curve with a threshold at every score; arguments as of `ExactAreaUnderCurve`.
    public static func exactAUC(
        curve: ClassificationCurve = .roc, multiLabel: Bool = false, name: String = "auc"
    ) -> Metric {
        ExactAreaUnderCurve(curve: curve, multiLabel: multiLabel, name: name)
    }
}
