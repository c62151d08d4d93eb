import Foundation
import Synchronization
import ThawFuzzing

/// Divides the files among processes, goes on behind a file that ended one, and prints what came of all.
final class FuzzSession: Sendable {
    private struct Part {
        let format: Int
        let numbers: Range<Int>
    }

    private struct State {
        var parts: [Part] = []
        var reports: [FuzzReport] = []
    }

    private static let partSize = 2500

    private let formats: [FuzzFormat]
    private let seed: UInt64
    private let folder: URL
    private let state: Mutex<State>

    init(_ formats: [FuzzFormat], count: Int, first: Int, seed: UInt64, folder: URL) {
        self.formats = formats
        self.seed = seed
        self.folder = folder
        var state = State()
        state.reports = formats.map { _ in FuzzReport() }
        let shares = formats.reduce(0) { $0 + $1.share }
        for (index, format) in formats.enumerated() {
            let end = first + (count * format.share + shares - 1) / shares
            for start in stride(from: first, to: end, by: Self.partSize) {
                state.parts.append(Part(format: index, numbers: start..<min(end, start + Self.partSize)))
            }
        }
        self.state = Mutex(state)
    }

    /// Reads everything.
    ///
    /// - Returns: whether nothing failed.
    func run(jobs: Int) throws -> Bool {
        let start = ContinuousClock.now
        DispatchQueue.concurrentPerform(iterations: jobs) { job in
            while let part = state.withLock({ $0.parts.popLast() }) {
                let report = read(part, job: job)
                state.withLock { $0.reports[part.format].merge(report) }
            }
        }
        let reports = state.withLock { $0.reports }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return conclude(reports, seconds: seconds)
    }

    /// Reads a part, in as many processes as it takes.
    private func read(_ part: Part, job: Int) -> FuzzReport {
        let format = formats[part.format]
        let work = FileManager.default.temporaryDirectory.appending(
            path: "thaw-fuzz-\(ProcessInfo.processInfo.processIdentifier)-\(job)")
        try? FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: work) }
        let progress = work.appending(path: "progress").path
        var report = FuzzReport()
        var first = part.numbers.lowerBound
        while first < part.numbers.upperBound {
            let (status, output, errors) = child(format, first..<part.numbers.upperBound, progress)
            if status == 0, let part = try? JSONDecoder().decode(FuzzReport.self, from: output) {
                report.merge(part)
                for failure in part.failures {
                    keep(format, failure.split(separator: " ").dropFirst().first.flatMap { Int($0) })
                }
                break
            }
            guard let number = ProgressMark.number(at: progress), number >= first else {
                report.failures.append(
                    "a process ended with \(status) before its first file: \(errors.suffix(500))")
                break
            }
            let what = status == Watchdog.status ? "hangs" : "ended the process with \(status)"
            report.failures.append("file \(number) \(what): \(errors.suffix(500))")
            keep(format, number)
            // What the process knew of the files before is lost, but that they were read.
            report.refused += number - first + 1
            first = number + 1
        }
        return report
    }

    private func child(_ format: FuzzFormat, _ numbers: Range<Int>, _ progress: String) -> (
        Int32, Data, String
    ) {
        try? FileManager.default.removeItem(atPath: progress)
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0])
        process.arguments = [
            "--format", format.name, "--seed", "\(seed)", "--first", "\(numbers.lowerBound)", "--count",
            "\(numbers.count)", "--progress", progress,
        ]
        // The message is enough; what a crash looks like inside is seen when its file is read again.
        process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) {
            $1
        }
        let errors = URL(filePath: progress).deletingLastPathComponent().appending(path: "errors")
        _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
        let output = Pipe()
        process.standardOutput = output
        do {
            process.standardError = try FileHandle(forWritingTo: errors)
            try process.run()
        } catch {
            return (-1, Data(), "\(error)")
        }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (
            process.terminationStatus, data,
            String(decoding: FileManager.default.contents(atPath: errors.path) ?? Data(), as: UTF8.self)
        )
    }

    /// Keeps a file that failed.
    private func keep(_ format: FuzzFormat, _ number: Int?) {
        guard let number, let bytes = try? FuzzRun(format, seed: seed, folder: folder).file(number) else {
            return
        }
        let name = "\(format.name)-\(seed)-\(number).\(format.ending ?? "bin")"
        try? Data(bytes).write(to: folder.appending(path: name))
    }

    private func conclude(_ reports: [FuzzReport], seconds: Double) -> Bool {
        func column(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        func tenths(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
        print("format           files     read  refused  slowest, ms  most memory, KiB")
        var total = FuzzReport()
        for (format, report) in zip(formats, reports) {
            total.merge(report)
            print(
                format.name.padding(toLength: 14, withPad: " ", startingAt: 0), column("\(report.count)", 7),
                column("\(report.read)", 8), column("\(report.refused)", 8),
                column(tenths(report.slowest * 1000), 12),
                column("\(report.mostMemory >> 10)", 17))
        }
        for (format, report) in zip(formats, reports) {
            for failure in report.failures { print("FAILED \(format.name), seed \(seed): \(failure)") }
        }
        let failures = total.failures.count
        print(
            "\(total.count) files in \(Int(seconds)) s, \(failures) failures\(failures == 0 ? "" : ", kept in \(folder.path)")"
        )
        return failures == 0
    }
}
