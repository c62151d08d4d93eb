/// Multiplies the learning rate by a factor when a metric has not become better for a while.
///
/// At each epoch's end it adds `learning_rate` to the logs. An optimizer that has a schedule of its own is refused.
public final class ReduceLROnPlateau: Callback {
    private let quantity: MonitoredQuantity
    private let factor: Double
    private let patience: Int
    private let cooldown: Int
    private let minimumRate: Double

    private var best = 0.0
    private var epochsWithout = 0
    private var coolingEpochs = 0

    /// Creates the callback.
    ///
    /// - Parameters:
    ///   - monitor: the metric's name, `val_` before those of validation.
    ///   - factor: what the rate is multiplied by, above 0 and below 1.
    ///   - patience: the number of epochs without a better value after which the rate falls, 0 or more.
    ///   - mode: which way the metric gets better; nil chooses by its name.
    ///   - minimumDelta: how much better a value must be to count.
    ///   - cooldown: the number of epochs after a fall that do not count, 0 or more.
    ///   - minimumRate: the rate does not fall below this, 0 or more.
    public init(
        monitor: String = "val_loss", factor: Double = 0.1, patience: Int = 10, mode: MonitorMode? = nil,
        minimumDelta: Double = 1e-4, cooldown: Int = 0, minimumRate: Double = 0
    ) {
        quantity = MonitoredQuantity(monitor, mode: mode, minimumDelta: minimumDelta)
        self.factor = factor
        self.patience = patience
        self.cooldown = cooldown
        self.minimumRate = minimumRate
        super.init()
    }

    override var addedLogs: [String]? { ["learning_rate"] }

    public override func onTrainBegin() throws {
        guard factor > 0, factor < 1 else {
            throw TrainingError.invalidArgument(
                "ReduceLROnPlateau's factor is \(factor); it must lie between 0 and 1.")
        }
        try SettingCheck.count(patience, atLeast: 0, "ReduceLROnPlateau's patience")
        try SettingCheck.count(cooldown, atLeast: 0, "ReduceLROnPlateau's cooldown")
        try SettingCheck.notNegative(minimumRate, "ReduceLROnPlateau's minimumRate")
        try SettingCheck.notNegative(quantity.minimumDelta, "ReduceLROnPlateau's minimumDelta")
        try quantity.check(model: model, callback: "ReduceLROnPlateau")
        try model?.optimizer?.requireNoSchedule(beside: "ReduceLROnPlateau")
        (best, epochsWithout, coolingEpochs) = (quantity.worst, 0, 0)
    }

    public override var checkpointState: CallbackState? {
        var state = CallbackState()
        state[number: "best"] = best
        (state[integer: "without"], state[integer: "cooling"]) = (epochsWithout, coolingEpochs)
        return state
    }

    public override func restore(checkpointState state: CallbackState) throws {
        guard let best = state[number: "best"] else {
            throw CallbackState.lacking("best", of: "ReduceLROnPlateau")
        }
        self.best = best
        epochsWithout = try state.integer("without", of: "ReduceLROnPlateau")
        coolingEpochs = try state.integer("cooling", of: "ReduceLROnPlateau")
    }

    public override func onEpochEnd(epoch: Int, logs: Logs) throws {
        guard let optimizer = model?.optimizer else { return }
        logs["learning_rate"] = optimizer.learningRate
        guard let value = try quantity.value(in: logs, model: model, callback: "ReduceLROnPlateau") else {
            return
        }
        if coolingEpochs > 0 {
            coolingEpochs -= 1
            epochsWithout = 0
        }
        if quantity.isBetter(value, than: best) {
            (best, epochsWithout) = (value, 0)
        } else if coolingEpochs == 0 {
            epochsWithout += 1
            if epochsWithout >= patience, optimizer.learningRate > minimumRate {
                optimizer.learningRate = max(optimizer.learningRate * factor, minimumRate)
                (coolingEpochs, epochsWithout) = (cooldown, 0)
            }
        }
    }
}
