import ArgumentParser
import Foundation
import Thaw

/// `thaw demo`: a transfer with frozen Batch Normalization, in the three ways that Keras had.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Show on real data what frozen Batch Normalization does to transfer learning.",
        discussion: """
            Trains a small network on eight classes of Fashion-MNIST and transfers it to sandals against shirts with \
            200 images, three times from the same start: once for each way in which Keras treated frozen Batch \
            Normalization. Prints a table and a verdict, and writes results.json and report.html. Takes about a minute \
            on two cores.
            """)

    @Option(name: .long, help: ArgumentHelp("The folder for results.json and report.html.", valueName: "dir"))
    var output = "thaw-demo"

    // Unconditional: -1 is a wrong number and not an option.
    @Option(
        name: .long, parsing: .unconditional,
        help: "Where random numbers start from; the same seed gives the same numbers. (default: 1)",
        transform: WholeNumber.from(0...UInt64.max))
    var seed: UInt64 = 1

    @Flag(name: .long, help: "Train on fewer images, in seconds.")
    var quick = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            The folder with Fashion-MNIST's four files; nowhere else is looked then. Without it they are looked for in \
            $THAW_DATA, the system's data sets and the cache, and downloaded from the publisher if they are in none of these.
            """,
            valueName: "dir"))
    var data: String?

    func validate() throws {
        guard !output.isEmpty else { throw ValidationError("--output needs the name of a folder.") }
        guard data != "" else { throw ValidationError("--data needs the name of a folder.") }
    }

    func run() async throws {
        let folder = try OutputFolder(path: output)
        defer { folder.removeIfEmpty() }
        let (data, seed, quick) = (data, seed, quick)
        let work = Task.detached { try DemoRun(data: data, seed: seed, quick: quick).run() }
        let interruption = Interruption { work.cancel() }
        defer { interruption.end() }
        do {
            let report = try await work.value
            try folder.write(report)
            print("\nWrote \(folder.results.path) and \(folder.report.path).")
        } catch is CancellationError {
            FileHandle.standardError.write(Data("\nInterrupted. No file was written.\n".utf8))
            throw ExitCode(130)
        }
    }
}
