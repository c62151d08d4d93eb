import Foundation
import Thaw

/// The report of a demo as one HTML page that needs nothing else: no scripts, no fonts, no images from elsewhere.
struct DemoPage {
    /// What is reported.
    let report: DemoReport

    /// The names of the lines in the charts.
    static let curveNames = [
        "training images, as fit reports them (training mode)", "the same images in inference mode",
        "validation images in inference mode",
    ]

    /// The page.
    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Thaw: what frozen Batch Normalization does to a transfer</title>
        <style>
        \(DemoPageStyle.css)
        </style>
        </head>
        <body>
        <main>
        <h1>What frozen Batch Normalization does to a transfer</h1>
        <p class="lead">\(introduction)</p>
        <h2>Verdict</h2>
        <ul>
        \(report.verdict.map { "<li>\(HTML.prose($0))</li>" }.joined(separator: "\n"))
        </ul>
        <h2>The three runs</h2>
        <p>Loss/accuracy after training, on the \(report.plan.targetImages) training images and on the validation \
        images. Target: \(HTML.escape(report.setting.description)).</p>
        \(table(report.runs))
        <h2>Learning curves</h2>
        \(legend)
        <h3>Loss</h3>
        \(charts("loss", including: 0) { [$0.fitLoss, $0.inferenceLoss, $0.validationLoss] })
        <h3>Accuracy</h3>
        \(charts("accuracy", including: 1) { [$0.fitAccuracy, $0.inferenceAccuracy, $0.validationAccuracy] })
        <h2>The same with unchanged images</h2>
        <p>Target: \(HTML.escape(report.control.setting.description)). Everything else is the same.</p>
        \(table(report.control.runs))
        <h2>What was run</h2>
        <dl>
        \(facts.map { "<dt>\(HTML.escape($0.0))</dt><dd>\($0.1)</dd>" }.joined(separator: "\n"))
        </dl>
        </main>
        </body>
        </html>

        """
    }

    private var introduction: String {
        HTML.escape(
            "A small network with Batch Normalization learns eight classes of Fashion-MNIST. Its body is then frozen under a "
                + "new head, which learns to tell sandals from shirts from \(report.plan.targetImages) images: three times "
                + "from the same weights with the same data in the same order. Only one thing differs: what a frozen Batch "
                + "Normalization does while fit runs.")
    }

    private func table(_ runs: [TransferRun]) -> String {
        let table = DemoTable(runs)
        let groups =
            #"<tr><th></th><th colspan="2">training images</th><th colspan="2">validation images</th><th></th></tr>"#
        let titles = [
            "frozen Batch Normalization", "inference mode", "training mode", "inference mode",
            "training mode",
        ]
        let head = (titles + ["frozen state"]).map { "<th>\($0)</th>" }.joined()
        let rows = zip(runs, table.rows).map { run, cells in
            let name =
                "<th scope=\"row\">\(cells[0])<small>\(HTML.escape(run.behaviour.origin)): "
                + "\(HTML.escape(run.behaviour.summary))</small></th>"
            let isDamaged = DemoVerdict.Damage(of: run) == .large
            let values = cells.dropFirst().enumerated().map { index, cell in
                let isBad = index == 0 && isDamaged || index == 4 && !run.isFrozenUnchanged
                return "<td\(isBad ? " class=\"bad\"" : "")>\(cell)</td>"
            }
            return "<tr>\(name)\(values.joined())</tr>"
        }
        return """
            <div class="scroll"><table><thead>\(groups)<tr>\(head)</tr></thead>
            <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
            """
    }

    private var legend: String {
        let items = Self.curveNames.enumerated().map { index, name in
            """
            <li><svg viewBox="0 0 34 10" width="34" height="10" aria-hidden="true"><polyline class="series-\(index)" \
            points="1,5 33,5"/><circle class="dot-\(index)" cx="17" cy="5" r="2.4"/></svg>\(HTML.escape(name))</li>
            """
        }
        return "<ul class=\"legend\">\(items.joined())</ul>"
    }

    /// A row of charts with one scale, one chart for each run.
    private func charts(
        _ label: String, including value: Double, curves: (LearningCurves) -> [[Double]]
    ) -> String {
        let range = ChartAxis.range(of: report.runs.flatMap { curves($0.curves).joined() }, including: value)
        let charts = report.runs.map { run in
            LineChart(
                title: "\(run.behaviour.rawValue): \(label)", yLabel: label,
                epochs: curves(run.curves).map { ("", $0) }, range: range
            ).svg
        }
        return
            "<div class=\"charts\">\n\(charts.map { "<figure>\($0)</figure>" }.joined(separator: "\n"))\n</div>"
    }

    private var facts: [(String, String)] {
        let (source, plan) = (report.source, report.plan)
        let versions = report.versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let digests = report.runs.map { run in
            "\(run.behaviour.rawValue): <code>\(run.frozenDigestBefore.prefix(16))</code> before, "
                + "<code>\(run.frozenDigestAfter.prefix(16))</code> after"
        }
        return [
            (
                "Model A",
                HTML.escape(
                    "\(source.parameters) parameters, \(source.batchNormalizationLayers) Batch Normalization layers; "
                        + "\(source.images) images, \(source.epochs) epochs of SGD \(plan.sourceLearningRate) with momentum "
                        + "0.9; validation accuracy \(DemoVerdict.percent(source.validation.accuracy)) on its eight classes"
                )
            ),
            (
                "Transfer",
                "\(plan.targetImages) images, \(plan.transferEpochs) epochs of plain SGD \(plan.transferLearningRate), "
                    + "batches of \(plan.batchSize); the body is frozen, the head is new"
            ),
            (
                "Start of the runs",
                "the same weights to the bit: SHA-256 <code>\((report.runs.first?.startDigest ?? "").prefix(16))</code>"
            ),
            ("Frozen weights and statistics", "SHA-256 " + digests.joined(separator: "<br>")),
            ("To repeat it", "<code>\(HTML.escape(report.command))</code>"),
            ("Versions", HTML.escape(versions.joined(separator: ", "))),
            ("Time", String(format: "%.1f seconds", report.seconds)),
        ]
    }
}
