import Foundation
import ThawFormats
import ThawTensor

/// Writes the course of training to files that TensorBoard shows: `tensorboard --logdir logs`.
///
/// As Keras does, training goes to the folder `train` and validation to `validation`:
///
/// | name | step | when |
/// |---|---|---|
/// | `epoch_loss`, `epoch_accuracy`, ... in both folders | the epoch, from 0 | at the end of each epoch |
/// | `epoch_learning_rate` | the epoch | the same |
/// | `batch_loss`, ..., `batch_learning_rate` | the optimizer's steps, from 1 | as `updateFrequency` says |
/// | `evaluation_loss_vs_iterations`, ... in `validation` | the optimizer's steps | after each validation or evaluation |
/// | `hidden/kernel/histogram`, ... | the epoch | as `histogramFrequency` says |
///
/// Values of batches are means from the start of the epoch, as callbacks get them. The graph of the model is not written.
public final class TensorBoard: Callback {
    /// How often values are written while an epoch runs.
    public enum UpdateFrequency: Sendable, Hashable {
        /// Only at its end.
        case epoch
        /// After each batch.
        case batch
        /// Whenever the optimizer has taken a multiple of so many steps.
        case steps(Int)
    }

    private let folder: URL
    private let histogramFrequency: Int
    private let updateFrequency: UpdateFrequency
    private var writers: [String: EventFileWriter] = [:]
    private var isTraining = false
    /// The rate and the number of the step at hand.
    private var step = (rate: 0.0, iterations: 0)

    /// Creates the callback.
    ///
    /// - Parameters:
    ///   - logDirectory: the folder, created if it is missing. Each `fit` adds files of its own; give each experiment a folder.
    ///   - histogramFrequency: after how many epochs a histogram of each parameter is written; 0 for never.
    ///   - updateFrequency: how often values are written while an epoch runs.
    public init(
        _ logDirectory: String = "logs", histogramFrequency: Int = 0,
        updateFrequency: UpdateFrequency = .epoch
    ) {
        folder = URL(fileURLWithPath: logDirectory)
        self.histogramFrequency = histogramFrequency
        self.updateFrequency = updateFrequency
        super.init()
    }

    override var addedLogs: [String]? { [] }

    public override func onTrainBegin() throws {
        guard histogramFrequency >= 0 else {
            throw TrainingError.invalidArgument(
                "TensorBoard's histogramFrequency is \(histogramFrequency); it must be 0, for never, or more."
            )
        }
        if case .steps(let count) = updateFrequency, count < 1 {
            throw TrainingError.invalidArgument(
                "TensorBoard's updateFrequency is .steps(\(count)); it must be at least 1.")
        }
        writers = [:]
        isTraining = true
        // A folder that cannot be written to is an error now and not after the first epoch.
        _ = try writer("train")
    }

    public override func onTrainBatchBegin(batch: Int) {
        guard updateFrequency != .epoch, let optimizer = model?.optimizer else { return }
        step = (optimizer.learningRate, optimizer.iterations)
    }

    public override func onTrainBatchEnd(batch: Int, logs: Logs) throws {
        guard updateFrequency != .epoch, let iterations = model?.optimizer?.iterations,
            iterations > step.iterations
        else { return }
        if case .steps(let count) = updateFrequency, iterations % count != 0 { return }
        let values =
            logs.ordered.map { ("batch_\($0.name)", $0.value) } + [("batch_learning_rate", step.rate)]
        try writer("train").write(scalars: values, step: iterations)
    }

    public override func onTestEnd(logs: Logs) throws {
        let values = logs.ordered.map { ("evaluation_\($0.name)_vs_iterations", $0.value) }
        try writer("validation").write(scalars: values, step: model?.optimizer?.iterations ?? 0)
        if !isTraining { try close() }
    }

    public override func onEpochEnd(epoch: Int, logs: Logs) throws {
        var (training, validation): ([(String, Double)], [(String, Double)]) = ([], [])
        for (name, value) in logs.ordered where name != "learning_rate" {
            if name.hasPrefix("val_") {
                validation.append(("epoch_\(name.dropFirst(4))", value))
            } else {
                training.append(("epoch_\(name)", value))
            }
        }
        if let rate = model?.optimizer?.learningRate { training.append(("epoch_learning_rate", rate)) }
        try writer("train").write(scalars: training, step: epoch)
        if !validation.isEmpty { try writer("validation").write(scalars: validation, step: epoch) }
        guard histogramFrequency > 0, epoch % histogramFrequency == 0 else { return }
        for (path, parameter) in model?.parameterPaths ?? [] {
            // Numbers that are not finite cannot be drawn; a parameter of nothing else is left out.
            guard let histogram = EventHistogram(of: parameter.value.floats) else { continue }
            try writer("train").write(histogram: histogram, name: "\(path)/histogram", step: epoch)
        }
    }

    public override func onTrainEnd(logs: Logs) throws {
        isTraining = false
        try close()
    }

    private func writer(_ name: String) throws -> EventFileWriter {
        if let writer = writers[name] { return writer }
        let writer = try EventFileWriter(folder: folder.appendingPathComponent(name))
        writers[name] = writer
        return writer
    }

    private func close() throws {
        let open = writers.values
        writers = [:]
        for writer in open { try writer.close() }
    }
}
