import Foundation
import Thaw

/// All that a run of the book found out.
struct BookReport: Codable, Sendable {
    /// A quantity of a row beside what was reported.
    struct Quantity: Codable, Sendable {
        let name: String
        /// What the reference reports; absent where it reports an interval.
        let reported: Double?
        /// The band: its ends, and why it is as wide as it is.
        let low: Double
        let high: Double
        let reason: String
        /// One number for each seed.
        let values: [Double]
        let mean: Double
        let isInside: Bool

        init(_ band: Band, values: [Double]) {
            name = band.quantity
            reported = band.table
            low = band.range.lowerBound
            high = band.range.upperBound
            reason = band.reason
            self.values = values
            mean = values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
            isInside = band.range.contains(mean)
        }
    }

    /// A row with the numbers of all seeds.
    struct Row: Codable, Sendable {
        let number: Int
        let title: String
        let images: String
        let quantities: [Quantity]
        /// What was measured beside them, one number for each seed.
        let further: [String: [Double]]
        let stepsPerEpoch: Int?
        /// The mean over the seeds, and what was reported.
        let millisecondsPerStep: Double?
        let reportedMilliseconds: Double?
        /// For all seeds together.
        let seconds: Double
        let notes: [String]
        /// Curves of the first seed, as SVG.
        let charts: [String]

        /// Whether every quantity lies in its band.
        var isInside: Bool { quantities.allSatisfy(\.isInside) }
    }

    let seeds: [UInt64]
    let versions: [String: String]
    /// Something to know about the data, if anything.
    var dataNote: String?
    var rows: [Row] = []
    var seconds = 0.0

    /// The contents of the JSON file. A number that is not finite, which JSON has no word for, becomes the string `nan`, `inf`
    /// or `-inf`.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return Array(try encoder.encode(self)) + Array("\n".utf8)
    }
}

extension BookReport.Row {
    /// The row of a table, run with all seeds.
    init(_ row: BookRow, runs: [RowRun], seconds: Double) {
        number = row.number
        title = row.title
        images = row.images.rawValue
        quantities = row.bands.map { band in
            BookReport.Quantity(band, values: runs.map { $0.values[band.quantity] ?? .nan })
        }
        let banded = Set(row.bands.map(\.quantity))
        let names = Set(runs.flatMap(\.values.keys)).subtracting(banded)
        further = Dictionary(
            uniqueKeysWithValues: names.map { name in (name, runs.compactMap { $0.values[name] }) })
        stepsPerEpoch = runs.first?.stepsPerEpoch
        let times = runs.compactMap(\.millisecondsPerStep)
        millisecondsPerStep = times.isEmpty ? nil : times.reduce(0, +) / Double(times.count)
        reportedMilliseconds = row.reportedMilliseconds
        self.seconds = seconds
        notes = runs.first?.notes ?? []
        charts = runs.first?.charts.map(\.svg) ?? []
    }
}
