import Foundation

/// Prints the progress of one epoch, evaluation or prediction.
final class ProgressPrinter {
    private let style: Verbosity
    private let target: Int
    /// The steps that were done before.
    private let done: Int
    private let columns: () -> Int?
    private let print: (String) -> Void
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var afterFirstStep: ContinuousClock.Instant?
    private var lastShown: ContinuousClock.Instant?
    private var shownWidth = 0

    private static let interval = Duration.milliseconds(100)

    /// - Parameters:
    ///   - done: the steps of the target that were done before, which took no time now.
    ///   - columns: gives the width of the terminal; nil for one without an end.
    init(
        _ verbosity: Verbosity, target: Int, done: Int = 0,
        print: @escaping (String) -> Void = ProgressPrinter.printToOutput,
        columns: @escaping () -> Int? = { Terminal.columns }
    ) {
        style = verbosity.resolved
        self.target = target
        self.done = done
        self.columns = columns
        self.print = print
        start = clock.now
    }

    /// Prints a heading, such as `Epoch 1/10`.
    func heading(_ text: String) {
        if style != .silent { print(text + "\n") }
    }

    /// Shows the state after `current` steps, unless that was done a moment ago; `metrics` is called
    /// only if so.
    func update(_ current: Int, metrics: () -> [(name: String, value: Double)]) {
        guard style == .progressBar else {
            if current == done + 1 { afterFirstStep = clock.now }
            return
        }
        let now = clock.now
        if current == done + 1 { afterFirstStep = now }
        if let lastShown, now - lastShown < Self.interval { return }
        lastShown = now
        show(line(current, metrics(), now: now, isFinal: false), end: "")
    }

    /// Shows the last state and ends the line.
    func finish(_ current: Int, metrics: [(name: String, value: Double)]) {
        let line = line(current, metrics, now: clock.now, isFinal: true)
        switch style {
        case .progressBar: show(line, end: "\n")
        case .oneLinePerEpoch: print(line.plain + "\n")
        case .automatic, .silent: break
        }
    }

    private func line(
        _ current: Int, _ metrics: [(name: String, value: Double)], now: ContinuousClock.Instant,
        isFinal: Bool
    ) -> StepProgress {
        // The first step compiles, so it says nothing about the others.
        let first = afterFirstStep ?? start
        let steps = current - done
        let perStep = steps > 1 ? (now - first).seconds / Double(steps - 1) : (now - start).seconds
        return StepProgress(
            current: current, target: target, elapsed: (now - start).seconds, secondsPerStep: perStep,
            metrics: metrics, isFinal: isFinal)
    }

    private func show(_ line: StepProgress, end: String) {
        let text = line.bar(styled: true, columns: columns())
        let width = StepProgress.columns(of: text)
        let padding = String(repeating: " ", count: max(0, shownWidth - width))
        shownWidth = width
        print("\r" + text + padding + end)
    }

    /// Prints to standard output at once.
    static func printToOutput(_ text: String) {
        Swift.print(text, terminator: "")
        fflush(nil)
    }
}

extension Duration {
    /// The length in seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
