import Foundation

/// Lines over two axes as an SVG element that can stand alone or in a page.
///
/// Colours are given as attributes, which any style sheet overrides: a page may style the classes `series-0`, `series-1`, ...,
/// `dot-0`, ..., `grid`, `axis`, `mark`, `title` and `label`. Lines differ in their dashes too, not in colour alone.
package struct LineChart: Sendable {
    /// One line.
    package struct Series: Sendable {
        /// What the legend says; empty for nothing.
        package var name: String
        /// Its points from left to right; those that are not finite are left out.
        package var points: [(x: Double, y: Double)]
        /// Whether each point has a dot.
        package var hasDots: Bool
        /// How thick it is, in pixels.
        package var strokeWidth: Int

        /// Creates a line.
        package init(
            _ name: String, _ points: [(x: Double, y: Double)], hasDots: Bool = false, strokeWidth: Int = 2
        ) {
            self.name = name
            self.points = points
            self.hasDots = hasDots
            self.strokeWidth = strokeWidth
        }
    }

    /// The text above.
    package var title: String
    /// The horizontal axis.
    package var x: ChartAxis
    /// The vertical axis; values outside of its range are drawn at its ends.
    package var y: ChartAxis
    /// The lines.
    package var series: [Series]
    /// Upright lines with a text each.
    package var marks: [(x: Double, text: String)] = []
    /// Its width in pixels, unless the page says otherwise.
    package var width = 340
    /// Its height in pixels.
    package var height = 230

    private static let colours = ["#4a6fb5", "#c8501e", "#2b8a5b", "#8a4fb0"]
    private static let dashes = ["", "7 3", "2 3", "9 3 2 3"]

    /// Creates a chart.
    package init(title: String, x: ChartAxis, y: ChartAxis, series: [Series]) {
        (self.title, self.x, self.y, self.series) = (title, x, y, series)
    }

    /// Creates a chart of values per epoch, counted from 1.
    package init(
        title: String, yLabel: String, epochs: [(name: String, values: [Double])],
        range: ClosedRange<Double>? = nil
    ) {
        let count = epochs.map(\.values.count).max() ?? 0
        self.init(
            title: title, x: ChartAxis("epoch", range: 1...Double(max(1, count)), scale: .whole),
            y: ChartAxis(yLabel, range: range ?? ChartAxis.range(of: epochs.flatMap(\.values))),
            series: epochs.map { entry in
                Series(
                    entry.name, entry.values.enumerated().map { (Double($0 + 1), $1) }, hasDots: count <= 50)
            })
    }

    /// The element.
    package var svg: String {
        let label = "\(title), \(y.label) by \(x.label)"
        let head = """
            <svg viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" role="img" \
            aria-label="\(MarkupText.escape(label))" xmlns="http://www.w3.org/2000/svg" \
            font-family="system-ui, sans-serif" font-size="11">
            """
        let parts = [
            text(title, x: left, y: 18, style: "title", attributes: #"font-size="13" font-weight="600""#)
        ]
        return ([head] + parts + legend + axes + markLines + series.indices.map(curve) + ["</svg>"])
            .joined(separator: "\n")
    }

    // MARK: Parts

    private var hasLegend: Bool { series.contains { !$0.name.isEmpty } }
    private var left: Double { 58 }
    private var right: Double { Double(width) - 10 }
    private var top: Double { hasLegend ? 46 : 30 }
    private var bottom: Double { Double(height) - 40 }

    private func place(x value: Double) -> Double? {
        x.share(of: value).map { left + 8 + $0 * (right - left - 16) }
    }
    private func place(y value: Double) -> Double? { y.share(of: value).map { bottom - $0 * (bottom - top) } }

    private var axes: [String] {
        var lines: [String] = []
        for mark in y.marks {
            guard let place = place(y: mark.value) else { continue }
            lines.append(line(from: (left, place), to: (right, place), style: "grid", colour: "#d9dee6"))
            lines.append(text(mark.text, x: left - 6, y: place + 4, anchor: "end"))
        }
        lines.append(line(from: (left, bottom), to: (right, bottom), style: "axis", colour: "#5a6475"))
        for mark in x.marks {
            guard let place = place(x: mark.value) else { continue }
            lines.append(
                line(from: (place, bottom), to: (place, bottom + 4), style: "axis", colour: "#5a6475"))
            lines.append(text(mark.text, x: place, y: bottom + 17, anchor: "middle"))
        }
        lines.append(text(x.label, x: (left + right) / 2, y: bottom + 34, anchor: "middle"))
        let middle = Self.number((top + bottom) / 2)
        lines.append(
            text(
                y.label, x: 14, y: (top + bottom) / 2, anchor: "middle",
                attributes: "transform=\"rotate(-90 14 \(middle))\""))
        return lines
    }

    private var legend: [String] {
        guard hasLegend else { return [] }
        var place = left
        return series.enumerated().flatMap { index, line in
            defer { place += 38 + 6.5 * Double(line.name.count) }
            return [
                polyline("\(Self.number(place)),32 \(Self.number(place + 22)),32", index: index),
                text(line.name, x: place + 27, y: 36),
            ]
        }
    }

    private var markLines: [String] {
        marks.flatMap { mark -> [String] in
            guard let place = place(x: mark.x) else { return [] }
            let isRight = place > (left + right) / 2
            return [
                line(from: (place, top), to: (place, bottom), style: "mark", colour: "#8a93a3"),
                text(
                    mark.text, x: place + (isRight ? -4 : 4), y: bottom - 6, anchor: isRight ? "end" : "start"
                ),
            ]
        }
    }

    private func curve(_ index: Int) -> String {
        let points = series[index].points.compactMap { point -> (x: String, y: String)? in
            guard let x = place(x: point.x), let y = place(y: point.y) else { return nil }
            return (Self.number(x), Self.number(y))
        }
        let colour = Self.colours[index % Self.colours.count]
        let dots = points.map {
            #"<circle class="dot-\#(index)" cx="\#($0.x)" cy="\#($0.y)" r="2.4" fill="\#(colour)"/>"#
        }
        return polyline(points.map { "\($0.x),\($0.y)" }.joined(separator: " "), index: index)
            + (series[index].hasDots ? dots.joined() : "")
    }

    private func polyline(_ points: String, index: Int) -> String {
        let colour = Self.colours[index % Self.colours.count]
        let dash = Self.dashes[index % Self.dashes.count]
        let style = #"fill="none" stroke="\#(colour)" stroke-width="\#(series[index].strokeWidth)""#
        return #"<polyline class="series-\#(index)" points="\#(points)" \#(style)"#
            + (dash.isEmpty ? "/>" : #" stroke-dasharray="\#(dash)"/>"#)
    }

    private func line(
        from start: (Double, Double), to end: (Double, Double), style: String, colour: String
    ) -> String {
        let (x1, y1) = (Self.number(start.0), Self.number(start.1))
        let (x2, y2) = (Self.number(end.0), Self.number(end.1))
        return
            #"<line class="\#(style)" x1="\#(x1)" y1="\#(y1)" x2="\#(x2)" y2="\#(y2)" stroke="\#(colour)"/>"#
    }

    private func text(
        _ text: String, x: Double, y: Double, anchor: String = "start", style: String = "label",
        attributes: String = ""
    ) -> String {
        let place = #"x="\#(Self.number(x))" y="\#(Self.number(y))" text-anchor="\#(anchor)""#
        let colour = style == "title" ? "#1c2330" : "#5a6475"
        return
            #"<text class="\#(style)" \#(place) fill="\#(colour)" \#(attributes)>\#(MarkupText.escape(text))</text>"#
    }

    private static func number(_ value: Double) -> String { String(format: "%.1f", value) }
}

extension LineChart {
    /// Charts side by side, in rows of `columns`, as one element.
    static func grid(_ charts: [LineChart], columns: Int = 3) -> String {
        let width = charts.map(\.width).max() ?? 0
        let height = charts.map(\.height).max() ?? 0
        let columns = max(1, min(columns, charts.count))
        let rows = (charts.count + columns - 1) / columns
        let (allWidth, allHeight) = (width * columns, height * rows)
        let parts = charts.enumerated().map { index, chart in
            #"<svg x="\#(index % columns * width)" y="\#(index / columns * height)""# + chart.svg.dropFirst(4)
        }
        let head = """
            <svg viewBox="0 0 \(allWidth) \(allHeight)" width="\(allWidth)" height="\(allHeight)" \
            xmlns="http://www.w3.org/2000/svg">
            """
        return ([head] + parts + ["</svg>"]).joined(separator: "\n")
    }
}
