import Foundation

/// report.html: one page without scripts and without anything from elsewhere.
enum DemoReport {
    static func page(_ results: DemoResults) -> String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>Thaw demo: frozen Batch Normalization</title>
        <style>\(style)</style></head><body><main>
        <h1>Frozen Batch Normalization, three ways</h1>
        <p>A small convolutional network learned eight classes of Fashion-MNIST
        (\(results.source.images) images, \(results.source.epochs) epochs; \(percent(results.source.validation.accuracy)) right
        on images it had not seen). Its \(results.source.batchNormalizationLayers) Batch Normalization layers and everything else
        were then frozen under a new head, which learned sandals against shirts from 200 images. The three runs
        differ in one thing: what a <em>frozen</em> Batch Normalization layer does while <code>fit</code> runs.</p>
        <h2>Verdict</h2>
        <ul>\(DemoText.verdict(results).map { "<li>\(LineChart.escaped($0))</li>" }.joined())</ul>
        <h2>The same images, in training and in inference mode</h2>
        \(table(results.setting, results.runs))
        <h2>Learning curves</h2>
        <p class="legend">\(legend)</p>
        <div class="charts">\(results.runs.map(charts).joined())</div>
        <h2>Other settings</h2>
        \(results.otherSettings.map { table($0.setting, $0.runs) }.joined())
        <h2>What was run</h2>
        <p>Seed \(results.seed), batches of 32, SGD with a learning rate of 0.1, 10 epochs for each transfer, on
        \(LineChart.escaped(results.engine)); \(String(format: "%.0f", results.seconds)) seconds in all. Again:
        <code>thaw demo --seed \(results.seed)\(results.isQuick ? " --quick" : "")</code>. All numbers, and the digests of the frozen parts,
        are in <code>results.json</code>.</p>
        </main></body></html>
        """
    }

    private static let legend = """
        <span><i class="k1"></i> what fit shows (training mode)</span>
        <span><i class="k2"></i> the same images, inference mode</span>
        <span><i class="k3"></i> unseen images, inference mode</span>
        """

    private static func table(_ setting: TargetSetting, _ runs: [TransferRun]) -> String {
        func cell(_ score: Score, isBad: Bool = false) -> String {
            "<td\(isBad ? " class=\"bad\"" : "")>\(percent(score.accuracy)) <small>loss "
                + String(format: "%.4f", score.loss) + "</small></td>"
        }
        let rows = runs.map { run in
            let isBad = run.training.accuracy - run.inference.accuracy >= 0.02
            return
                "<tr><th><code>\(run.behaviour.rawValue)</code><small>\(LineChart.escaped(run.behaviour.origin)): "
                + "\(LineChart.escaped(run.behaviour.summary))</small></th>" + cell(run.training)
                + cell(run.inference, isBad: isBad) + cell(run.validation)
                + "<td>\(run.isFrozenUnchanged ? "unchanged" : "<strong>changed</strong>")</td></tr>"
        }
        return """
            <p>Target: \(LineChart.escaped(setting.description)).</p>
            <div class="wide"><table><thead><tr><th>frozen BN uses</th><th>training images,<br>training mode</th>
            <th>training images,<br>inference mode</th><th>unseen images,<br>inference mode</th><th>frozen part<br>after fit</th></tr></thead>
            <tbody>\(rows.joined())</tbody></table></div>
            """
    }

    private static func charts(_ run: TransferRun) -> String {
        let curves = run.curves
        let accuracy = LineChart(
            title: "\(run.behaviour.rawValue): accuracy",
            curves: [
                .init(name: "fit", style: "c1", values: curves.fitAccuracy),
                .init(name: "inference mode", style: "c2", values: curves.inferenceAccuracy),
                .init(name: "unseen", style: "c3", values: curves.validationAccuracy),
            ], range: 0...1)
        let loss = LineChart(
            title: "\(run.behaviour.rawValue): loss",
            curves: [
                .init(name: "fit", style: "c1", values: curves.fitLoss),
                .init(name: "inference mode", style: "c2", values: curves.inferenceLoss),
                .init(name: "unseen", style: "c3", values: curves.validationLoss),
            ])
        return "<figure>\(accuracy.svg)</figure><figure>\(loss.svg)</figure>"
    }

    private static let style = """
        :root{color-scheme:light dark;--ink:#1d2733;--faint:#6a7683;--line:#d9dee4;--page:#fff;--bad:#fbe3dd;--a:#2f6db5;--b:#c8442f;--c:#3b8f5a}
        @media(prefers-color-scheme:dark){:root{--ink:#e4e9ee;--faint:#98a4b0;--line:#38434e;--page:#14191f;--bad:#4c2620;--a:#7fb2ee;--b:#f08a76;--c:#7fcf9c}}
        body{background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif;margin:0}
        main{max-width:62rem;margin:0 auto;padding:1.5rem}h1{font-size:1.7rem}h2{font-size:1.2rem;margin-top:2rem}
        table{border-collapse:collapse;width:100%}.wide{overflow-x:auto}th,td{text-align:left;padding:.5rem .7rem;border-bottom:1px solid var(--line);vertical-align:top}
        th small,td small{display:block;color:var(--faint);font-weight:normal}.bad{background:var(--bad)}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1rem}figure{margin:0}
        svg{width:100%;height:auto}svg text{font-size:11px;fill:var(--faint)}svg .title{font-size:14px;fill:var(--ink)}
        .grid{stroke:var(--line)}polyline{fill:none;stroke-width:2}.c1{stroke:var(--a)}.c2{stroke:var(--b)}.c3{stroke:var(--c);stroke-dasharray:5 4}
        .legend span{margin-right:1.4rem;white-space:nowrap}.legend i{display:inline-block;width:1.6rem;border-top:3px solid;margin-right:.4rem;vertical-align:middle}
        .k1{color:var(--a)}.k2{color:var(--b)}.k3{color:var(--c);border-top-style:dashed!important}
        """
}
