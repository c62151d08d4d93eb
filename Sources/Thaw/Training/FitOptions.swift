/// The arguments of `fit` besides the data.
struct FitOptions {
    var batchSize: Int
    var epochs: Int
    var initialEpoch: Int
    var shuffles: Bool
    var validationBatchSize: Int
    var validationFrequency: Int
    var verbosity: Verbosity
    var onNonFinite: NonFinitePolicy
    var seed: UInt64
    /// Where features of the frozen prefix are kept.
    var featureCache: FeatureCache

    /// Throws unless the numbers make sense.
    func check() throws {
        try Self.check(batchSize: batchSize, call: "fit")
        try Self.check(batchSize: validationBatchSize, call: "fit")
        guard epochs >= 0, initialEpoch >= 0 else {
            throw TrainingError.invalidArgument(
                "fit: epochs is \(epochs) and initialEpoch \(initialEpoch); neither may be negative.")
        }
        guard validationFrequency >= 1 else {
            throw TrainingError.invalidArgument(
                "fit: validationFrequency is \(validationFrequency); it must be at least 1, to validate after "
                    + "every epoch.")
        }
    }

    static func check(batchSize: Int, call: String) throws {
        guard batchSize > 0 else {
            throw TrainingError.invalidArgument(
                "\(call): the batch size is \(batchSize); it must be at least 1, 32 is usual.")
        }
    }
}
