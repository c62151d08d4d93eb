import ArgumentParser
import Foundation
import Thaw

/// `thaw book`: the published experiments, run again.
struct BookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "book",
        abstract: "Run a well-known book's experiments on training deep networks, and compare.",
        discussion: """
            Each row is trained with several seeds; its numbers are compared with those reported, within bands that say \
            why they are as wide as they are. Rows 1 to 25 need Fashion-MNIST, rows 26 to 31 CIFAR-10. All rows with three \
            seeds take an hour or more on two cores; finished rows are in the files at any time.

            Ends with status 1 if a quantity lies outside of its band.
            """)

    @Argument(help: "The rows to run; all by default.")
    var rows: [Int] = []

    @Flag(name: .long, help: "Print what the rows are, and end.")
    var list = false

    @Option(
        name: .long, parsing: .unconditional,
        help: "How often each row is trained, with seeds 1, 2 and so on; at most 100. (default: 3)",
        transform: WholeNumber.from(1...100))
    var seeds = 3

    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            The folder with the files of the data sets, or with folders fashion-mnist and cifar10 of them; nowhere else is \
            looked then. Without it they are looked for in $THAW_DATA, the system's data sets and the cache, and downloaded \
            from their publishers if they are in none of these.
            """,
            valueName: "dir"))
    var data: String?

    @Option(name: .long, help: ArgumentHelp("Write the numbers to this file.", valueName: "file"))
    var json: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Write a page with tables and pictures to this file.", valueName: "file"))
    var report: String?

    @Flag(name: .long, help: "Show the progress of each training.")
    var verbose = false

    func validate() throws {
        let known = BookRow.all.map(\.number)
        if let unknown = rows.first(where: { !known.contains($0) }) {
            throw ValidationError(
                "there is no row \(unknown); there are \(known.first ?? 1) to \(known.last ?? 1) (thaw book --list)."
            )
        }
        if let json, json == report { throw ValidationError("--json and --report name the same file.") }
        for (name, value) in [("data", data), ("json", json), ("report", report)] where value == "" {
            throw ValidationError("--\(name) needs a name.")
        }
    }

    func run() async throws {
        let chosen = BookRow.all.filter { rows.isEmpty || rows.contains($0.number) }
        guard !list else {
            print(BookText.list(chosen))
            return
        }
        let run = BookRun(
            rows: chosen, seeds: (1...UInt64(seeds)).map { $0 },
            data: data.map { URL(fileURLWithPath: $0, isDirectory: true) },
            json: try json.map { try OutputFile(path: $0, option: "--json") },
            page: try report.map { try OutputFile(path: $0, option: "--report") },
            verbosity: verbose ? .automatic : .silent)
        let work = Task.detached { try run.run() }
        let interruption = Interruption { work.cancel() }
        defer { interruption.end() }
        do {
            let report = try await work.value
            guard report.rows.allSatisfy(\.isInside) else { throw ExitCode(1) }
        } catch is CancellationError {
            FileHandle.standardError.write(Data("\nInterrupted. Finished rows are kept.\n".utf8))
            throw ExitCode(130)
        }
    }
}
