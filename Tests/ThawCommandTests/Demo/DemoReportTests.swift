import Foundation
import Testing

@testable import ThawCommand

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// What the demo writes: JSON, page, charts, table, verdict.
@Suite struct DemoReportTests {
    @Test func resultsHoldWhatReadersRelyOn() throws {
        var report = DemoSamples.report()
        #expect(report.command == "thaw demo --seed 7 --quick")
        let object = try JSONSerialization.jsonObject(with: Data(try report.json())) as? [String: Any]
        let runs = try #require(object?["runs"] as? [[String: Any]])
        #expect(runs.map { $0["behaviour"] as? String } == ["batchUpdating", "batch", "moving"])
        for run in runs {
            for part in ["inference", "training", "validation"] {
                let score = try #require(run[part] as? [String: Any])
                #expect(score["loss"] is Double)
                #expect(score["accuracy"] is Double)
            }
            #expect(run["frozenDigestBefore"] is String)
            #expect(run["frozenDigestAfter"] is String)
            let curves = try #require(run["curves"] as? [String: [Any]])
            #expect(curves["inferenceLoss"]?[1] as? String == "nan")
        }
        #expect(object?["seconds"] as? Double == 1.5)
        #expect(object?["seed"] as? Int == 7)
        report = DemoSamples.report()
        #expect((object?["verdict"] as? [String]) == report.verdict)
    }

    @Test func pageNeedsNothingElse() {
        let page = DemoPage(report: DemoSamples.report()).html
        for word in ["<script", "src=", "href=", "url(", "@import", "<link", "<img"] {
            #expect(!page.contains(word))
        }
        #expect(page.contains("prefers-color-scheme: dark"))
        #expect(page.contains("0 &amp; &lt;1&gt;"), "texts are escaped")
        #expect(page.components(separatedBy: "<figure>").count - 1 == 6)
        #expect(page.contains("thaw demo --seed 7 --quick"))
    }

    @Test func tableHasARowForEachRun() {
        let lines = DemoTable(DemoSamples.report().runs).text.split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines[2].hasPrefix("batchUpdating") && lines[2].hasSuffix("CHANGED"))
        #expect(lines[4].contains("0.2000/0.9700") && lines[4].hasSuffix("unchanged"))
    }

    @Test(arguments: [
        (0.93, 0.98, 0.2, 0.2, DemoVerdict.Damage.large), (0.97, 0.98, 0.2, 0.2, .small),
        (0.98, 0.98, 0.4, 0.2, .small), (0.98, 0.98, 0.2, 0.2, .none), (0.99, 0.98, 0.1, 0.2, .none),
        (0.98, 0.98, .nan, 0.2, .large),
    ])
    func damageIsJudged(
        inference: Double, training: Double, inferenceLoss: Double, trainingLoss: Double,
        expected: DemoVerdict.Damage
    ) {
        let run = DemoSamples.run(
            .batch, inference: inference, training: training, loss: (inferenceLoss, trainingLoss))
        #expect(DemoVerdict.Damage(of: run) == expected)
    }

    @Test func verdictFollowsTheNumbers() {
        let damaged = DemoSamples.report().verdict.joined(separator: "\n")
        #expect(damaged.contains("\"batch\" (Keras 2.1.3 to 2.3): large damage"))
        #expect(damaged.contains("\"moving\" (Thaw; the fix): no damage"))
        #expect(damaged.contains("Its statistics moved, although they were called frozen."))
        #expect(damaged.contains("better than both others: 96.0 % against 90.0 % and 90.0 %"))
        #expect(damaged.contains("there is no damage"))

        let sound = SettingResult(
            setting: .hazy,
            runs: [
                DemoSamples.run(.batchUpdating, inference: 0.9, training: 0.9, validation: 0.95),
                DemoSamples.run(.batch, inference: 0.9, training: 0.9, validation: 0.95),
                DemoSamples.run(.moving, inference: 0.9, training: 0.9, validation: 0.9, digestAfter: "b"),
            ])
        let verdict = DemoVerdict(main: sound, control: sound).sentences.joined(separator: "\n")
        #expect(verdict.contains("\"batch\" (Keras 2.1.3 to 2.3): no damage in this run"))
        #expect(verdict.contains("What was frozen CHANGED, which must not be."))
        #expect(verdict.contains("moving statistics are worse than both others in this run"))
        #expect(verdict.contains("batch statistics suit them better"))
        #expect(!verdict.contains("large damage"))
    }
}
