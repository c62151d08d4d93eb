import Foundation

/// A line chart as an SVG element without colours of its own: the page styles the classes `series-0`, `series-1`, ...,
/// `grid`, `axis` and `label`.
struct LineChart {
    /// The text above.
    let title: String
    /// What the vertical axis counts.
    let yLabel: String
    /// The lines, each with one value per epoch; values that are not finite are left out.
    let series: [[Double]]
    /// The range of the vertical axis.
    let range: ClosedRange<Double>

    private static let width = 340.0
    private static let height = 230.0
    private static let plot = (left: 46.0, right: 330.0, top: 30.0, bottom: 190.0)

    /// Round values within a range, about five of them.
    static func ticks(_ range: ClosedRange<Double>) -> [Double] {
        let span = range.upperBound - range.lowerBound
        guard span > 0, span.isFinite else { return [range.lowerBound] }
        let magnitude = pow(10, floor(log10(span / 5)))
        let step = magnitude * ([1, 2, 2.5, 5, 10].first { $0 * magnitude >= span / 5 } ?? 10)
        let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
        let last = Int((range.upperBound / step + 1e-9).rounded(.down))
        return first <= last ? (first...last).map { Double($0) * step } : [range.lowerBound]
    }

    /// A range with round ends that holds all values and, if given, a certain one.
    static func range(of values: [Double], including value: Double) -> ClosedRange<Double> {
        let finite = values.filter(\.isFinite) + [value]
        let low = finite.min() ?? value
        let high = finite.max() ?? value
        guard high > low else { return min(low, 0)...max(high, 1) }
        let marks = ticks(low...high)
        let step = marks.count > 1 ? marks[1] - marks[0] : high - low
        return (low / step + 1e-9).rounded(.down) * step...(high / step - 1e-9).rounded(.up) * step
    }

    /// The element.
    var svg: String {
        let plot = Self.plot
        let epochs = series.map(\.count).max() ?? 0
        var lines = [
            """
            <svg viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" role="img" aria-label="\(HTML.escape(title)), \
            \(HTML.escape(yLabel)) by epoch" xmlns="http://www.w3.org/2000/svg">
            """,
            text(title, x: plot.left, y: 18, anchor: "start", style: "title"),
        ]
        let marks = Self.ticks(range)
        let decimals = marks.allSatisfy { abs(($0 * 10).rounded() - $0 * 10) < 1e-6 } ? 1 : 2
        for mark in marks {
            let y = position(mark)
            lines.append(line(from: (plot.left, y), to: (plot.right, y), style: "grid"))
            let label = String(format: "%.\(decimals)f", mark)
            lines.append(text(label, x: plot.left - 6, y: y + 4, anchor: "end", style: "label"))
        }
        lines.append(line(from: (plot.left, plot.bottom), to: (plot.right, plot.bottom), style: "axis"))
        for epoch in Self.epochMarks(epochs) {
            let x = position(epoch: epoch, of: epochs)
            lines.append(line(from: (x, plot.bottom), to: (x, plot.bottom + 4), style: "axis"))
            lines.append(text("\(epoch)", x: x, y: plot.bottom + 17, anchor: "middle", style: "label"))
        }
        let middle = (plot.left + plot.right) / 2
        lines.append(text("epoch", x: middle, y: plot.bottom + 34, anchor: "middle", style: "label"))
        for (index, values) in series.enumerated() {
            lines.append(curve(values, index: index, epochs: epochs))
        }
        return (lines + ["</svg>"]).joined(separator: "\n")
    }

    private static func epochMarks(_ count: Int) -> [Int] {
        guard count > 0 else { return [] }
        let step = max(1, (count + 9) / 10)
        return Array(stride(from: 1, through: count, by: step))
    }

    private func position(_ value: Double) -> Double {
        let span = max(range.upperBound - range.lowerBound, .leastNonzeroMagnitude)
        let share = min(max((value - range.lowerBound) / span, 0), 1)
        return Self.plot.bottom - share * (Self.plot.bottom - Self.plot.top)
    }

    private func position(epoch: Int, of count: Int) -> Double {
        let width = Self.plot.right - Self.plot.left - 16
        return Self.plot.left + 8 + (count > 1 ? width * Double(epoch - 1) / Double(count - 1) : width / 2)
    }

    private func curve(_ values: [Double], index: Int, epochs: Int) -> String {
        let points = values.enumerated().filter { $0.element.isFinite }.map { place, value in
            (x: Self.number(position(epoch: place + 1, of: epochs)), y: Self.number(position(value)))
        }
        let path = points.map { "\($0.x),\($0.y)" }.joined(separator: " ")
        let dots = points.map { #"<circle class="dot-\#(index)" cx="\#($0.x)" cy="\#($0.y)" r="2.4"/>"# }
        return #"<polyline class="series-\#(index)" points="\#(path)"/>"# + dots.joined()
    }

    private func line(from start: (Double, Double), to end: (Double, Double), style: String) -> String {
        let (x1, y1) = (Self.number(start.0), Self.number(start.1))
        let (x2, y2) = (Self.number(end.0), Self.number(end.1))
        return #"<line class="\#(style)" x1="\#(x1)" y1="\#(y1)" x2="\#(x2)" y2="\#(y2)"/>"#
    }

    private func text(_ text: String, x: Double, y: Double, anchor: String, style: String) -> String {
        let place = #"x="\#(Self.number(x))" y="\#(Self.number(y))" text-anchor="\#(anchor)""#
        return #"<text class="\#(style)" \#(place)>\#(HTML.escape(text))</text>"#
    }

    private static func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
