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

    @Argument(help: "The model.")
    var model: String

    @Argument(help: "The data: a file or a folder.")
    var data: String

    @Option(
        name: .long,
        help: ArgumentHelp("The targets of an IDX or .npy file, in IDX or .npy.", valueName: "file"))
    var labels: String?

    @Option(name: .long, help: "Which part of a folder or .npz to take: test or train.")
    var split = EvaluationData.Split.test

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The target's column in CSV: a name, or a number from 1; the last by default.",
            valueName: "column"))
    var target: String?

    @Option(name: .long, help: "The loss, in Keras's name, in place of the file's.")
    var loss: String?

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

    @OptionGroup var inputShape: InputShapeOption
    @OptionGroup var options: InputOptions
    @OptionGroup var report: ReportOptions

    func run() throws {
        let goals = try EvaluationGoals(loss: loss, metrics: metrics)
        let file = try ModelFile(model, compiled: true, inputShape: inputShape.sizes, data: data)
        try goals.compile(file)
        let data = try EvaluationData(
            data, for: file.model, labels: labels, split: split, target: target)
        let inputs = try options.prepared(data.inputs)
        let targets = try zip(data.targets, zip(file.model.losses, file.model.outputShapes ?? [])).map {
            target, output in
            try output.0.map { try TargetShape.fit(target, loss: $0, outputShape: output.1) } ?? target
        }
        let result = try Evaluation(
            file.model, Dataset(inputs: inputs, targets: targets),
            modes: bothModes ? [.inference, .training] : [mode.mode], batchSize: options.batchSize,
            files: (model: model, data: self.data))
        try report.show(result, text: \.text)
    }
}

extension EvaluationData.Split: ExpressibleByArgument {}
