import Foundation
import Thaw

/// Runs rows of the book with several seeds, says what comes out, and keeps finished rows in files.
struct BookRun: Sendable {
    let rows: [BookRow]
    let seeds: [UInt64]
    /// Where the data is; nil looks for it.
    let data: URL?
    let json: OutputFile?
    let page: OutputFile?
    var verbosity = Verbosity.silent
    /// Takes what is to be printed.
    var say: @Sendable (String) -> Void = { text in
        print(text)
        fflush(nil)
    }

    /// Runs all rows. Files are written anew after each.
    ///
    /// - Throws: `CancellationError` when the task is cancelled; finished rows are in the files then.
    func run() throws -> BookReport {
        let images = BookImages(folder: data)
        try load(images)
        return try run(on: images)
    }

    /// The same on images that need not be loaded yet.
    func run(on images: BookImages) throws -> BookReport {
        let start = ContinuousClock.now
        let sessions = seeds.map { BookSession(seed: $0, images: images, verbosity: verbosity) }
        var report = BookReport(seeds: seeds, versions: ToolVersion.versions, dataNote: dataNote)
        for row in rows {
            let begin = ContinuousClock.now
            let runs = try sessions.map { session in
                try Task.checkCancellation()
                return try row.run(session)
            }
            let finished = BookReport.Row(
                row, runs: runs, seconds: (ContinuousClock.now - begin) / .seconds(1))
            report.rows.append(finished)
            report.seconds = (ContinuousClock.now - start) / .seconds(1)
            let note = row.images == .cifar10 ? dataNote.map { "\n  \($0)" } : nil
            say(BookText.row(finished) + (note ?? "") + "\n")
            try json?.write(report.json())
            try page?.write(Array(BookPage(report: report).html.utf8))
        }
        say(BookText.summary(report))
        return report
    }

    /// Loads what the rows need, so that a missing file is said before hours of training.
    private func load(_ images: BookImages) throws {
        let kinds = Set(rows.map(\.images))
        if kinds.contains(.fashionMNIST) { _ = try images.fashionMNIST.get() }
        if kinds.contains(.cifar10) { _ = try images.cifar10.get() }
    }

    private var dataNote: String? {
        guard rows.contains(where: { $0.images == .cifar10 }) else { return nil }
        return
            "CIFAR-10 is taken as it is in the files. Batches rebuilt from JPEG pictures have pixels off by about 6 of 256 "
            + "levels, which is stated here because it cannot be seen."
    }
}
