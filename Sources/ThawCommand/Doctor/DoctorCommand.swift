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

    @OptionGroup var options: LabelledDataOptions

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

    @OptionGroup var report: ReportOptions

    func validate() throws {
        guard options.inputs.batchSize >= 2 else {
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
        let network = try options.loadModel()
        let all = try options.dataset(for: network)
        let data = samples.map { all.prefix($0) } ?? all
        let batchSize = options.inputs.batchSize
        let diagnosis = try network.diagnose(data, batchSize: batchSize)
        var result = DoctorReport(model: options.model, data: options.data, diagnosis: diagnosis)
        if modelFile != nil, let recalibrate {
            try network.recalibrate(on: data, sourceWeight: sourceWeight ?? 0, batchSize: batchSize)
            result.recalibrated = recalibrate
            result.afterRecalibration = try network.evaluate(
                data, batchSize: batchSize, verbosity: .silent
            ).values
            try network.save(to: URL(fileURLWithPath: recalibrate))
            for note in network.savingNotes { Console.remark("\(recalibrate): \(note)") }
        }
        try pageFile?.write(Array(DoctorPage(report: result).html.utf8))
        try report.show(result, text: \.text)
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
