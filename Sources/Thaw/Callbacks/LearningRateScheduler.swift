/// Sets the learning rate at the beginning of each epoch.
///
/// At each epoch's end it adds `learning_rate` to the logs. An optimizer that has a schedule of its own is
/// refused. The function runs on the engine's thread, so it is `@Sendable`: it cannot use variables of `main.swift`.
public final class LearningRateScheduler: Callback {
    private let schedule: @Sendable (_ epoch: Int, _ rate: Double) throws -> Double

    /// A rate for each epoch, from 0.
    public init(_ schedule: @escaping @Sendable (_ epoch: Int) throws -> Double) {
        self.schedule = { epoch, _ in try schedule(epoch) }
        super.init()
    }

    /// A rate for each epoch, made from the rate at its beginning.
    public init(_ schedule: @escaping @Sendable (_ epoch: Int, _ rate: Double) throws -> Double) {
        self.schedule = schedule
        super.init()
    }

    override var addedLogs: [String]? { ["learning_rate"] }

    public override func onTrainBegin() throws {
        try model?.optimizer?.requireNoSchedule(beside: "LearningRateScheduler")
    }

    public override func onEpochBegin(epoch: Int) throws {
        guard let optimizer = model?.optimizer else { return }
        let rate = try schedule(epoch, optimizer.learningRate)
        try ScheduleChecks.rate(
            rate, "the rate that LearningRateScheduler's function gave for epoch \(epoch)")
        optimizer.learningRate = rate
    }

    public override func onEpochEnd(epoch: Int, logs: Logs) throws {
        logs["learning_rate"] = model?.optimizer?.learningRate
    }
}
