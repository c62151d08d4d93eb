import Foundation
import Thaw

/// What the rows of one seed share: images, and models that later rows go on with.
final class BookSession {
    /// Where random numbers start from.
    let seed: UInt64
    let images: BookImages
    /// How `fit` shows its progress.
    let verbosity: Verbosity
    /// Models that later rows go on with, by name, with what they gave.
    private var models: [String: (model: Sequential, run: RowRun)] = [:]

    init(seed: UInt64, images: BookImages, verbosity: Verbosity) {
        self.seed = seed
        self.images = images
        self.verbosity = verbosity
    }

    /// A model that several rows need, trained when the first of them asks for it.
    func shared(
        _ name: String, _ train: () throws -> (Sequential, RowRun)
    ) throws -> (model: Sequential, run: RowRun) {
        let result = try models[name] ?? train()
        models[name] = result
        return result
    }

    /// Trains a compiled model and records the last epoch.
    ///
    /// - Returns: `training` and, with validation data, `validation` loss and accuracy of the last epoch, steps and times, and
    ///   the curves.
    func fit(
        _ model: Model, _ data: Dataset, epochs: Int, batchSize: Int = 32, validation: Dataset? = nil,
        callbacks: [Callback] = [], curves: String? = nil
    ) throws -> RowRun {
        let start = ContinuousClock.now
        let history = try model.fit(
            data, batchSize: batchSize, epochs: epochs, validation: validation, validationBatchSize: 256,
            verbosity: verbosity, callbacks: callbacks)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        var run = RowRun()
        for (name, prefix) in [("training", ""), ("validation", "val_")] {
            run.values["\(name) loss"] = history["\(prefix)loss"].last
            run.values["\(name) accuracy"] = history["\(prefix)accuracy"].last
        }
        run.stepsPerEpoch = history.stepsPerEpoch
        run.millisecondsPerStep =
            1000 * seconds / Double(history.stepsPerEpoch * max(1, history.epochs.count))
        run.charts = Self.charts(history, title: curves ?? "")
        return run
    }

    /// Measures a model.
    func measure(_ model: Model, on data: Dataset, as name: String, into run: inout RowRun) throws {
        let result = try model.evaluate(data, batchSize: 256, verbosity: .silent)
        run.values["\(name) loss"] = result.loss
        run.values["\(name) accuracy"] = result["accuracy"]
    }

    private static func charts(_ history: History, title: String) -> [LineChart] {
        ["loss", "accuracy"].compactMap { name in
            guard history.epochs.count > 1, !history[name].isEmpty else { return nil }
            let curves = [("training", history[name]), ("validation", history["val_" + name])]
            return LineChart(
                title: title.isEmpty ? name : "\(title): \(name)", yLabel: name,
                epochs: curves.filter { !$0.1.isEmpty }.map { (name: $0.0, values: $0.1) })
        }
    }
}
