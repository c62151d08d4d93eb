import ArgumentParser
import Foundation
import Thaw

/// `thaw finetune`: a classifier of one's own pictures on a pretrained network.
struct FinetuneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "finetune",
        abstract: "Make a classifier from a folder of pictures and a pretrained network.",
        discussion: """
            FOLDER has a subfolder of JPEG or PNG files for each class, such as cats/1.jpg, or the folders train and val with \
            those in them. The network is frozen, its features of each picture are computed once, and a new head is trained on \
            them until the validation loss stops falling. With --unfreeze-blocks the last blocks are then trained too, at a \
            lower rate and with Batch Normalization still frozen; what tells more validation pictures right is kept.

            Writes model.keras, which Keras opens and `thaw predict model.keras photo.jpg` uses, results.json and report.html.
            """)

    @Argument(help: "The folder of pictures.")
    var folder: String

    @OptionGroup var options: FinetuneOptions

    @Option(
        name: .long,
        help: ArgumentHelp("The folder for model.keras, results.json and report.html.", valueName: "dir"))
    var output = "thaw-finetune"

    @OptionGroup var report: ReportOptions

    func validate() throws {
        guard !folder.isEmpty else { throw ValidationError("FOLDER needs the name of a folder.") }
        guard !output.isEmpty else { throw ValidationError("--output needs the name of a folder.") }
    }

    func run() async throws {
        let output = try OutputFolder(path: output)
        defer { output.removeIfEmpty() }
        let run = FinetuneRun(
            plan: options.plan(folder: folder), verbosity: report.json ? .silent : .automatic)
        let work = Task.detached { try run.run(into: output) }
        let interruption = Interruption { work.cancel() }
        defer { interruption.end() }
        do {
            let found = try await withTaskCancellationHandler {
                try await work.value
            } onCancel: {
                work.cancel()
            }
            if report.json {
                Console.print(try JSONText.of(found))
            } else {
                print("\nWrote \(output.model.path), \(output.results.path) and \(output.report.path).")
            }
        } catch is CancellationError {
            FileHandle.standardError.write(Data("\nInterrupted. No file was written.\n".utf8))
            throw ExitCode(130)
        }
    }
}
