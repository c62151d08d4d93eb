import Foundation
import Testing

@testable import Thaw

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct ChartTests {
    private func expectWellFormed(
        _ svg: String, polylines: Int? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let parser = XMLParser(data: Data(svg.utf8))
        #expect(
            parser.parse(), "\(String(describing: parser.parserError)): \(svg)",
            sourceLocation: sourceLocation)
        let words = svg.components(separatedBy: CharacterSet(charactersIn: " \",="))
        #expect(
            !words.contains { ["nan", "-nan", "inf", "-inf"].contains($0) }, sourceLocation: sourceLocation)
        if let polylines {
            #expect(
                svg.components(separatedBy: "<polyline").count - 1 == polylines,
                sourceLocation: sourceLocation)
        }
    }

    @Test(
        arguments: [
            [[0.5, 0.4, .nan, 0.1], [0.6]], [[], []], [[0.3]], [[.infinity, -.infinity], [.nan]], [],
            [[1e308, -1e308]], [[5, 5, 5]], [[1e-300, 2e-300]],
        ] as [[[Double]]])
    func lineChartIsWellFormed(_ series: [[Double]]) {
        let range = ChartAxis.range(of: Array(series.joined()), including: 0)
        #expect(range.lowerBound.isFinite && range.upperBound.isFinite && range.lowerBound < range.upperBound)
        let chart = LineChart(
            title: "a < b & \"c\"\u{1}", yLabel: "loss", epochs: series.map { ("", $0) }, range: range)
        expectWellFormed(chart.svg, polylines: series.count)
        var named = LineChart(title: "", yLabel: "<y>", epochs: series.map { ("<n>", $0) })
        named.marks = [(2, "<m>"), (.nan, "x")]
        expectWellFormed(named.svg, polylines: 2 * series.count)
    }

    @Test func ticksAreRound() {
        func isClose(_ ticks: [Double], _ expected: [Double]) -> Bool {
            ticks.count == expected.count && zip(ticks, expected).allSatisfy { abs($0 - $1) < 1e-9 }
        }
        #expect(isClose(ChartAxis.ticks(0...1), [0, 0.2, 0.4, 0.6, 0.8, 1]))
        #expect(isClose(ChartAxis.ticks(0.4...1), [0.4, 0.6, 0.8, 1]))
        #expect(isClose(ChartAxis.ticks(0...0), [0]))
        #expect(ChartAxis.ticks(1e16...(1e16 + 2)).count < 100)
    }

    @Test func marksOfAxes() {
        func texts(_ range: ClosedRange<Double>, _ scale: ChartAxis.Scale) -> [String] {
            ChartAxis("", range: range, scale: scale).marks.map(\.text)
        }
        #expect(texts(0...1, .linear) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        #expect(texts(0...0.001, .linear) == ["0.0000", "0.0002", "0.0004", "0.0006", "0.0008", "0.0010"])
        #expect(texts(0...10, .linear) == ["0", "2", "4", "6", "8", "10"])
        #expect(texts(1...5, .whole) == ["1", "2", "3", "4", "5"])
        #expect(texts(1...25, .whole) == ["1", "4", "7", "10", "13", "16", "19", "22", "25"])
        #expect(texts(1e-5...10, .logarithmic) == ["1e-5", "1e-4", "0.001", "0.01", "0.1", "1", "10"])
        #expect(texts(2...8, .logarithmic) == ["2", "8"])
        #expect(ChartAxis("", range: -1...10, scale: .logarithmic).range == 1...10)
        let axis = ChartAxis("", range: 1e-4...1, scale: .logarithmic)
        #expect(abs((axis.share(of: 0.01) ?? 0) - 0.5) < 1e-12)
        #expect(axis.share(of: 0) == nil && axis.share(of: 1e-9) == 0 && axis.share(of: 7) == 1)
    }

    @Test func historyHasAChartForEachQuantity() throws {
        let model = try Toy.classifier()
        let history = try model.fit(
            try Toy.dataset(30), epochs: 4, validation: try Toy.dataset(6), verbosity: .silent,
            callbacks: [LearningRateScheduler { epoch in 0.1 / Double(epoch + 1) }])
        #expect(history.charts().map(\.title) == ["accuracy", "loss", "learning_rate"])
        #expect(history.charts().map(\.series.count) == [2, 2, 1])
        #expect(history.charts(["loss", "absent"]).map(\.title) == ["loss"])
        #expect(history.charts()[1].series[1].points.map(\.y) == history.validationLoss)
        #expect(history.charts()[1].series[1].points.map(\.x) == [1, 2, 3, 4])
        // Two curves and their legends, twice, and one without.
        expectWellFormed(history.svg(), polylines: 9)
        expectWellFormed(History(batchSize: 1, stepsPerEpoch: 1, plannedEpochs: 1).svg(), polylines: 0)
    }

    @Test func schedulesAreDrawn() {
        let cycle = OneCycle(maximum: 0.05, steps: 6450)
        let points = cycle.chart(steps: 6450).series[0].points
        #expect(points.count < 2000)
        #expect(points.first?.y == 0.005 && points.last?.x == 6449)
        #expect(points.allSatisfy { $0.y == cycle.rate(atStep: Int($0.x)) })
        expectWellFormed(cycle.svg(steps: 6450), polylines: 1)
        #expect(cycle.svg(steps: 6450).contains("OneCycle"))
        expectWellFormed(0.1.svg(steps: 0, title: "constant <1>"), polylines: 1)
        let pieces = PiecewiseConstantDecay(boundaries: [5, 15], values: [0.01, 0.005, 0.001])
        #expect(pieces.chart(steps: 25).series[0].points.count == 25)
    }

    @Test func finderIsDrawn() throws {
        let rates = (0..<50).map { 1e-5 * pow(1e6, Double($0) / 49) }
        var losses = rates.map { $0 < 0.1 ? 2 - log10($0 / 1e-5) / 4 : 1 + $0 * 100 }
        losses[49] = .infinity
        let result = LearningRateFinder.Result(rates: rates, losses: losses, end: .nonFinite)
        let svg = result.svg(title: "SELU")
        expectWellFormed(svg, polylines: 4)
        for part in ["learning rate", "1e-5", "suggested", "climbs", "each batch", "smoothed", ">loss<"] {
            #expect(svg.contains(part), "\(part)")
        }
        #expect(result.chart().y.range.upperBound < 5, "what diverged is cut off")
    }
}
