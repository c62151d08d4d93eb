import ArgumentParser
import Foundation
import Thaw
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

            Or INPUT is one or several pictures, JPEG or PNG: they are resized and prepared as the model says, and the classes \
            with the largest outputs are printed. Pictures that cannot be read are named, and the status is then 1.

            Without --output the outputs are printed as CSV, a line for each sample, with all digits. Inputs go to the model \
            as they are, unless --scale or --normalize says otherwise.
            """)

    @Argument(help: "The model.")
    var model: String

    @Argument(help: ArgumentHelp("The data, or pictures.", valueName: "input"))
    var inputs: [String]

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

    @OptionGroup var inputShape: InputShapeOption
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
        let file = try ModelFile(
            model, compiled: false, inputShape: inputShape.sizes,
            data: PicturePrediction.isMeant(by: inputs) ? nil : inputs[0])
        if PicturePrediction.isMeant(by: inputs) { return try predictPictures(file.model) }
        let input = inputs[0]
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
    private func predictPictures(_ network: Model) throws {
        let pictures = try PicturePrediction(
            network, files: inputs, batchSize: options.batchSize, preprocessing: options.preprocessing,
            labels: labels.map { try LabelNames($0) })
        for failure in pictures.failures { Console.remark(PlainText.of(failure.error)) }
        if let output { try pictures.write(to: URL(fileURLWithPath: output), top: top) }
        if report.json {
            Console.print(try JSONText.of(pictures.report(model: model, top: top)))
        } else if output == nil {
            Console.current.result(try pictures.table(top: top))
        }
        guard pictures.failures.isEmpty else {
            Console.remark(
                "\(NumberText.count(pictures.failures.count, "picture")) of \(inputs.count) could not be read"
            )
            throw ExitCode(1)
        }
    }
}
