import ArgumentParser
import Foundation
import Thaw
import ThawFormats

/// `thaw summary`: what a file holds.
struct SummaryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary",
        abstract: "Print the layers of a model in a file, or the groups of a weights file.",
        discussion: """
            Of a .keras file and of a whole-model .h5 it prints the layers, who wrote the file, optimizer, loss, metrics and \
            the frozen layers. Of a file that holds weights only (\(TensorFile.known)) it lists the groups of tensors.
            """)

    @Argument(help: ArgumentHelp("The model or weights file.", valueName: "file"))
    var file: String

    @Option(name: .long, help: ArgumentHelp("Draw the model into this file, as SVG.", valueName: "file"))
    var svg: String?

    @OptionGroup var dictionary: DictionaryOption
    @OptionGroup var inputShape: InputShapeOption
    @OptionGroup var report: ReportOptions

    func validate() throws {
        if svg == "" { throw ValidationError("--svg needs the name of a file.") }
    }

    func run() throws {
        let url = URL(fileURLWithPath: file)
        let format = try FileFormat.detect(url)
        let holdsModel =
            try format == .keras || format == .hdf5 && SavedModel(HDF5File(url), file: file) != nil
        guard holdsModel else {
            guard svg == nil else {
                throw ToolError(
                    "\(file): the file holds weights only, so there is no model to draw by --svg.")
            }
            let weights = try TensorFile(url, dictionary: dictionary.name)
            return try report.show(WeightsSummary(weights), text: \.text)
        }
        guard dictionary.name == nil else {
            throw ToolError("\(file): --dictionary is for PyTorch's checkpoints, and this is a model.")
        }
        let model = try ModelFile(file, compiled: true, inputShape: inputShape.sizes)
        if let svg {
            try AtomicFile.write(Array(model.model.svg().utf8), to: URL(fileURLWithPath: svg))
        }
        try report.show(ModelSummary(model)) { "\(model.model.summaryText)\n\($0.text)" }
    }
}
