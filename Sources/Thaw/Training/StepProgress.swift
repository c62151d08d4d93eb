import Foundation

/// The text of the progress line, in the look of Keras 3: steps, a bar, the time left or taken, the
/// time per step, and the metrics.
struct StepProgress {
    /// Steps done.
    var current: Int
    /// Steps in all.
    var target: Int
    /// Seconds since the start.
    var elapsed: Double
    /// Seconds a step takes, on average.
    var secondsPerStep: Double
    /// What is measured.
    var metrics: [(name: String, value: Double)] = []
    /// Whether this is the last text of the line: the time taken stands in place of the time left.
    var isFinal = false

    private static let barWidth = 20
    /// A shorter bar shows nothing.
    private static let shortestBar = 5

    /// The line for a terminal; with `styled`, bold numbers and a green bar.
    ///
    /// - Parameter columns: the width of the terminal. A line that is drawn again must be shorter, or it would leave its first
    ///   part on the screen each time: the bar is, and then the metrics are cut. The last line shows all metrics.
    func bar(styled: Bool, columns: Int? = nil) -> String {
        guard let columns else { return bar(styled: styled, width: Self.barWidth) }
        let room = columns - 1
        let bare = bar(styled: false, width: 0).count
        let width = min(Self.barWidth, room - bare - 1)
        guard width < Self.shortestBar else { return bar(styled: styled, width: width) }
        guard bare > room, !isFinal else { return bar(styled: styled, width: 0) }
        return bar(styled: false, width: 0).prefix(max(0, room - 1)) + "…"
    }

    private func bar(styled: Bool, width: Int) -> String {
        let done = min(width, target > 0 ? width * current / target : width)
        let steps = Self.styled("\(padded(current))/\(target)", "1", styled)
        let filled = done > 0 ? Self.styled(String(repeating: "━", count: done), "32", styled) : ""
        let rest = Self.styled(String(repeating: "━", count: width - done), "37", styled)
        let time =
            isFinal
            ? "\(Int(elapsed.rounded()))s"
            : Self.remaining(secondsPerStep * Double(target - current))
        return "\(steps) \(width > 0 ? "\(filled)\(rest) " : "")\(Self.styled(time, "1", styled)) "
            + "\(Self.perStep(secondsPerStep))/step\(metricsText)"
    }

    /// How many columns a line takes: codes for colours take none.
    static func columns(of line: String) -> Int {
        var count = 0
        var isCode = false
        for character in line {
            if character == "\u{1B}" { isCode = true }
            if !isCode { count += 1 }
            if character == "m" { isCode = false }
        }
        return count
    }

    /// The line for an output that is no terminal.
    var plain: String {
        "\(target)/\(target) - \(Int(elapsed.rounded()))s - \(Self.perStep(secondsPerStep))/step\(metricsText)"
    }

    private var metricsText: String {
        metrics.map { " - \($0.name): \(Self.format($0.value))" }.joined()
    }

    private func padded(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: " ", count: max(0, String(target).count - text.count)) + text
    }

    /// A value as Keras shows it: four decimals, or scientific where those would show too little.
    static func format(_ value: Double) -> String {
        String(format: abs(value) > 1e-3 ? "%.4f" : "%.4e", value)
    }

    /// The time left.
    static func remaining(_ seconds: Double) -> String {
        let whole = Int(seconds)
        if whole > 3600 {
            return String(format: "%d:%02d:%02d", whole / 3600, whole % 3600 / 60, whole % 60)
        }
        return whole > 60 ? String(format: "%d:%02d", whole / 60, whole % 60) : "\(whole)s"
    }

    /// The time a step takes, in the unit that suits it.
    static func perStep(_ seconds: Double) -> String {
        if seconds >= 1 || seconds == 0 { return String(format: "%.0fs", seconds) }
        return seconds >= 1e-3
            ? String(format: "%.0fms", seconds * 1e3) : String(format: "%.0fus", seconds * 1e6)
    }

    private static func styled(_ text: String, _ code: String, _ isStyled: Bool) -> String {
        isStyled ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
