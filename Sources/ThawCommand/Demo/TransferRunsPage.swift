import Thaw

/// Transfers as parts of a page: their table and their learning curves.
struct TransferRunsPage {
    private let runs: [TransferRun]

    init(_ runs: [TransferRun]) { self.runs = runs }

    /// The names of the lines in the charts.
    private var curveNames: [String] {
        let names = [
            "training images, as fit reports them (training mode)", "the same images in inference mode",
            "validation images in inference mode",
        ]
        return runs.allSatisfy(\.curves.validationLoss.isEmpty) ? Array(names.prefix(2)) : names
    }

    /// The table.
    var table: String {
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

    /// What the lines are.
    var legend: String {
        let items = curveNames.enumerated().map { index, name in
            """
            <li><svg viewBox="0 0 34 10" width="34" height="10" aria-hidden="true"><polyline class="series-\(index)" \
            points="1,5 33,5"/><circle class="dot-\(index)" cx="17" cy="5" r="2.4"/></svg>\(HTML.escape(name))</li>
            """
        }
        return "<ul class=\"legend\">\(items.joined())</ul>"
    }

    /// The losses after each epoch.
    var lossCharts: String {
        charts("loss", including: 0) { [$0.fitLoss, $0.inferenceLoss, $0.validationLoss] }
    }

    /// The accuracies after each epoch.
    var accuracyCharts: String {
        charts("accuracy", including: 1) { [$0.fitAccuracy, $0.inferenceAccuracy, $0.validationAccuracy] }
    }

    /// A row of charts with one scale, one chart for each run.
    private func charts(
        _ label: String, including value: Double, curves all: (LearningCurves) -> [[Double]]
    ) -> String {
        func curves(_ run: LearningCurves) -> [[Double]] { all(run).filter { !$0.isEmpty } }
        let range = ChartAxis.range(of: runs.flatMap { curves($0.curves).joined() }, including: value)
        let charts = runs.map { run in
            LineChart(
                title: "\(run.behaviour.rawValue): \(label)", yLabel: label,
                epochs: curves(run.curves).map { ("", $0) }, range: range
            ).svg
        }
        return
            "<div class=\"charts\">\n\(charts.map { "<figure>\($0)</figure>" }.joined(separator: "\n"))\n</div>"
    }
}
