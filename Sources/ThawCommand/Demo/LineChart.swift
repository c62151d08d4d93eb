import Foundation

/// A chart of curves over epochs, as inline SVG that follows the page's light or dark colours.
struct LineChart {
    struct Curve {
        let name: String
        /// A class of the page's style: `c1`, `c2`, ...; `dashed` may follow.
        let style: String
        /// One value for each epoch, from the first.
        let values: [Double]
    }

    let title: String
    let curves: [Curve]
    /// The range of the vertical axis; by default that of the values.
    var range: ClosedRange<Double>?

    private static let width = 460.0
    private static let height = 250.0
    private static let left = 52.0
    private static let right = 12.0
    private static let top = 30.0
    private static let bottom = 34.0

    var svg: String {
        let values = curves.flatMap(\.values).filter(\.isFinite)
        let lower = range?.lowerBound ?? min(0, values.min() ?? 0)
        let upper = range?.upperBound ?? Self.rounded(values.max() ?? 1)
        let epochs = max(2, curves.map(\.values.count).max() ?? 2)
        func x(_ epoch: Int) -> Double {
            Self.left + Double(epoch) / Double(epochs - 1) * (Self.width - Self.left - Self.right)
        }
        func y(_ value: Double) -> Double {
            let share = (min(max(value, lower), upper) - lower) / max(upper - lower, 1e-12)
            return Self.height - Self.bottom - share * (Self.height - Self.top - Self.bottom)
        }
        var parts: [String] = []
        for step in 0...4 {
            let value = lower + (upper - lower) * Double(step) / 4
            parts.append(line("grid", Self.left, y(value), Self.width - Self.right, y(value)))
            parts.append(text(Self.left - 6, y(value) + 4, String(format: "%.2f", value), anchor: "end"))
        }
        for epoch in 0..<epochs where epochs <= 12 || epoch % 5 == 4 || epoch == 0 {
            parts.append(text(x(epoch), Self.height - Self.bottom + 16, "\(epoch + 1)", anchor: "middle"))
        }
        parts.append(text((Self.left + Self.width) / 2, Self.height - 4, "epoch", anchor: "middle"))
        parts.append("<text class=\"title\" x=\"\(Self.left)\" y=\"17\">\(Self.escaped(title))</text>")
        for curve in curves {
            let points = curve.values.enumerated().filter { $0.element.isFinite }
                .map { String(format: "%.1f,%.1f", x($0.offset), y($0.element)) }.joined(separator: " ")
            parts.append(
                "<polyline class=\"\(curve.style)\" points=\"\(points)\"><title>\(Self.escaped(curve.name))</title></polyline>"
            )
        }
        return
            "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" aria-label=\"\(Self.escaped(title))\">"
            + parts.joined() + "</svg>"
    }

    private func line(_ style: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
        String(
            format: "<line class=\"%@\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", style, x1, y1, x2,
            y2)
    }

    private func text(_ x: Double, _ y: Double, _ text: String, anchor: String) -> String {
        String(format: "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%@\">%@</text>", x, y, anchor, text)
    }

    /// The next number above that reads well.
    private static func rounded(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return 1 }
        let scale = pow(10, floor(log10(value)))
        return [1, 2, 4, 5, 8, 10].map { $0 * scale }.first { $0 >= value } ?? value
    }

    /// Text that is safe inside HTML.
    static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
    }
}
