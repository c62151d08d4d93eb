import Foundation

/// One axis of a chart: what it measures, from where to where, and how numbers are spread over it.
package struct ChartAxis: Sendable, Equatable {
    /// How numbers are spread.
    package enum Scale: Sendable, Equatable {
        /// Evenly.
        case linear
        /// Evenly, with labels at whole numbers only, counted from the lower end.
        case whole
        /// By their logarithm; numbers of 0 or less have no place.
        case logarithmic
    }

    /// What it measures.
    package let label: String
    /// From where to where.
    package let range: ClosedRange<Double>
    /// How numbers are spread.
    package let scale: Scale

    /// Creates an axis.
    ///
    /// - Parameter range: both ends finite, above 0 for a logarithmic scale; what does not work becomes `1...10`.
    package init(_ label: String, range: ClosedRange<Double>, scale: Scale = .linear) {
        self.label = label
        self.scale = scale
        let works =
            range.lowerBound.isFinite && range.upperBound.isFinite
            && (scale != .logarithmic || range.lowerBound > 0)
        self.range = works ? range : 1...10
    }

    /// Where a number stands, 0 at the lower end and 1 at the upper, which it does not pass; nil if it has no place.
    func share(of value: Double) -> Double? {
        guard value.isFinite, scale != .logarithmic || value > 0 else { return nil }
        let (low, high, place) =
            scale == .logarithmic
            ? (log(range.lowerBound), log(range.upperBound), log(value))
            : (range.lowerBound, range.upperBound, value)
        guard high > low else { return 0.5 }
        return min(max((place - low) / (high - low), 0), 1)
    }

    /// Numbers to write beside the axis, with their texts.
    var marks: [(value: Double, text: String)] {
        switch scale {
        case .linear:
            let ticks = Self.ticks(range)
            let decimals = (0...8).first { decimals in
                let unit = pow(10, Double(decimals))
                return ticks.allSatisfy {
                    abs(($0 * unit).rounded() - $0 * unit) < 1e-6 * max(1, abs($0 * unit))
                }
            }
            return ticks.map { tick in
                let isPlain = decimals != nil && abs(tick) < 1e6
                return (
                    tick, isPlain ? String(format: "%.\(decimals ?? 0)f", tick) : String(format: "%g", tick)
                )
            }
        case .whole:
            let (low, high) = (range.lowerBound.rounded(.up), range.upperBound.rounded(.down))
            let step = max(1, ((high - low + 1) / 10).rounded(.up))
            return stride(from: low, through: high, by: step).map { ($0, String(format: "%.0f", $0)) }
        case .logarithmic:
            let low = Int((log10(range.lowerBound) - 1e-9).rounded(.up))
            let high = Int((log10(range.upperBound) + 1e-9).rounded(.down))
            guard high > low else {
                return [range.lowerBound, range.upperBound].map { ($0, String(format: "%.3g", $0)) }
            }
            return stride(from: low, through: high, by: max(1, (high - low + 9) / 10)).map { exponent in
                let value = pow(10, Double(exponent))
                return (value, abs(exponent) <= 3 ? String(format: "%g", value) : "1e\(exponent)")
            }
        }
    }

    /// Round values within a range, about five of them.
    static func ticks(_ range: ClosedRange<Double>) -> [Double] {
        let span = range.upperBound - range.lowerBound
        guard span > 0, span.isFinite else { return [range.lowerBound] }
        let magnitude = pow(10, floor(log10(span / 5)))
        let step = magnitude * ([1, 2, 2.5, 5, 10].first { $0 * magnitude >= span / 5 } ?? 10)
        let (first, last) = (
            (range.lowerBound / step - 1e-9).rounded(.up), (range.upperBound / step + 1e-9).rounded(.down)
        )
        guard step > 0, first <= last, last - first < 100 else { return [range.lowerBound] }
        // Adding 0 turns -0 into 0.
        return stride(from: first, through: last, by: 1).map { $0 * step + 0 }
    }

    /// A range with round ends that holds all values and, if given, a certain one.
    package static func range(of values: [Double], including value: Double? = nil) -> ClosedRange<Double> {
        // Beyond this a span would overflow.
        let finite = (values + [value].compactMap { $0 }).filter { abs($0) < 1e300 }
        let low = finite.min() ?? 0
        let high = finite.max() ?? low
        guard high > low else { return min(low, 0)...max(high, low == 0 ? 1 : 0) }
        let marks = ticks(low...high)
        let step = marks.count > 1 ? marks[1] - marks[0] : high - low
        return (low / step + 1e-9).rounded(.down) * step...(high / step - 1e-9).rounded(.up) * step
    }
}
