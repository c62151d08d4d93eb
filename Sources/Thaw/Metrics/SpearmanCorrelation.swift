public import ThawGraph
public import ThawTensor

/// Spearman's correlation of targets and predictions over all samples (Spearman 1904): that of their ranks, equal values
/// sharing the mean of their ranks; for several outputs the mean of theirs.
///
/// It tells whether predictions are in the right order even where they are shifted or scaled. NaN where targets or
/// predictions are all equal. All samples are kept until the result is asked for. Ranks have no weights: it belongs to
/// `metrics`, and among `weightedMetrics` a data set with sample weights is refused.
///
/// ## Shapes
/// Target and prediction `[n, k]`; targets `[n]` go with predictions `[n, 1]`.
public final class SpearmanCorrelation: CollectingMetric {
    /// Creates the metric.
    public override init(name: String = "spearman_correlation") { super.init(name: name) }

    public override func rows(
        target: SymbolicTensor, prediction: SymbolicTensor, sampleWeights: SymbolicTensor?
    ) throws -> [SymbolicTensor] {
        guard sampleWeights == nil else {
            throw GraphError(
                "ranks have no weights, but the data has sample weights; give the metric to compile as one of metrics, "
                    + "not of weightedMetrics.", operation: name, scope: prediction.graph.scope)
        }
        return [try Loss.requireSameShape(target, prediction), prediction]
    }

    public override func result(of rows: [Tensor]) -> Double {
        let samples = rows[0].shape.first ?? 0
        guard samples > 0 else { return .nan }
        let outputs = rows[0].count / samples
        let columns = rows.map { $0.floats }
        return (0..<outputs).reduce(0) { sum, output in
            let ranks = columns.map { values in
                Self.ranks(stride(from: output, to: values.count, by: outputs).map { values[$0] })
            }
            return sum + Self.correlation(ranks[0], ranks[1])
        } / Double(outputs)
    }

    /// The ranks from 1, equal values sharing the mean of their ranks; NaN for all if any value is NaN.
    static func ranks(_ values: [Float]) -> [Double] {
        guard values.allSatisfy({ !$0.isNaN }) else { return values.map { _ in .nan } }
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
            for place in start...end { ranks[order[place]] = Double(start + end) / 2 + 1 }
            start = end + 1
        }
        return ranks
    }

    private static func correlation(_ left: [Double], _ right: [Double]) -> Double {
        let count = Double(left.count)
        let (leftMean, rightMean) = (left.reduce(0, +) / count, right.reduce(0, +) / count)
        var (product, leftSquare, rightSquare) = (0.0, 0.0, 0.0)
        for (a, b) in zip(left, right) {
            product += (a - leftMean) * (b - rightMean)
            leftSquare += (a - leftMean) * (a - leftMean)
            rightSquare += (b - rightMean) * (b - rightMean)
        }
        return product / (leftSquare * rightSquare).squareRoot()
    }
}

extension Metric {
    /// Spearman's rank correlation over samples.
    public static var spearmanCorrelation: Metric { SpearmanCorrelation() }
}
