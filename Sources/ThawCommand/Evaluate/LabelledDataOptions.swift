import ArgumentParser
import Thaw

/// The arguments of commands that look at a model on labelled data.
struct LabelledDataOptions: ParsableArguments {
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

    @OptionGroup var inputShape: InputShapeOption
    @OptionGroup var inputs: InputOptions

    /// The model, compiled as its file says or as the options do.
    ///
    /// - Parameter metrics: in Keras's names, in place of the file's.
    func loadModel(metrics: String? = nil) throws -> Model {
        let goals = try EvaluationGoals(loss: loss, metrics: metrics)
        let file = try ModelFile(model, compiled: true, inputShape: inputShape.sizes, data: data)
        try goals.compile(file)
        return file.model
    }

    /// The data, with inputs and targets as the model takes them.
    func dataset(for model: Model) throws -> Dataset {
        let data = try EvaluationData(data, for: model, labels: labels, split: split, target: target)
        let targets = try zip(data.targets, zip(model.losses, model.outputShapes ?? [])).map {
            target, output in
            try output.0.map { try TargetShape.fit(target, loss: $0, outputShape: output.1) } ?? target
        }
        return try Dataset(inputs: inputs.prepared(data.inputs), targets: targets)
    }
}

extension EvaluationData.Split: ExpressibleByArgument {}
