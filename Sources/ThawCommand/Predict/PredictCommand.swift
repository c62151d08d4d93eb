import ArgumentParser
import Foundation
import ThawFormats

/// `thaw predict`: what a model in a file says about data in a file.
struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Run a model on data and print, or write, its outputs.",
        discussion: """
            MODEL is a .keras file or a whole-model .h5; INPUT is \(SampleFile.known), samples on axis 0. A .npz may hold \
            one array, x (or x_test), or one for each input of the model under its name. An axis of one channel is added \
            where the model wants it.

            Without --output the outputs are printed as CSV, a line for each sample, with all digits. Inputs go to the model \
            as they are, unless --scale or --normalize says otherwise.
            """)

    @Argument(help: "The model.")
    var model: String

    @Argument(help: "The data.")
    var input: String

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Write the outputs to this file: .npy, .csv, or .npz for several outputs.", valueName: "file"))
    var output: String?

    @Option(
        name: .long, parsing: .unconditional, help: "Print only the so many largest outputs of each sample.",
        transform: WholeNumber.from(1...1_000_000))
    var top: Int?

    @Option(
        name: .long,
        help: ArgumentHelp("The names of the outputs: a text with a line for each.", valueName: "file"))
    var labels: String?

    @OptionGroup var options: InputOptions
    @OptionGroup var report: ReportOptions

    func validate() throws {
        guard let output else { return }
        let endings = top == nil ? ["npy", "csv", "npz"] : ["csv"]
        let ending = URL(fileURLWithPath: output).pathExtension
        guard endings.contains(ending) else {
            let list = endings.map { ".\($0)" }.joined(separator: ", ")
            throw ValidationError(
                "--output needs a name that ends in \(list)\(top == nil ? "" : " with --top").")
        }
    }

    func run() throws {
        let file = try ModelFile(model, compiled: false)
        let inputs = try options.prepared(PredictionInputs(for: file.model, from: input).tensors)
        let prediction = try Prediction(
            file.model, inputs: inputs, batchSize: options.batchSize,
            labels: labels.map { try LabelNames($0) })
        if let output {
            try prediction.write(to: URL(fileURLWithPath: output), top: top)
            guard report.json else { return }
        }
        if report.json {
            Console.print(try JSONText.of(prediction.report(model: model, input: input, top: top)))
        } else {
            Console.current.result(try top.map { try prediction.topTable($0) } ?? prediction.csv())
        }
    }
}
