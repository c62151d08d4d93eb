import ArgumentParser
import Foundation

/// `thaw convert`: the same model or weights in another format.
struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Write a model or weights in another format, which the ending of the new name says.",
        discussion: """
            \(Conversion.possible)

            A model keeps what it was compiled with and its optimizer's state in a .keras file. Tensors of weights files keep \
            their names and layouts; NumPy has no bfloat16, which becomes float32. The new file is written whole or not at all.
            """)

    @Argument(help: ArgumentHelp("The file to read; its contents say what it is.", valueName: "in"))
    var input: String

    @Argument(help: ArgumentHelp("The file to write.", valueName: "out"))
    var output: String

    @Flag(name: .long, help: "Replace the new file if there is one of its name.")
    var force = false

    @OptionGroup var dictionary: DictionaryOption
    @OptionGroup var inputShape: InputShapeOption
    @OptionGroup var report: ReportOptions

    func run() throws {
        let conversion = try Conversion(
            from: URL(fileURLWithPath: input), to: URL(fileURLWithPath: output), replacing: force,
            dictionary: dictionary.name, inputShape: inputShape.sizes)
        try report.show(conversion.run(), text: \.text)
    }
}
