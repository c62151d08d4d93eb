import ArgumentParser
import Foundation

/// `thaw weights`: the tensors of a file.
struct WeightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weights",
        abstract: "List the tensors of a file: shapes, types, minimum, maximum, mean, NaN and infinities.",
        discussion: """
            The file may be \(TensorFile.known); what it is its contents tell. Minimum, maximum and mean are those of the \
            finite numbers. Arrays of a model come in the order of its layers, with the optimizer's after them.
            """)

    @Argument(help: ArgumentHelp("The file.", valueName: "file"))
    var file: String

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Only tensors whose names fit, for example 'conv*/kernel' or '*.bn?.*'.", valueName: "glob"))
    var filter: String?

    @Option(name: .long, help: "The order: file, name or size.")
    var sort = WeightsReport.Order.file

    @OptionGroup var dictionary: DictionaryOption
    @OptionGroup var report: ReportOptions

    func run() throws {
        let file = try TensorFile(URL(fileURLWithPath: file), dictionary: dictionary.name)
        try report.show(WeightsReport(file, filter: filter, order: sort), text: \.text)
    }
}

extension WeightsReport.Order: ExpressibleByArgument {}
