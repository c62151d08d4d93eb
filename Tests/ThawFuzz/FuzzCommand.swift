import ArgumentParser
import CMemoryMeter
import Foundation
import ThawFuzzing

/// `scripts/fuzz`: damages files of every format, reads them in processes of their own, and reports crashes, hangs and memory.
@main
struct FuzzCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz", abstract: "Read damaged files of every format.",
        discussion: """
            A file is a failure if reading it ends the process, takes more than a second, or takes more memory than 32 times its \
            size and 32 MiB. Failures are kept in the folder; the same seed gives the same files.
            """)

    @Option(name: .long, help: "How many files, of all formats together.")
    var count = 260_000

    @Option(name: .long, help: "Where the damage comes from.")
    var seed: UInt64 = 1

    @Option(name: .long, help: "One format; all if not given.")
    var format: String?

    @Option(name: .long, help: "How many processes read at a time.")
    var jobs = ProcessInfo.processInfo.activeProcessorCount

    @Option(name: .long, help: "Where failures are kept.")
    var folder = ".build/fuzz"

    @Option(name: .long, help: "The number of the first file.")
    var first = 0

    // What a process of its own is told.
    @Option(name: .long, help: .hidden)
    var progress: String?

    func run() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if let progress { return try read(progress: progress) }
        var formats = try FuzzFormat.all()
        if let format {
            guard let wanted = formats.first(where: { $0.name == format }) else {
                let names = formats.map(\.name).joined(separator: ", ")
                throw ValidationError("There is no format \(format); there are \(names).")
            }
            formats = [wanted]
        }
        let session = FuzzSession(
            formats, count: count, first: first, seed: seed, folder: URL(filePath: folder))
        let isClean = try session.run(jobs: max(1, jobs))
        if !isClean { throw ExitCode.failure }
    }

    /// The files of one process: says which one it reads, and at the end what came of them.
    private func read(progress: String) throws {
        guard let name = format, let format = try FuzzFormat.all().first(where: { $0.name == name }) else {
            throw ValidationError("There is no such format.")
        }
        try checkMeter()
        thaw_memory_meter_limit(1 << 32)
        let mark = try ProgressMark(progress)
        Watchdog.start(mark)
        let run = FuzzRun(
            format, seed: seed, folder: URL(filePath: progress).deletingLastPathComponent(),
            meter: FuzzRun.Meter(
                reset: { thaw_memory_meter_reset() }, peak: { Int(clamping: thaw_memory_meter_peak()) }))
        let report = try run.read(first..<first + count) { mark.write($0) }
        FileHandle.standardOutput.write(try JSONEncoder().encode(report))
    }

    /// A meter that sees nothing would find nothing.
    private func checkMeter() throws {
        guard thaw_memory_meter_works() != 0 else { return }
        thaw_memory_meter_reset()
        let some = [UInt8](repeating: 1, count: 1 << 20)
        guard thaw_memory_meter_peak() >= some.count else {
            throw ValidationError("Memory is not measured: malloc is not the meter's.")
        }
    }
}
