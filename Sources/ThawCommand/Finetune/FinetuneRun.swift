import Foundation
import Thaw
import ThawFormats
import ThawVision

/// A fine-tuning from the folder of pictures to the report, with what is printed on the way.
struct FinetuneRun: Sendable {
    let plan: FinetunePlan
    /// How `fit` shows its progress.
    var verbosity = Verbosity.automatic

    /// Does it all, and writes the model, the results and the page.
    ///
    /// - Throws: `CancellationError` when the task is cancelled; what is wrong with the folder, its pictures or the weights.
    func run(into output: OutputFolder) throws -> FinetuneReport {
        let start = ContinuousClock.now
        let weights = plan.weights.map { URL(fileURLWithPath: $0) }
        let choice = try BackboneChoice(backbone: plan.backbone, alpha: plan.alpha, weights: weights)
        let size = plan.size ?? choice.backbone.imageSize
        let data = try readable { try FinetuneData(plan, size: size) }
        try Task.checkCancellation()
        say(FinetuneText.data(data, folder: plan.folder))
        let base = try choice.network(size: size, weights: weights, seed: plan.seed)
        let network = FinetuneReport.Network(
            name: choice.title, size: size, weights: plan.weights,
            preprocessing: base.preprocessing?.description ?? "pixel", layers: base.layers.count,
            parameters: base.parameterCount)
        say(FinetuneText.network(network))
        let training = try FinetuneTraining(
            on: base, title: choice.title, data: data, plan: plan, verbosity: verbosity)
        let report = try readable {
            let (phases, kept) = try training.run { say("\n\($0)") }
            let found = ValidationFindings(try training.validationPredictions(), data: data)
            return FinetuneReport(
                plan: plan, network: network, classNames: data.classNames,
                trainingPictures: data.train.count, validationPictures: data.validation.count, phases: phases,
                kept: phases[kept].name, validation: found.score,
                validationTrainingMode: plan.policy == .automatic ? nil : try training.scoreInTrainingMode(),
                classes: found.classes(trainingPictures: data.counts(data.train)), confusion: found.confusion,
                mistakes: found.mistakes,
                broken: data.folder.broken.map {
                    FinetuneReport.BrokenPicture(file: $0.url.path, reason: $0.error.description)
                }, versions: ToolVersion.versions, seconds: (ContinuousClock.now - start) / .seconds(1))
        }
        try Task.checkCancellation()
        try training.model.save(to: output.model)
        try output.write(
            results: Array((try JSONText.of(report) + "\n").utf8), page: FinetunePage(report: report).html)
        say("\n" + FinetuneText.summary(report))
        return report
    }

    /// Says of a picture that cannot be read what can be done.
    private func readable<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as FormatError where !plan.skipsBrokenPictures {
            throw ToolError("\(error) Or leave such pictures out: --broken skip.")
        }
    }

    private func say(_ text: String) {
        guard verbosity != .silent else { return }
        print(text)
        // Lines should come when they are said, also into a file or a pipe.
        fflush(nil)
    }
}
