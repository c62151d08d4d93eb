/// Ends training at the first batch whose loss or gradients are infinite or NaN, as if it had been stopped by hand: the epoch
/// ends after that batch, callbacks see it, and `History.end` is `.stopped`.
///
/// It goes with `onNonFinite: .continue`, with which `fit` alone would leave the step out and go on. With `.throw`, the default,
/// `fit` throws before any callback sees the batch; with `.stop` it stops by itself, and the callback only notes where. The
/// weights never get an update that is not finite, and `History.skippedSteps` counts the one that was left out.
public final class TerminateOnNaN: Callback {
    /// Where training was ended, both counted from 0; nil if it was not.
    public private(set) var terminated: (epoch: Int, batch: Int)?
    private var epoch = 0

    /// Creates the callback.
    public override init() { super.init() }

    override var addedLogs: [String]? { [] }

    public override func onTrainBegin() { terminated = nil }

    public override func onEpochBegin(epoch: Int) { self.epoch = epoch }

    public override var checkpointState: CallbackState? {
        var state = CallbackState()
        state[integer: "epoch"] = epoch
        (state[integer: "terminated epoch"], state[integer: "terminated batch"]) = (
            terminated?.epoch, terminated?.batch
        )
        return state
    }

    public override func restore(checkpointState state: CallbackState) throws {
        epoch = try state.integer("epoch", of: "TerminateOnNaN")
        if let epoch = state[integer: "terminated epoch"], let batch = state[integer: "terminated batch"] {
            terminated = (epoch, batch)
        }
    }

    public override func onTrainBatchEnd(batch: Int, logs: Logs) {
        guard logs.isStepSkipped || logs.batchLoss?.isFinite == false else { return }
        terminated = (epoch, batch)
        model?.stopTraining = true
    }
}
