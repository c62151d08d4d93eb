import ArgumentParser
import Foundation
import Thaw

/// `thaw evaluate`: loss and metrics of a model in a file on data in a file.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure loss and metrics of a model on labelled data.",
        discussion: """
            MODEL is a .keras file or a whole-model .h5. DATA is one of:

            - .npz with x and y, or x_test and y_test; for several inputs and outputs arrays under their names
            - IDX images with --labels FILE, or a folder with MNIST's standard names
            - CIFAR's binary format: a .bin file, or a folder with the standard names
            - CSV with numbers in every column, one of them the target
            - .npy with --labels FILE

            Class numbers become one-hot rows where the loss wants them. Inputs go to the model as they are, unless --scale or \
            --normalize says otherwise. In training mode Batch Normalization normalises as its layers say for fit, and dropout \
            is live; where it does much better than inference mode, the model that was trained is not the one that predicts.
            """)

    @OptionGroup var options: LabelledDataOptions

    @Option(
        name: .long,
        help: ArgumentHelp("The metrics, in Keras's names, in place of the file's.", valueName: "name,name"))
    var metrics: String?

    @Option(name: .long, help: "How the model is called: inference or training.")
    var mode = CallMode.inference

    /// A mode by its name.
    enum CallMode: String, ExpressibleByArgument, CaseIterable {
        case inference, training

        var mode: Mode { self == .training ? .training : .inference }
    }

    @Flag(name: .long, help: "Measure in inference and in training mode.")
    var bothModes = false

    @OptionGroup var report: ReportOptions

    func run() throws {
        let network = try options.loadModel(metrics: metrics)
        let result = try Evaluation(
            network, options.dataset(for: network),
            modes: bothModes ? [.inference, .training] : [mode.mode], batchSize: options.inputs.batchSize,
            files: (model: options.model, data: options.data))
        try report.show(result, text: \.text)
    }
}
