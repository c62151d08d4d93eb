// What subclasses and callbacks refuse.
extension Optimizer {
    /// Refuses a callback that sets the learning rate beside a schedule, which it would end.
    func requireNoSchedule(beside callback: String) throws {
        guard schedule is Double else {
            throw TrainingError.invalidArgument(
                "\(callback) would replace the schedule \(type(of: schedule)) of the optimizer \(name); use one of the "
                    + "two.")
        }
    }

    func checkDecay(_ value: Double, _ setting: String) throws {
        guard (0..<1).contains(value) else {
            throw TrainingError.invalidArgument("\(name)'s \(setting) is \(value); it must lie in 0..<1.")
        }
    }

    func checkShare(_ value: Double, _ setting: String) throws {
        guard (0...1).contains(value) else {
            throw TrainingError.invalidArgument("\(name)'s \(setting) is \(value); it must lie in 0...1.")
        }
    }

    func checkEpsilon(_ value: Double) throws {
        guard value >= 0, value.isFinite else {
            throw TrainingError.invalidArgument(
                "\(name)'s epsilon is \(value); it must be a small number of 0 or more.")
        }
    }
}
