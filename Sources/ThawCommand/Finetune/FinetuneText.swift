import Foundation
import Thaw
import ThawFormats
import ThawVision

/// What a fine-tuning prints.
enum FinetuneText {
    /// What the folder holds.
    static func data(_ data: FinetuneData, folder: String) -> String {
        let counts = zip(data.classNames, zip(data.counts(data.train), data.counts(data.validation)))
            .map { name, counts in "\(PlainText.of(name)) \(counts.0) + \(counts.1)" }
        let shown = counts.count > 12 ? counts.prefix(12) + ["..."] : counts[...]
        var lines = [
            "\(PlainText.of(folder)): \(data.classNames.count) classes, \(NumberText.count(data.train.count, "picture")) to "
                + "train on and \(NumberText.grouped(data.validation.count)) to validate on "
                + "(\(shown.joined(separator: ", ")))."
        ]
        for picture in data.folder.broken.prefix(10) {
            lines.append("Left out: \(PlainText.of(picture.error.description))")
        }
        if data.folder.broken.count > 10 { lines.append("... and \(data.folder.broken.count - 10) more.") }
        return lines.joined(separator: "\n")
    }

    /// What is trained on.
    static func network(_ network: FinetuneReport.Network) -> String {
        "\(network.name) without its top at \(network.size) x \(network.size), "
            + "\(NumberText.grouped(network.parameters)) parameters, all frozen. Pixels go in as "
            + "\(network.preprocessing)."
    }

    /// The outcome.
    static func summary(_ report: FinetuneReport) -> String {
        let right = report.confusion.indices.reduce(0) { $0 + report.confusion[$1][$1] }
        var parts = [report.phases.map { phase($0) }.joined(separator: "\n")]
        if report.phases.count > 1 { parts[0] += "\nKept: \(report.kept)." }
        parts.append(
            "Validation accuracy \(percent(report.validation.accuracy)) (\(right) of \(report.validationPictures)), "
                + "loss \(NumberText.short(report.validation.loss)).")
        if let training = report.validationTrainingMode {
            parts.append(policy(report, training))
        }
        parts.append(classes(report))
        if report.classNames.count <= 20 { parts.append(confusion(report)) }
        if !report.mistakes.isEmpty { parts.append(mistakes(report)) }
        return parts.joined(separator: "\n\n")
    }

    static func phase(_ phase: FinetunePhase) -> String {
        "\(phase.name): \(NumberText.count(phase.epochs, "epoch")) in \(String(format: "%.1f", phase.seconds)) s, the best is "
            + "\(phase.bestEpoch): validation accuracy \(percent(phase.validation.accuracy)), loss "
            + "\(NumberText.short(phase.validation.loss))."
    }

    /// What batch statistics did.
    static func policy(_ report: FinetuneReport, _ training: Score) -> String {
        let isUnchanged = report.phases.allSatisfy(\.isFrozenUnchanged)
        return "With --policy \(report.plan.policy.rawValue) the same pictures have an accuracy of "
            + "\(percent(training.accuracy)) in training mode, as they look while training, and of "
            + "\(percent(report.validation.accuracy)) as the model predicts them. The frozen layers "
            + (isUnchanged ? "are unchanged." : "changed all the same.")
    }

    static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

    private static func classes(_ report: FinetuneReport) -> String {
        var table = TextTable([
            ("class", .left), ("precision", .right), ("recall", .right), ("F1", .right), ("pictures", .right),
        ])
        for item in report.classes {
            table.add(
                [PlainText.of(item.name)]
                    + [item.precision, item.recall, item.f1Score].map { String(format: "%.3f", $0) }
                    + ["\(item.pictures)"])
        }
        return table.text
    }

    private static func confusion(_ report: FinetuneReport) -> String {
        let names = report.classNames.map(PlainText.of)
        var columns: [(title: String, alignment: TextTable.Alignment)] = [("true \\ predicted", .left)]
        for name in names { columns.append((name, .right)) }
        var table = TextTable(columns)
        for (name, row) in zip(names, report.confusion) { table.add([name] + row.map(String.init)) }
        return table.text
    }

    private static func mistakes(_ report: FinetuneReport) -> String {
        var table = TextTable([("most wrong", .left), ("is", .left), ("taken for", .left), ("with", .right)])
        for mistake in report.mistakes.prefix(5) {
            table.add([
                PlainText.of(URL(fileURLWithPath: mistake.file).lastPathComponent),
                PlainText.of(mistake.truth), PlainText.of(mistake.prediction),
                String(format: "%.3f", mistake.probability),
            ])
        }
        return table.text
    }
}
