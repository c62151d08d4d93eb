import ArgumentParser
import Foundation
import Testing
import Thaw

@testable import ThawCommand

@Suite struct BookTests {
    /// A row that takes no data and no time: its values depend on the seed.
    static func row(_ number: Int, band: ClosedRange<Double>) -> BookRow {
        BookRow(
            number, "a row & more", images: .none, milliseconds: 2,
            bands: [Band("score", in: band, because: "a < b")]
        ) { session in
            var run = RowRun()
            run.values = ["score": Double(session.seed), "other": 0.5]
            run.stepsPerEpoch = 10
            run.millisecondsPerStep = 1.5
            run.notes = ["seed \(session.seed)"]
            return run
        }
    }

    static func file() -> URL {
        FileManager.default.temporaryDirectory.appendingPathComponent("thaw-book-\(UUID().uuidString)")
    }

    @Test func thereAreAllRows() {
        #expect(BookRow.all.map(\.number) == Array(1...31))
        #expect(BookRow.all.filter { $0.images == .cifar10 }.map(\.number) == Array(26...31))
        #expect(BookRow.all.allSatisfy { !$0.bands.isEmpty })
        #expect(BookRow.all.allSatisfy { Set($0.bands.map(\.quantity)).count == $0.bands.count })
        #expect(BookText.list(BookRow.all).split(separator: "\n").count == 31)
    }

    @Test func aBandIsThreeDeviationsOfTheDifference() {
        let bands = Spread.smooth.both((0.5, 0.8), (0.4, 0.9))
        #expect(
            bands.map(\.quantity) == [
                "training loss", "training accuracy", "validation loss", "validation accuracy",
            ])
        let factor = 3 * (1 + 1.0 / 3).squareRoot()
        #expect(abs(bands[0].range.upperBound - (0.5 + factor * 0.012 * 0.5)) < 1e-12)
        #expect(abs(bands[3].range.lowerBound - (0.9 - factor * 0.0025)) < 1e-12)
    }

    @Test func meansAreComparedAndFilesWritten() throws {
        let (json, page) = (Self.file(), Self.file())
        defer { for url in [json, page] { try? FileManager.default.removeItem(at: url) } }
        let lines = Lines()
        let report = try BookRun(
            rows: [Self.row(1, band: 1.5...2.5), Self.row(2, band: 5...6)], seeds: [1, 2, 3], data: nil,
            json: try OutputFile(path: json.path, option: "--json"),
            page: try OutputFile(path: page.path, option: "--report"),
            say: { lines.add($0) }
        ).run()
        #expect(report.rows.map(\.isInside) == [true, false])
        #expect(report.rows[0].quantities[0].mean == 2)
        #expect(report.rows[0].further["other"] == [0.5, 0.5, 0.5])
        let read = try JSONDecoder().decode(BookReport.self, from: Data(contentsOf: json))
        #expect(read.rows[1].quantities[0].values == [1, 2, 3])
        let html = try String(contentsOf: page, encoding: .utf8)
        #expect(html.contains("a row &amp; more") && html.contains("a &lt; b") && html.contains("outside"))
        #expect(html.contains("Activation functions") && html.contains("1cycle"))
        let text = lines.text
        #expect(text.contains("2 (1 to 3)"))
        #expect(text.contains("10 steps per epoch, 1.5000 ms/step (reported 2)"))
        #expect(text.contains("outside of a band: row 2"))
    }

    @Test func selfNormalizationRuns() throws {
        let row = try #require(BookRow.all.first { $0.number == 3 })
        let run = try row.run(BookSession(seed: 1, images: BookImages(folder: nil), verbosity: .silent))
        for band in row.bands { #expect(band.range.contains(try #require(run.values[band.quantity]))) }
    }

    @Test(arguments: [["32"], ["0"], ["--seeds", "0"], ["--json", ""], ["--report", ""], ["--data", ""]])
    func argumentsAreChecked(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try BookCommand.parse(arguments) }
    }

    @Test(arguments: ["/nowhere/at/all.json", NSTemporaryDirectory()])
    func filesThatCannotBeWrittenAreSaidAtOnce(_ path: String) {
        let error = #expect(throws: DemoError.self) { try OutputFile(path: path, option: "--json") }
        let text = error?.description ?? ""
        #expect(text.contains("the file \(URL(fileURLWithPath: path).path) cannot be written"), "\(text)")
        #expect(text.contains("by --json") && !text.contains("--output") && !text.contains(".."))
    }

    /// A folder that was named is the only place: nothing is taken from elsewhere, nor downloaded.
    @Test func dataIsTakenFromTheFolderAlone() throws {
        let empty = Self.file()
        try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: empty) }
        for folder in [URL(fileURLWithPath: "/nonexistent"), empty] {
            let images = BookImages(folder: folder)
            for result in [images.fashionMNIST, images.cifar10] {
                let error = #expect(throws: DatasetError.self) { try result.get() }
                #expect(error?.description.contains(folder.path) == true)
                #expect(error?.description.contains("/usr/share") == false)
            }
        }
    }

    @Test func lossyPixelsAreSaidBesideTheRow() throws {
        let lines = Lines()
        let photographs = BookRow(2, "photographs", images: .cifar10, bands: []) { _ in RowRun() }
        let run = BookRun(
            rows: [Self.row(1, band: 0...9), photographs], seeds: [1], data: nil, json: nil, page: nil,
            say: { lines.add($0) })
        let report = try run.run(on: BookImages(folder: URL(fileURLWithPath: "/nonexistent")))
        let rows = lines.text.components(separatedBy: "Row ")
        #expect(rows.count == 3)
        #expect(!rows[1].contains("CIFAR-10") && rows[2].contains("CIFAR-10 is taken as it is in the files"))
        #expect(report.dataNote != nil)
        #expect(lines.text.contains("2 rows with 1 seed in"))
    }

    @Test func oneRowIsOneRow() throws {
        let lines = Lines()
        _ = try BookRun(
            rows: [Self.row(1, band: 0...9)], seeds: [1, 2], data: nil, json: nil, page: nil,
            say: { lines.add($0) }
        ).run()
        #expect(lines.text.contains("\n1 row with 2 seeds in"))
    }

    @Test func cancellingKeepsWhatIsFinished() async throws {
        let json = Self.file()
        defer { try? FileManager.default.removeItem(at: json) }
        let output = try OutputFile(path: json.path, option: "--json")
        let task = Task.detached {
            let stopping = BookRow(2, "stops", images: .none, bands: []) { _ in
                withUnsafeCurrentTask { $0?.cancel() }
                return RowRun()
            }
            return try BookRun(
                rows: [Self.row(1, band: 0...9), stopping, Self.row(3, band: 0...9)], seeds: [1], data: nil,
                json: output, page: nil, say: { _ in }
            ).run()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        let read = try JSONDecoder().decode(BookReport.self, from: Data(contentsOf: json))
        #expect(read.rows.map(\.number) == [1, 2])
    }
}

/// Lines that were said, from any thread.
private final class Lines: @unchecked Sendable {
    private let lock = NSLock()
    private var lines: [String] = []

    func add(_ line: String) { lock.withLock { lines.append(line) } }

    var text: String { lock.withLock { lines.joined(separator: "\n") } }
}
