import Foundation
import Thaw

/// A diagnosis as one HTML page that needs nothing else: no scripts, no fonts, no images from elsewhere.
struct DoctorPage {
    let report: DoctorReport

    private var diagnosis: Diagnosis { report.diagnosis }

    var html: String {
        HTML.page(
            title: "thaw doctor: \(diagnosis.cause.title)",
            body: """
                <h1>\(HTML.escape(diagnosis.cause.title.prefix(1).uppercased() + diagnosis.cause.title.dropFirst()))</h1>
                <p class="lead">\(HTML.escape(report.model)) on \(NumberText.count(diagnosis.samples, "sample")) of \
                \(HTML.escape(report.data)), \(diagnosis.batchSize) at a time.</p>
                \(diagnosis.findings.map(finding).joined(separator: "\n"))
                <h2>The same data, in inference and in training</h2>
                \(scores)
                <h2>Drift over depth</h2>
                \(map)
                <h2>Every Batch Normalization</h2>
                \(layers)
                \(advice)
                """)
    }

    private func finding(_ finding: Diagnosis.Finding) -> String {
        let code = finding.remedy.map(HTML.escape).joined(separator: "\n")
        return """
            <h2>\(HTML.escape(finding.cause.title.prefix(1).uppercased() + finding.cause.title.dropFirst()))</h2>
            \(finding.isTiedWithNext ? "<p>The next cause would leave the same evidence.</p>" : "")
            <ul>\(finding.evidence.map { "<li>\(HTML.prose($0))</li>" }.joined())</ul>
            \(code.isEmpty ? "" : "<h3>What helps</h3><pre><code>\(code)</code></pre>")
            """
    }

    private var advice: String {
        guard !diagnosis.advice.isEmpty else { return "" }
        return
            "<h2>Momentum and batch size</h2><ul>\(diagnosis.advice.map { "<li>\(HTML.prose($0))</li>" }.joined())</ul>"
    }

    private var scores: String {
        let rows = diagnosis.scores.filter { $0.samples > 0 }.map {
            "<tr><th scope=\"row\">\(HTML.escape($0.condition.title))</th><td>\(HTML.escape($0.summary))</td></tr>"
        }
        return "<div class=\"scroll\"><table><tbody>\(rows.joined(separator: "\n"))</tbody></table></div>"
    }

    /// Medians and 95th percentiles of the divergences, layer by layer.
    private var map: String {
        guard !diagnosis.normalizations.isEmpty else { return "<p>The model has no Batch Normalization.</p>" }
        let least = 1e-4
        func line(_ name: String, _ value: (NormalizationDrift) -> Double) -> LineChart.Series {
            LineChart.Series(
                name,
                diagnosis.normalizations.enumerated().map {
                    (Double($0 + 1), min(1e6, max(least, value($1))))
                },
                hasDots: diagnosis.normalizations.count <= 60)
        }
        let series = [
            line("median", \.divergence.median), line("95th percentile", \.divergence.percentile95),
            line("median, by batch statistics", \.divergenceInTraining.median),
        ]
        let top = series.flatMap(\.points).map(\.y).max() ?? 1
        var chart = LineChart(
            title: "How far moving statistics are from the data's",
            x: ChartAxis(
                "Batch Normalization, from the input",
                range: 1...Double(max(2, diagnosis.normalizations.count)), scale: .whole),
            y: ChartAxis("divergence", range: least...max(1, top * 1.2), scale: .logarithmic), series: series)
        (chart.width, chart.height) = (680, 300)
        return """
            <figure>\(chart.svg)</figure>
            <p>The symmetric Kullback-Leibler divergence between the moving statistics and the data's own, over the channels of a layer. \
            Below 0.1 they are as good as equal; above 1 they are those of something else.</p>
            """
    }

    private var layers: String {
        let titles = [
            "layer", "frozen", "statistics", "channels", "mean off by", "variance ratio", "divergence",
            "95th percentile",
            "dead", "weight of first values",
        ]
        let rows = diagnosis.normalizations.map { layer in
            let cells = [
                layer.isFrozen ? "yes" : "no", layer.statistics, "\(layer.channels)",
                NumberText.short(layer.meanShift.median), NumberText.short(layer.varianceRatio.median),
                NumberText.short(layer.divergence.median), NumberText.short(layer.divergence.percentile95),
                "\(layer.deadChannels.count)", layer.inferredInitialShare.map { NumberText.short($0) } ?? "",
            ]
            let isFar = layer.divergence.median > 1
            return """
                <tr><th scope="row">\(HTML.escape(layer.path))</th>\
                \(cells.enumerated().map { "<td\(isFar && $0 == 5 ? " class=\"bad\"" : "")>\(HTML.escape($1))</td>" }.joined())</tr>
                """
        }
        return """
            <div class="scroll"><table><thead><tr>\(titles.map { "<th>\($0)</th>" }.joined())</tr></thead>
            <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
            """
    }
}
