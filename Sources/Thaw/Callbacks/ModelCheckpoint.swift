public import Foundation

/// Saves the model, or its weights alone, while training, at each epoch or when they are the best so far.
///
/// The file's name may hold numbers, as in Keras: `weights.{epoch:02d}-{val_loss:.2f}.safetensors`. `epoch` and `batch` count
/// from 1; `batch` is known when the callback saves by batches; every other name is one of the logs. Without such places the
/// file is replaced each time. It is written under another name first and then renamed, so that a crash leaves the last one
/// whole. Missing folders are created.
///
/// What is saved follows from the ending. `.keras` holds the whole model with its optimizer's state, as `model.save(to:)` writes it:
/// `Model.load(from:)` gives a model that trains on from there. `.safetensors` and the other endings of `model.saveWeights(to:)` hold
/// the weights alone, statistics included, which `model.loadWeights(from:)` takes back; this is Keras's
/// `save_weights_only=True`. Other endings, and a model that no `.keras` file
/// can hold, are refused before training.
public final class ModelCheckpoint: Callback {
    /// When the callback saves.
    public enum Frequency: Sendable, Hashable {
        /// After each epoch.
        case epoch
        /// After each so many batches, counted over epochs.
        case batches(Int)
    }

    private let path: String
    private let quantity: MonitoredQuantity
    private let saveBestOnly: Bool
    private var savesWholeModel: Bool { path.hasSuffix(".keras") }
    private let frequency: Frequency
    private var pattern: FileNamePattern?
    private var epoch = 0
    private var batchesSinceSaving = 0

    /// The best value of the metric so far, the initial threshold before the first; kept from one `fit` to the next.
    public private(set) var best: Double?
    /// The file that was written last; nil before the first.
    public private(set) var lastFile: URL?

    /// Creates the callback.
    ///
    /// - Parameters:
    ///   - path: the file, with places for numbers if wanted; its name ends in `.keras`, `.safetensors`, `.weights.h5`, `.h5` or `.npz`.
    ///   - monitor: the metric's name, `val_` before those of validation; looked at with `saveBestOnly` only.
    ///   - saveBestOnly: whether only models are saved whose metric is better than all before. NaN is never better.
    ///   - mode: which way the metric gets better; nil chooses by its name.
    ///   - saveFrequency: when to save. Between epochs metrics are means from the start of the epoch, and there are none of
    ///     validation.
    ///   - initialValueThreshold: with `saveBestOnly`, the value that the first must be better than; nil for none.
    public init(
        _ path: String, monitor: String = "val_loss", saveBestOnly: Bool = false, mode: MonitorMode? = nil,
        saveFrequency: Frequency = .epoch, initialValueThreshold: Double? = nil
    ) {
        self.path = path
        quantity = MonitoredQuantity(monitor, mode: mode)
        self.saveBestOnly = saveBestOnly
        frequency = saveFrequency
        best = initialValueThreshold
        super.init()
    }

    override var addedLogs: [String]? { [] }

    public override func onTrainBegin() throws {
        if case .batches(let count) = frequency, count < 1 {
            throw TrainingError.invalidArgument(
                "ModelCheckpoint's saveFrequency is .batches(\(count)); it must be at least 1.")
        }
        if let best, best.isNaN {
            throw TrainingError.invalidArgument(
                "ModelCheckpoint's initialValueThreshold is \(best); it must be a number.")
        }
        if savesWholeModel {
            // What no file can hold is an error now and not after the first epoch.
            if let model { _ = try KerasModelWriter().object(for: model) }
        } else {
            try WeightSaver.checkEnding(URL(fileURLWithPath: path), call: "ModelCheckpoint")
        }
        let pattern = try FileNamePattern(path, callback: "ModelCheckpoint")
        if let known = model?.training.logNames {
            let isEpoch = frequency == .epoch
            try pattern.check(
                counts: isEpoch ? ["epoch"] : ["epoch", "batch"], values: isEpoch ? known.epoch : known.batch)
        }
        if saveBestOnly, frequency == .epoch { try quantity.check(model: model, callback: "ModelCheckpoint") }
        // A folder that cannot be written to is an error now and not after the first epoch.
        if let folder = pattern.fixedFolder { try Self.prepare(folder, for: "ModelCheckpoint") }
        self.pattern = pattern
    }

    public override func onEpochBegin(epoch: Int) { self.epoch = epoch }

    public override func onTrainBatchEnd(batch: Int, logs: Logs) throws {
        guard case .batches(let count) = frequency else { return }
        batchesSinceSaving += 1
        guard batchesSinceSaving >= count else { return }
        batchesSinceSaving = 0
        try save(counts: [("epoch", epoch + 1), ("batch", batch + 1)], logs: logs)
    }

    public override func onEpochEnd(epoch: Int, logs: Logs) throws {
        guard frequency == .epoch else { return }
        try save(counts: [("epoch", epoch + 1)], logs: logs)
    }

    public override var checkpointState: CallbackState? {
        var state = CallbackState()
        (state[integer: "epoch"], state[integer: "batches"]) = (epoch, batchesSinceSaving)
        (state[number: "best"], state[text: "file"]) = (best, lastFile?.path)
        return state
    }

    public override func restore(checkpointState state: CallbackState) throws {
        epoch = try state.integer("epoch", of: "ModelCheckpoint")
        batchesSinceSaving = try state.integer("batches", of: "ModelCheckpoint")
        (best, lastFile) = (state[number: "best"], state[text: "file"].map { URL(fileURLWithPath: $0) })
    }

    private func save(counts: [(name: String, value: Int)], logs: Logs) throws {
        guard let model, let pattern else { return }
        let value =
            saveBestOnly ? try quantity.value(in: logs, model: model, callback: "ModelCheckpoint") : nil
        // An epoch without validation cannot be the best.
        if saveBestOnly, value == nil { return }
        // The name first: a mistake in it shows at the first epoch, better or not.
        let file = URL(fileURLWithPath: try pattern.filled(counts: counts, values: logs.ordered))
        if let value, !quantity.isBetter(value, than: best ?? quantity.worst) { return }
        try Self.prepare(file.deletingLastPathComponent(), for: "ModelCheckpoint")
        if savesWholeModel { try model.save(to: file) } else { try model.saveWeights(to: file) }
        (best, lastFile) = (value ?? best, file)
    }

    /// Creates a folder if it is missing, and throws unless it can be written to.
    static func prepare(_ folder: URL, for callback: String) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw TrainingError.invalidArgument(
                "\(callback) cannot create the folder \(folder.path): \(error.localizedDescription) Choose a folder that can "
                    + "be written to.")
        }
        guard access(folder.path, W_OK | X_OK) == 0 else {
            throw TrainingError.invalidArgument(
                "\(callback) cannot write to the folder \(folder.path). Change its permissions or choose another."
            )
        }
    }
}
