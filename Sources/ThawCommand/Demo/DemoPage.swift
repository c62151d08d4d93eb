import Foundation
import Thaw

/// The report of a demo as one HTML page that needs nothing else: no scripts, no fonts, no images from elsewhere.
struct DemoPage {
    /// What is reported.
    let report: DemoReport

    private var page: TransferRunsPage { TransferRunsPage(report.runs) }

    /// The page.
    var html: String {
        HTML.page(
            title: "Thaw: what frozen Batch Normalization does to a transfer",
            body: """
                <h1>What frozen Batch Normalization does to a transfer</h1>
                <p class="lead">\(introduction)</p>
                <h2>Verdict</h2>
                <ul>
                \(report.verdict.map { "<li>\(HTML.prose($0))</li>" }.joined(separator: "\n"))
                </ul>
                <h2>The three runs</h2>
                <p>Loss/accuracy after training, on the \(report.plan.targetImages) training images and on the validation \
                images. Target: \(HTML.escape(report.setting.description)).</p>
                \(page.table)
                <h2>Learning curves</h2>
                \(page.legend)
                <h3>Loss</h3>
                \(page.lossCharts)
                <h3>Accuracy</h3>
                \(page.accuracyCharts)
                <h2>The same with unchanged images</h2>
                <p>Target: \(HTML.escape(report.control.setting.description)). Everything else is the same.</p>
                \(TransferRunsPage(report.control.runs).table)
                <h2>What was run</h2>
                <dl>
                \(facts.map { "<dt>\(HTML.escape($0.0))</dt><dd>\($0.1)</dd>" }.joined(separator: "\n"))
                </dl>
                """)
    }

    private var introduction: String {
        HTML.escape(
            "A small network with Batch Normalization learns eight classes of Fashion-MNIST. Its body is then frozen under a "
                + "new head, which learns to tell sandals from shirts from \(report.plan.targetImages) images: three times "
                + "from the same weights with the same data in the same order. Only one thing differs: what a frozen Batch "
                + "Normalization does while fit runs.")
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
