import Foundation
import Thaw

/// The report of a fine-tuning as one HTML page that needs nothing else: no scripts, no fonts, no images from elsewhere.
struct FinetunePage {
    let report: FinetuneReport

    /// The page.
    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Thaw: a classifier from \(HTML.escape(folderName))</title>
        <style>
        \(DemoPageStyle.css)
        \(Self.css)
        </style>
        </head>
        <body>
        <main>
        <h1>A classifier from \(HTML.escape(folderName))</h1>
        <p class="lead">\(HTML.prose(lead))</p>
        \(policy)
        <h2>Classes</h2>
        \(classes)
        <h2>Confusion</h2>
        <p>Each row is a class as it is, each column a class as it was taken for, counted in validation pictures.</p>
        \(confusion)
        <h2>The most wrong pictures</h2>
        \(mistakes)
        <h2>Learning curves</h2>
        \(curves)
        \(broken)
        <h2>What was run</h2>
        <dl>
        \(facts.map { "<dt>\(HTML.escape($0.0))</dt><dd>\(HTML.prose($0.1))</dd>" }.joined(separator: "\n"))
        </dl>
        </main>
        </body>
        </html>

        """
    }

    private static let css = """
        .pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(160px, 1fr)); gap: 0.9rem; }
        .pictures img { display: block; margin: 0 auto 0.4rem; max-width: 100%; }
        figcaption { font-size: 0.85rem; color: var(--faint); overflow-wrap: anywhere; }
        figcaption b { color: var(--text); }
        td.right { font-weight: 700; }
        """

    private var folderName: String {
        URL(fileURLWithPath: report.plan.folder, isDirectory: true).lastPathComponent
    }

    private var lead: String {
        let right = report.confusion.indices.reduce(0) { $0 + report.confusion[$1][$1] }
        return
            "\(report.network.name) with a new head tells \(right) of \(report.validationPictures) validation pictures "
            + "right (\(FinetuneText.percent(report.validation.accuracy))), after training on "
            + "\(NumberText.count(report.trainingPictures, "picture")) of \(report.classNames.count) classes. "
            + (report.phases.count > 1 ? "The weights are those of the phase “\(report.kept)”." : "")
    }

    private var policy: String {
        guard let training = report.validationTrainingMode else { return "" }
        return "<h2>The damage</h2><p>\(HTML.prose(FinetuneText.policy(report, training)))</p>"
    }

    private var classes: String {
        let rows = report.classes.map { item in
            let numbers = [item.precision, item.recall, item.f1Score].map {
                "<td>\(String(format: "%.3f", $0))</td>"
            }
            return """
                <tr><th scope="row">\(HTML.escape(item.name))</th>\(numbers.joined())<td>\(item.pictures)</td>\
                <td>\(item.trainingPictures)</td></tr>
                """
        }
        return table(
            ["class", "precision", "recall", "F1", "validation pictures", "training pictures"], rows)
    }

    private var confusion: String {
        let rows = report.confusion.enumerated().map { truth, row in
            let cells = row.enumerated().map { taken, count in
                truth == taken
                    ? "<td class=\"right\">\(count)</td>"
                    : count > 0 ? "<td class=\"bad\">\(count)</td>" : "<td>0</td>"
            }
            return "<tr><th scope=\"row\">\(HTML.escape(report.classNames[truth]))</th>\(cells.joined())</tr>"
        }
        return table([""] + report.classNames, rows)
    }

    private func table(_ titles: [String], _ rows: [String]) -> String {
        """
        <div class="scroll"><table><thead><tr>\(titles.map { "<th>\(HTML.escape($0))</th>" }.joined())</tr></thead>
        <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
        """
    }

    private var mistakes: String {
        guard !report.mistakes.isEmpty else { return "<p>None: every validation picture was told right.</p>" }
        let figures = report.mistakes.prefix(FinetuneReport.shownMistakes).map { mistake in
            let image = Thumbnail.uri(of: mistake.file).map { "<img alt=\"\" src=\"\($0)\">" } ?? ""
            let name = URL(fileURLWithPath: mistake.file).lastPathComponent
            return """
                <figure>\(image)<figcaption><b>\(HTML.escape(mistake.truth))</b> taken for \
                <b>\(HTML.escape(mistake.prediction))</b> with \(String(format: "%.3f", mistake.probability))\
                <br>\(HTML.escape(name))</figcaption></figure>
                """
        }
        let count = report.mistakes.count
        return """
            <p>\(NumberText.count(count, "picture")) of \(report.validationPictures), the surest mistakes first\
            \(count > figures.count ? "; the first \(figures.count) are shown" : "").</p>
            <div class="pictures">\(figures.joined(separator: "\n"))</div>
            """
    }

    private var curves: String {
        report.phases.map { phase in
            let charts = ["loss", "accuracy"].map { name in
                LineChart(
                    title: name, yLabel: name,
                    epochs: [
                        ("training", phase.curves[name] ?? []),
                        ("validation", phase.curves["val_\(name)"] ?? []),
                    ]
                ).svg
            }
            return """
                <h3>\(HTML.escape(phase.name))</h3>
                <p>\(HTML.prose(FinetuneText.phase(phase)))</p>
                <div class="charts">\(charts.map { "<figure>\($0)</figure>" }.joined(separator: "\n"))</div>
                """
        }.joined(separator: "\n")
    }

    private var broken: String {
        guard !report.broken.isEmpty else { return "" }
        let items = report.broken.map { "<li>\(HTML.escape($0.reason))</li>" }
        return "<h2>Pictures that were left out</h2><ul>\(items.joined(separator: "\n"))</ul>"
    }

    private var facts: [(String, String)] {
        let plan = report.plan
        var facts: [(String, String)] = [
            (
                "Network",
                "\(report.network.name) without its top at \(report.network.size) x \(report.network.size), "
                    + "\(NumberText.grouped(report.network.parameters)) parameters; weights: "
                    + (report.network.weights ?? "those that are published")
            ),
            ("Pixels", report.network.preprocessing),
        ]
        for phase in report.phases {
            facts.append(
                (
                    phase.name,
                    "\(NumberText.grouped(phase.trainableParameters)) trainable parameters, Adam \(phase.learningRate), batches "
                        + "of \(plan.batchSize), at most "
                        + "\(phase.name == "head" ? plan.epochs : plan.fineTuneEpochs) epochs, patience \(plan.patience); "
                        + "frozen layers \(phase.isFrozenUnchanged ? "unchanged to the bit" : "changed")"
                        + (phase.frozenPrefix.map { "; \($0)" } ?? "")
                ))
        }
        facts += [
            ("Frozen Batch Normalization", plan.policy.rawValue),
            (
                "Augmentation",
                plan.views > 0 ? "\(plan.views) flipped and cropped views of each picture" : "none"
            ),
            ("Seed", "\(plan.seed)"),
            (
                "Versions",
                report.versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
                    .joined(separator: ", ")
            ),
            ("Time", String(format: "%.1f seconds", report.seconds)),
        ]
        return facts
    }
}
