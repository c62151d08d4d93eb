import Foundation

/// The area under a curve that yes-or-no scores trace as a threshold falls.
public enum ClassificationCurve: Sendable, Hashable {
    /// The receiver operating characteristic: the share of true that are found over the share of false that are taken
    /// for true. Its area is the chance that a true sample scores above a false one.
    case receiverOperatingCharacteristic
    /// Precision over recall.
    case precisionRecall

    /// Short for `receiverOperatingCharacteristic`.
    public static var roc: ClassificationCurve { .receiverOperatingCharacteristic }
    /// Short for `precisionRecall`.
    public static var pr: ClassificationCurve { .precisionRecall }
}

/// How the area between two points of a curve is taken.
public enum CurveSummation: Sendable, Hashable {
    /// Straight lines; for precision over recall as Davis and Goadrich (2006), who interpolate the counts.
    case interpolation
    /// The lower of the two points.
    case minoring
    /// The higher of the two points.
    case majoring
}

/// The area under a curve, from counts.
struct CurveArea {
    let curve: ClassificationCurve
    let summation: CurveSummation

    /// - Parameters:
    ///   - hits: the true ones above each threshold; thresholds rise, and the first lies below all.
    ///   - falseHits: the false ones above each threshold.
    /// - Returns: the area; 0 where a share has nothing to divide by.
    func callAsFunction(hits: [Double], falseHits: [Double]) -> Double {
        guard let all = hits.first, let allFalse = falseHits.first, hits.count > 1 else { return 0 }
        if curve == .precisionRecall, summation == .interpolation {
            return interpolatedPrecision(hits, falseHits, all: all)
        }
        let recall = hits.map { Indicators.quotient($0, all) }
        let (x, y) =
            curve == .precisionRecall
            ? (recall, zip(hits, falseHits).map { Indicators.quotient($0, $0 + $1) })
            : (falseHits.map { Indicators.quotient($0, allFalse) }, recall)
        return (1..<x.count).reduce(0) { sum, index in
            let (low, high) = (min(y[index - 1], y[index]), max(y[index - 1], y[index]))
            let height =
                switch summation {
                case .interpolation: (low + high) / 2
                case .minoring: low
                case .majoring: high
                }
            return sum + (x[index - 1] - x[index]) * height
        }
    }

    /// Between two points hits grow in proportion to all that is taken for true, so that precision is a hyperbola.
    private func interpolatedPrecision(_ hits: [Double], _ falseHits: [Double], all: Double) -> Double {
        (1..<hits.count).reduce(0) { sum, index in
            let more = hits[index - 1] - hits[index]
            let (low, high) = (
                hits[index] + falseHits[index], hits[index - 1] + falseHits[index - 1]
            )
            let slope = Indicators.quotient(more, max(high - low, 0))
            let intercept = hits[index] - slope * low
            let ratio = low > 0 && high > 0 ? high / low : 1
            return sum + Indicators.quotient(slope * (more + intercept * log(ratio)), all)
        }
    }
}
