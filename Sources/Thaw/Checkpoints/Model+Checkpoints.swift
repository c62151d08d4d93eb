public import Foundation

extension Model {
    /// Writes everything that training depends on into one file, to go on from there later, in another process too, as if it
    /// had never been interrupted: the same bits.
    ///
    /// It holds parameters and statistics, which layers are frozen, the `statistics` of Batch Normalizations, the seed, the
    /// optimizer's slots (dormant ones of frozen layers too), counts of updates, gathered gradients, averages and learning
    /// rate, and the history; during `fit` also the epoch, the place in the epoch's order of samples, the metrics so far and
    /// the state of callbacks (`Callback.checkpointState`). The structure of the model, losses, metrics and data are not in
    /// it: they come from the code that made them. Nor are other settings that code changes while it trains; a callback puts
    /// them back from its state. To let it be saved by itself while training, see `BackupAndRestore`.
    ///
    /// Called from a callback of `fit`, it returns at once; the file is written when all callbacks have seen the batch or
    /// the epoch at hand, and `fit` throws what goes wrong then.
    ///
    /// ```swift
    /// try model.saveCheckpoint(to: URL(filePath: "training.checkpoint"))
    /// // Later, with a model made and compiled by the same code:
    /// try model.loadCheckpoint(from: URL(filePath: "training.checkpoint"))
    /// try model.fit(train, epochs: 50)
    /// ```
    ///
    /// - Parameter url: a file in a folder that exists. An old file stays whole until the new one is complete and synced.
    /// - Throws: `TrainingError.notCompiled`; `ModelError.notBuilt`; `FormatError` when the system refuses.
    public final func saveCheckpoint(to url: URL) throws {
        let compilation = try compilation(for: "saveCheckpoint")
        try ensureBuilt()
        guard !training.isFitting else {
            training.requestedCheckpoints.append(url)
            return
        }
        try Checkpoint(
            model: ModelState(of: self, optimizer: compilation.optimizer), fit: training.resumption?.fit,
            history: training.history
        ).write(to: url)
    }

    /// Brings the model, its optimizer and its history to where they were when a checkpoint was saved. If that was during
    /// `fit`, the next `fit` goes on at that epoch and batch; give it the same data and arguments, `epochs` may be more.
    /// Another `compile` or a `trainOnBatch` in between lets it begin a new course.
    ///
    /// - Parameters:
    ///   - url: a file of `saveCheckpoint(to:)` or `BackupAndRestore`.
    ///   - continuingFit: whether the next `fit` goes on where the one in the file was; false lets it begin a new course
    ///     with the model and the optimizer's state as they were. Its settings (`Optimizer.settings`, clipping, weight decay)
    ///     may then be others; what is set after loading is not compared.
    /// - Throws: `CheckpointError` for a checkpoint of another model or optimizer, and for one that is damaged; `FormatError`
    ///   for a file that cannot be read; `TrainingError.notCompiled`; `ModelError.notBuilt`. Nothing is changed then.
    public final func loadCheckpoint(from url: URL, continuingFit: Bool = true) throws {
        let compilation = try compilation(for: "loadCheckpoint")
        guard !training.isFitting else {
            throw TrainingError.invalidArgument(
                "loadCheckpoint: model \(name) is being fitted; a callback cannot load a checkpoint. Load it before fit, or "
                    + "give fit a BackupAndRestore.")
        }
        try ensureBuilt()
        let checkpoint = try Checkpoint(contentsOf: url, limit: largestCheckpoint)
        try checkpoint.model.check(
            self, optimizer: compilation.optimizer, file: url.path, comparesSettings: continuingFit)
        try checkpoint.model.apply(to: self, optimizer: compilation.optimizer)
        training.history = checkpoint.history
        training.resumption = checkpoint.fit.flatMap {
            continuingFit ? Resumption(file: url.path, fit: $0, history: checkpoint.history) : nil
        }
    }
}
