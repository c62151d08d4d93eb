import Foundation

/// The report of the blog's experiment as one HTML page.
struct BlogPage {
    let report: BlogReport

    /// The page.
    var html: String {
        let page = TransferRunsPage(report.runs)
        return HTML.page(
            title: "Thaw: what frozen Batch Normalization does to a pretrained network",
            body: """
                <h1>What frozen Batch Normalization does to a pretrained network</h1>
                <p class="lead">\(introduction)</p>
                <h2>Verdict</h2>
                <ul>
                \(report.verdict.map { "<li>\(HTML.prose($0))</li>" }.joined(separator: "\n"))
                </ul>
                <h2>The three runs</h2>
                <p>Loss/accuracy after training, on the training images and on \(report.unseenImages) others.</p>
                \(page.table)
                <h2>Learning curves</h2>
                \(page.legend)
                <h3>Loss</h3>
                \(page.lossCharts)
                <h3>Accuracy</h3>
                \(page.accuracyCharts)
                <h2>What was run</h2>
                <dl>
                \(facts.map { "<dt>\(HTML.escape($0.0))</dt><dd>\($0.1)</dd>" }.joined(separator: "\n"))
                </dl>
                """)
    }

    private var introduction: String {
        let plan = report.plan
        return HTML.escape(
            "\(plan.network) with its pretrained weights, of whose model the first \(plan.frozenLayers ?? 0) of \(report.layers) layers "
                + "are frozen, learns to tell cats from dogs from \(2 * plan.imagesPerClass) images of CIFAR-10 at \(plan.size) x "
                + "\(plan.size): three times from the same weights with the same data in the same order. Only one thing differs: what a "
                + "frozen Batch Normalization does while fit runs.")
    }

    private var facts: [(String, String)] {
        let plan = report.plan
        let versions = report.versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let digests = report.runs.map { run in
            "\(run.behaviour.rawValue): <code>\(run.frozenDigestBefore.prefix(16))</code> before, "
                + "<code>\(run.frozenDigestAfter.prefix(16))</code> after"
        }
        return [
            (
                "Model",
                HTML.escape(
                    "\(plan.network), Flatten, Dense 2 softmax; \(report.parameters) parameters; "
                        + "\(report.frozenBatchNormalizations) of \(report.batchNormalizations) Batch Normalization layers frozen"
                )
            ),
            (
                "Training",
                "\(2 * plan.imagesPerClass) images, \(plan.epochs) epochs of plain SGD \(plan.learningRate), batches of "
                    + "\(plan.batchSize)"
            ),
            (
                "Start of the runs",
                "the same weights to the bit: SHA-256 <code>\((report.runs.first?.startDigest ?? "").prefix(16))</code>"
            ),
            ("Frozen weights and statistics", "SHA-256 " + digests.joined(separator: "<br>")),
            ("Seed", "\(report.seed)"),
            ("Versions", HTML.escape(versions.joined(separator: ", "))),
            ("Time", String(format: "%.1f seconds", report.seconds)),
        ]
    }
}
