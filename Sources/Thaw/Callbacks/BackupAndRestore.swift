public import Foundation
import ThawFormats

/// Saves a checkpoint while training, and goes on from it when the same program is started again after it was stopped: by a
/// crash, an error, a cancelled task, a power failure.
///
/// ```swift
/// try model.fit(train, epochs: 50, callbacks: [BackupAndRestore(at: folder)])
/// ```
///
/// Training that was stopped and goes on gives the same bits as training that was never stopped: weights, statistics,
/// optimizer, history, decisions of callbacks; on the same machine with the same number of threads, as all bits do. See
/// `Model.saveCheckpoint(to:)` for what is kept. Where it goes on is printed in one line, as `verbosity` allows. At the end of
/// `fit` the checkpoint is deleted, as in Keras; what is killed after that, before the program has saved its model, is lost.
///
/// The file is replaced at once when a new one is complete and on the disk, so that whatever moment a process is killed at,
/// the last good checkpoint can be loaded; at most the steps since it are done again. When the task is cancelled, the state
/// after the batch at hand is saved once more.
///
/// `fit` must be given the same data and arguments again, apart from more epochs; data of another count, or with other samples
/// among the few that are compared, another batch size, other settings of the optimizer and so on are refused before anything is
/// changed. Give the
/// model a seed or not: the one of the first process is kept. Give each call of `fit` a folder of its own.
///
/// Callbacks that remember something save it by `Callback.checkpointState`. All of Thaw's do; a callback that goes on within
/// an epoch gets no second `onEpochBegin` for it.
public final class BackupAndRestore: Callback {
    /// The file that is written.
    public let file: URL
    private let folder: URL
    private let frequency: ModelCheckpoint.Frequency
    private let deletesCheckpoint: Bool
    private var batchesSinceSaving = 0

    private static let fileName = "backup.safetensors"

    /// Creates the callback.
    ///
    /// - Parameters:
    ///   - folder: where the checkpoint is kept, for nothing else; it is created if it is missing.
    ///   - saveFrequency: when to save: after each epoch, or after each so many batches, counted over epochs.
    ///   - deleteCheckpoint: whether the checkpoint is deleted when training has ended without an error. If not, the same
    ///     `fit` called again does nothing, or goes on if it is given more epochs.
    public init(
        at folder: URL, saveFrequency: ModelCheckpoint.Frequency = .epoch, deleteCheckpoint: Bool = true
    ) {
        self.folder = folder
        file = folder.appendingPathComponent(Self.fileName)
        frequency = saveFrequency
        deletesCheckpoint = deleteCheckpoint
        super.init()
    }

    public override func onTrainBegin() throws {
        if case .batches(let count) = frequency, count < 1 {
            throw TrainingError.invalidArgument(
                "BackupAndRestore's saveFrequency is .batches(\(count)); it must be at least 1.")
        }
        // A folder that cannot be written to is an error now and not after the first epoch.
        try ModelCheckpoint.prepare(folder, for: "BackupAndRestore")
        batchesSinceSaving = 0
        removeUnfinished()
    }

    /// Whether there is a checkpoint to go on from.
    var hasCheckpoint: Bool { FileManager.default.fileExists(atPath: file.path) }

    /// Counts a batch, or notes the end of an epoch; whether it is time to save.
    func isDue(afterEpoch: Bool) -> Bool {
        guard case .batches(let count) = frequency else { return afterEpoch }
        guard !afterEpoch else { return false }
        batchesSinceSaving += 1
        guard batchesSinceSaving >= count else { return false }
        batchesSinceSaving = 0
        return true
    }

    /// Removes the checkpoint if that is wanted, and the folder if nothing else is in it.
    func finish() {
        guard deletesCheckpoint else { return }
        try? FileManager.default.removeItem(at: file)
        removeUnfinished()
        rmdir(folder.path)
    }

    /// Removes what a process left that was killed while it wrote.
    private func removeUnfinished() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where name.hasPrefix(".\(Self.fileName).") && name.hasSuffix(".partial") {
            try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
        }
    }
}
