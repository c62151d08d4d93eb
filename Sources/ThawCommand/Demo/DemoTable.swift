import Foundation

/// The demo's numbers as a table: for the terminal and for the report.
struct DemoTable {
    /// The titles of the columns.
    let titles = [
        "frozen BN", "in inference mode", "in training mode", "validation images", "in training mode",
        "frozen state",
    ]
    /// One row for each run.
    let rows: [[String]]

    init(_ runs: [TransferRun]) {
        rows = runs.map { run in
            let scores = [run.inference, run.training, run.validation, run.validationTrainingMode]
            return [run.behaviour.rawValue] + scores.map(Self.text)
                + [run.isFrozenUnchanged ? "unchanged" : "CHANGED"]
        }
    }

    /// Loss and accuracy, as `0.1234/0.9876`.
    static func text(_ score: Score) -> String { String(format: "%.4f/%.4f", score.loss, score.accuracy) }

    /// The table in fixed width.
    var text: String {
        let lines = [titles] + rows
        let widths = titles.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        let texts = lines.map { line in
            zip(line, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
                .joined(separator: "  ").trimmingCharacters(in: .whitespaces)
        }
        let rule = String(repeating: "-", count: widths.reduce(0, +) + 2 * (widths.count - 1))
        return ([texts[0], rule] + texts.dropFirst()).joined(separator: "\n")
    }
}
