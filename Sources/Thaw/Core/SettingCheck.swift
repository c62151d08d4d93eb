/// Checks of the settings of losses and metrics.
enum SettingCheck {
    /// Throws unless a value lies in `0...1`.
    ///
    /// - Parameter what: whose setting it is, for example `huber's delta`.
    static func share(_ value: Double, _ what: String) throws {
        guard (0...1).contains(value) else {
            throw TrainingError.invalidArgument("\(what) is \(value); it must lie in 0...1.")
        }
    }

    /// Throws unless a value is a number above 0.
    static func positive(_ value: Double, _ what: String) throws {
        guard value > 0, value.isFinite else {
            throw TrainingError.invalidArgument("\(what) is \(value); it must be a number above 0.")
        }
    }

    /// Throws unless a value is a number of 0 or more.
    static func notNegative(_ value: Double, _ what: String) throws {
        guard value >= 0, value.isFinite else {
            throw TrainingError.invalidArgument("\(what) is \(value); it must be a number of 0 or more.")
        }
    }

    /// Throws unless a whole number has at least a size.
    static func count(_ value: Int, atLeast least: Int, _ what: String) throws {
        guard value >= least else {
            throw TrainingError.invalidArgument("\(what) is \(value); it must be at least \(least).")
        }
    }
}
