import ArgumentParser
import Foundation
import Thaw
import ThawFormats

/// `thaw doctor`: why a model in a file does otherwise in inference than in training.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Find out why a model does worse in inference than in training.",
        discussion: """
            MODEL is a .keras file or a whole-model .h5, DATA what thaw evaluate takes. The model is called in inference and in \
            training mode on the same data, and the moving statistics of each Batch Normalization are compared with the data's own. \
            The likeliest cause is named with what speaks for it, and what helps: frozen layers that run on batch statistics, statistics \
            of another domain or of too few updates, batches too small, other preprocessing, dropout, or nothing. Give data that the \
            model ought to do well on; some hundreds of samples suffice.
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
        name: .long, parsing: .unconditional,
        help: "How many samples are looked at, the first ones; all by default.",
        transform: WholeNumber.from(2...Int.max))
    var samples: Int?

    @Option(
        name: .customLong("report"),
        help: ArgumentHelp(
            "Write a page with a map of the drift over the model's depth.", valueName: "file.html"))
    var page: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Give all Batch Normalizations the statistics of the data, and write the model here.",
            valueName: "file.keras"))
    var recalibrate: String?

    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp(
            "As how many samples the old statistics count in --recalibrate. (default: 0)",
            valueName: "samples"))
    var sourceWeight: Double?

    @OptionGroup var options: InputOptions
    @OptionGroup var report: ReportOptions

    func validate() throws {
        guard options.batchSize >= 2 else {
            throw ValidationError("--batch-size must be 2 or more: one sample has no statistics.")
        }
        guard sourceWeight == nil || recalibrate != nil else {
            throw ValidationError("--source-weight goes with --recalibrate.")
        }
        if let sourceWeight, !(sourceWeight >= 0 && sourceWeight.isFinite) {
            throw ValidationError("--source-weight must be 0 or more.")
        }
        if let recalibrate, !recalibrate.hasSuffix(".keras") {
            throw ValidationError("--recalibrate \(recalibrate): the file's name must end in .keras.")
        }
    }

    func run() throws {
        let pageFile = try page.map { try OutputFile(path: $0, option: "--report") }
        let modelFile = try recalibrate.map { try OutputFile(path: $0, option: "--recalibrate") }
        let goals = try EvaluationGoals(loss: loss, metrics: nil)
        let file = try ModelFile(model, compiled: true)
        try goals.compile(file)
        let data = try dataset(for: file.model)
        let diagnosis = try file.model.diagnose(data, batchSize: options.batchSize)
        var result = DoctorReport(model: model, data: self.data, diagnosis: diagnosis)
        if modelFile != nil, let recalibrate {
            try file.model.recalibrate(
                on: data, sourceWeight: sourceWeight ?? 0, batchSize: options.batchSize)
            result.recalibrated = recalibrate
            result.afterRecalibration = try file.model.evaluate(
                data, batchSize: options.batchSize, verbosity: .silent
            ).values
            try file.model.save(to: URL(fileURLWithPath: recalibrate))
        }
        try pageFile?.write(Array(DoctorPage(report: result).html.utf8))
        try report.show(result, text: \.text)
    }

    private func dataset(for model: Model) throws -> Dataset {
        let data = try EvaluationData(data, for: model, labels: labels, split: split, target: target)
        let inputs = try options.prepared(data.inputs)
        let targets = try zip(data.targets, zip(model.losses, model.outputShapes ?? [])).map {
            target, output in
            try output.0.map { try TargetShape.fit(target, loss: $0, outputShape: output.1) } ?? target
        }
        let all = try Dataset(inputs: inputs, targets: targets)
        return samples.map { all.prefix($0) } ?? all
    }
}

/// What `thaw doctor` found.
struct DoctorReport: Codable {
    let model: String
    let data: String
    let diagnosis: Diagnosis
    /// The file that the recalibrated model was written to.
    var recalibrated: String?
    /// Its loss and metrics on the same data.
    var afterRecalibration: [String: Double]?

    var text: String {
        var lines = ["\(PlainText.of(model)) on \(PlainText.of(data))", PlainText.ofLines(diagnosis.text)]
        if let recalibrated, let afterRecalibration {
            let numbers = afterRecalibration.sorted { $0.key < $1.key }.map {
                "\($0.key) \(NumberText.short($0.value))"
            }
            lines.append("")
            lines.append("Recalibrated, in \(PlainText.of(recalibrated)): \(numbers.joined(separator: ", "))")
        }
        return lines.joined(separator: "\n")
    }
}

extension PlainText {
    /// The same for a text of several lines.
    static func ofLines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { of(String($0)) }.joined(
            separator: "\n")
    }
}
