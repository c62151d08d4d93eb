import Thaw

/// Ends training after the first epoch whose value reaches a goal, and halves the learning rate after every other.
final class StopWhenGoodEnough: Callback {
    let name: String
    let goal: Double

    init(_ name: String, goal: Double) {
        self.name = name
        self.goal = goal
    }

    override func onEpochEnd(epoch: Int, logs: Logs) throws {
        logs["learning_rate"] = model?.optimizer?.learningRate
        if let value = logs[name], value >= goal {
            model?.stopTraining = true
        } else {
            model?.optimizer?.learningRate *= 0.5
        }
    }
}
