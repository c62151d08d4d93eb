import ThawTensor

/// Ends training when a metric has not become better for a while.
///
/// The best weights can be put back at the end: all parameters, statistics included.
public final class EarlyStopping: Callback {
    private let quantity: MonitoredQuantity
    private let patience: Int
    private let baseline: Double?
    private let restoresBestWeights: Bool
    private let startEpoch: Int

    /// The epoch after which training was stopped; nil if it was not.
    public private(set) var stoppedEpoch: Int?
    /// The epoch whose metric was best; nil before the first.
    public private(set) var bestEpoch: Int?
    /// The best value of the metric so far; nil before the first epoch that counts.
    public private(set) var best: Double?
    private var bestWeights: [Tensor]?
    private var epochsWithout = 0

    /// Creates the callback.
    ///
    /// - Parameters:
    ///   - monitor: the metric's name, `val_` before those of validation.
    ///   - minimumDelta: how much better a value must be to count, 0 or more.
    ///   - patience: the number of epochs without a better value after which training ends.
    ///   - mode: which way the metric gets better; nil chooses by its name.
    ///   - baseline: a value that must be reached within `patience` epochs; nil for none.
    ///   - restoreBestWeights: whether the weights of the best epoch are put back when training ends by this callback or by
    ///     itself.
    ///   - startFromEpoch: the first epoch that counts.
    public init(
        monitor: String = "val_loss", minimumDelta: Double = 0, patience: Int = 0, mode: MonitorMode? = nil,
        baseline: Double? = nil, restoreBestWeights: Bool = false, startFromEpoch: Int = 0
    ) {
        quantity = MonitoredQuantity(monitor, mode: mode, minimumDelta: minimumDelta)
        self.patience = patience
        self.baseline = baseline
        restoresBestWeights = restoreBestWeights
        startEpoch = startFromEpoch
        super.init()
    }

    override var addedLogs: [String]? { [] }

    public override func onTrainBegin() throws {
        try SettingCheck.count(patience, atLeast: 0, "EarlyStopping's patience")
        try SettingCheck.count(startEpoch, atLeast: 0, "EarlyStopping's startFromEpoch")
        try SettingCheck.notNegative(quantity.minimumDelta, "EarlyStopping's minimumDelta")
        if let baseline, !baseline.isFinite {
            throw TrainingError.invalidArgument(
                "EarlyStopping's baseline is \(baseline); it must be a number.")
        }
        try quantity.check(model: model, callback: "EarlyStopping")
        (stoppedEpoch, bestEpoch, best, bestWeights, epochsWithout) = (nil, nil, nil, nil, 0)
    }

    public override func onEpochEnd(epoch: Int, logs: Logs) throws {
        guard let value = try quantity.value(in: logs, model: model, callback: "EarlyStopping") else {
            return
        }
        guard epoch >= startEpoch, let model else { return }
        if restoresBestWeights, bestWeights == nil {
            // Something to go back to, should no epoch ever be better.
            (bestWeights, bestEpoch) = (model.weights, epoch)
        }
        epochsWithout += 1
        if quantity.isBetter(value, than: best ?? quantity.worst) {
            (best, bestEpoch) = (value, epoch)
            if restoresBestWeights { bestWeights = model.weights }
            // With a baseline only values beyond it buy time.
            if baseline.map({ quantity.isBetter(value, than: $0) }) ?? true { epochsWithout = 0 }
            return
        }
        if epochsWithout >= patience, epoch > 0 {
            stoppedEpoch = epoch
            model.stopTraining = true
        }
    }

    public override var checkpointState: CallbackState? {
        var state = CallbackState()
        (state[integer: "stopped"], state[integer: "best epoch"]) = (stoppedEpoch, bestEpoch)
        (state[number: "best"], state[integer: "without"]) = (best, epochsWithout)
        for (number, tensor) in (bestWeights ?? []).enumerated() { state[tensor: "\(number)"] = tensor }
        return state
    }

    public override func restore(checkpointState state: CallbackState) throws {
        (stoppedEpoch, bestEpoch) = (state[integer: "stopped"], state[integer: "best epoch"])
        best = state[number: "best"]
        epochsWithout = try state.integer("without", of: "EarlyStopping")
        guard restoresBestWeights, state[tensor: "0"] != nil, let model else { return }
        bestWeights = try model.allParameters.enumerated().map { number, parameter in
            guard let tensor = state[tensor: "\(number)"], tensor.shape == parameter.shape else {
                throw CallbackState.lacking("\(number)", of: "EarlyStopping")
            }
            return tensor
        }
    }

    public override func onTrainEnd(logs: Logs) throws {
        guard restoresBestWeights, let bestWeights, let model else { return }
        try model.setWeights(bestWeights)
    }
}
