import Foundation

/// Everything the demo found: the contents of results.json.
struct DemoResults: Codable, Sendable, Equatable {
    /// The three transfers in the setting that is shown.
    let runs: [TransferRun]
    /// That setting.
    let setting: TargetSetting
    /// The same transfers in other settings.
    let otherSettings: [SettingResult]
    /// Model A.
    let source: SourceResult
    let seed: UInt64
    let isQuick: Bool
    /// What it ran on.
    let engine: String
    /// How long everything took.
    let seconds: Double
}

/// A share in percent, with one decimal.
func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

/// The table and the verdict in plain words.
enum DemoText {
    static func summary(of results: DemoResults) -> String {
        """
        \(table(results.setting, results.runs))

        \(results.otherSettings.map { table($0.setting, $0.runs) }.joined(separator: "\n\n"))

        \(verdict(results).joined(separator: "\n"))
        """
    }

    static func table(_ setting: TargetSetting, _ runs: [TransferRun]) -> String {
        func cell(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        func score(_ score: Score) -> String {
            String(format: "%.4f / %@", score.loss, percent(score.accuracy))
        }
        var lines = ["Target: \(setting.description). Loss / accuracy after fit:", ""]
        lines.append(
            cell("frozen BN uses", 16) + cell("training mode", 19) + cell("inference mode", 19)
                + cell("unseen, inference", 19) + "frozen part")
        for run in runs {
            lines.append(
                cell(run.behaviour.rawValue, 16) + cell(score(run.training), 19)
                    + cell(score(run.inference), 19)
                    + cell(score(run.validation), 19) + (run.isFrozenUnchanged ? "unchanged" : "CHANGED"))
        }
        return lines.joined(separator: "\n")
    }

    /// What the numbers say, sentence by sentence.
    static func verdict(_ results: DemoResults) -> [String] {
        var lines: [String] = []
        for run in results.runs {
            let gap = run.training.accuracy - run.inference.accuracy
            let name = "\"\(run.behaviour.rawValue)\" (\(run.behaviour.origin))"
            let size: String
            if gap >= 0.1 {
                size =
                    "large damage: what fit shows (\(percent(run.training.accuracy))) is not what predict gives "
                    + "(\(percent(run.inference.accuracy))) on the very same images"
            } else if gap >= 0.02 || run.inference.loss > 2 * run.training.loss + 0.05 {
                size =
                    "some damage: accuracy \(percent(run.training.accuracy)) in fit, "
                    + "\(percent(run.inference.accuracy)) in predict, loss "
                    + String(format: "%.3f and %.3f", run.training.loss, run.inference.loss)
            } else if run.behaviour == .moving {
                size =
                    "fit and predict agree (\(percent(run.training.accuracy)) and \(percent(run.inference.accuracy)))"
            } else {
                size =
                    "no damage worth the name here (\(percent(run.training.accuracy)) and "
                    + "\(percent(run.inference.accuracy)))"
            }
            lines.append("\(name): \(size).")
        }
        if let moving = results.runs.first(where: { $0.behaviour == .moving }) {
            lines.append(
                moving.isFrozenUnchanged
                    ? "Frozen means frozen: with \"moving\" every frozen number is the same after fit, to the bit."
                    : "A frozen number changed under \"moving\": that must not happen; please report it.")
        }
        if let updating = results.runs.first(where: { $0.behaviour == .batchUpdating }),
            !updating.isFrozenUnchanged
        {
            lines.append("With \"batchUpdating\" the statistics of layers called frozen moved during fit.")
        }
        lines.append(
            "The setting was chosen because the target's statistics differ from the source's, as photographs from another "
                + "camera do; where they agree the damage is smaller, as the other table shows.")
        return lines
    }
}
