import Foundation

/// The numbers of the book as text for a terminal.
enum BookText {
    /// What is there, one line for each row.
    static func list(_ rows: [BookRow]) -> String {
        rows.map { row in
            let number = "\(row.number)".leftPadded(to: 3)
            let images = row.images == .none ? "" : " [\(row.images.rawValue)]"
            return "\(number)  \(row.title)\(images)"
        }.joined(separator: "\n")
    }

    /// A row's numbers beside those reported.
    static func row(_ row: BookReport.Row) -> String {
        let width = row.quantities.map(\.name.count).max() ?? 0
        var lines = ["Row \(row.number): \(row.title)"]
        for quantity in row.quantities {
            let name = quantity.name.rightPadded(to: width)
            let ours = number(quantity.mean).leftPadded(to: 9)
            let spread = quantity.values.count > 1 ? " (\(range(quantity.values)))" : ""
            let reported = quantity.reported.map { "  reported \(number($0))" } ?? ""
            let band = "  band \(number(quantity.low))...\(number(quantity.high))"
            lines.append(
                "  \(name) \(ours)\(spread)\(reported)\(band)  \(quantity.isInside ? "inside" : "OUTSIDE")")
        }
        for (name, values) in row.further.sorted(by: { $0.key < $1.key }) {
            lines.append("  \(name.rightPadded(to: width)) \(range(values))")
        }
        lines.append("  \(times(row))")
        return (lines + row.notes.map { "  \($0)" }).joined(separator: "\n")
    }

    /// How many rows lie inside their bands.
    static func summary(_ report: BookReport) -> String {
        let outside = report.rows.filter { !$0.isInside }.map { "\($0.number)" }
        let rows = report.rows.count == 1 ? "1 row" : "\(report.rows.count) rows"
        let seeds = report.seeds.count == 1 ? "1 seed" : "\(report.seeds.count) seeds"
        let verdict =
            outside.isEmpty
            ? "every quantity lies in its band" : "outside of a band: row \(outside.joined(separator: ", "))"
        return "\(rows) with \(seeds) in \(number(report.seconds)) s; \(verdict)."
    }

    /// Steps and times of a row.
    static func times(_ row: BookReport.Row) -> String {
        var parts: [String] = []
        if let steps = row.stepsPerEpoch { parts.append("\(steps) steps per epoch") }
        if let time = row.millisecondsPerStep {
            let reported = row.reportedMilliseconds.map { " (reported \(number($0)))" } ?? ""
            parts.append("\(number(time)) ms/step\(reported)")
        }
        return (parts + ["\(number(row.seconds)) s"]).joined(separator: ", ")
    }

    /// Four significant digits, counts whole.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value > 0 ? "inf" : "-inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(format: "%.0f", value) }
        return String(format: abs(value) < 100 ? "%.4f" : "%.1f", value)
    }

    /// From the smallest to the largest.
    static func range(_ values: [Double]) -> String {
        guard let low = values.min(), let high = values.max() else { return "" }
        return low == high ? number(low) : "\(number(low)) to \(number(high))"
    }
}

extension String {
    fileprivate func leftPadded(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }

    fileprivate func rightPadded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
