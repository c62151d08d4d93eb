/// Code that runs at fixed points of `fit`, `evaluate` and `predict`. Override the hooks you need.
///
/// Hooks run on the engine's thread while the caller of `fit` waits, so they may read and change the
/// model: set `model.stopTraining`, change the learning rate, freeze layers, read parameters. What a
/// hook throws ends the call and is thrown by it. Batches and epochs count from 0. What a callback has to remember is kept in its
/// own properties; variables of `main.swift` belong to another thread.
open class Callback {
    /// The model that is being trained; set for the time of the call. A call within another, such as an evaluation in a hook
    /// of `fit`, sets it for its own time.
    public internal(set) weak var model: Model?

    /// Whether the `fit` at hand goes on where another was stopped, by a checkpoint; set before `onTrainBegin`. If so, the
    /// first epoch may be one that had begun: it gets no second `onEpochBegin`.
    public internal(set) var isResuming = false

    /// Creates a callback.
    public init() {}

    /// The names that it may add to the logs of an epoch; nil if that cannot be known.
    var addedLogs: [String]? { nil }

    /// What the callback has to remember for its decisions to be the same in a `fit` that is stopped and goes on in another process; nil,
    /// the default, for nothing. Checkpoints keep it (`BackupAndRestore`, `Model.saveCheckpoint(to:)`); it is asked for
    /// between two batches or epochs.
    open var checkpointState: CallbackState? { nil }

    /// Takes back what `checkpointState` gave. Called after `onTrainBegin` in a `fit` that goes on; not if there was nothing.
    open func restore(checkpointState: CallbackState) throws {}

    /// Called before the first epoch.
    open func onTrainBegin() throws {}
    /// Called after the last epoch; `logs` are those of the last finished epoch.
    open func onTrainEnd(logs: Logs) throws {}
    /// Called before each epoch.
    open func onEpochBegin(epoch: Int) throws {}
    /// Called after each epoch, validation included; values set in `logs` enter the history.
    open func onEpochEnd(epoch: Int, logs: Logs) throws {}
    /// Called before each training step.
    open func onTrainBatchBegin(batch: Int) throws {}
    /// Called after each training step; `logs` are means from the start of the epoch, read when asked for.
    open func onTrainBatchEnd(batch: Int, logs: Logs) throws {}
    /// Called before an evaluation, also before the validation in `fit`.
    open func onTestBegin() throws {}
    /// Called after an evaluation.
    open func onTestEnd(logs: Logs) throws {}
    /// Called before each evaluation step.
    open func onTestBatchBegin(batch: Int) throws {}
    /// Called after each evaluation step.
    open func onTestBatchEnd(batch: Int, logs: Logs) throws {}
    /// Called before a prediction.
    open func onPredictBegin() throws {}
    /// Called after a prediction.
    open func onPredictEnd() throws {}
    /// Called before each prediction step.
    open func onPredictBatchBegin(batch: Int) throws {}
    /// Called after each prediction step.
    open func onPredictBatchEnd(batch: Int) throws {}
}
