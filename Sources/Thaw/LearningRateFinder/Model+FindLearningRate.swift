public import ThawTensor

extension Model {
    /// Trains with a learning rate that grows by one factor from batch to batch, records the loss of each, and puts everything
    /// back: weights, statistics, and the optimizer's state, count of steps and rate or schedule are what they were, to the bit,
    /// also when an error ends the search.
    ///
    /// ```swift
    /// let found = try model.findLearningRate(on: train, batchSize: 128)
    /// model.optimizer?.learningRate = found.suggestion ?? 1e-3
    /// ```
    ///
    /// A schedule of the optimizer is set aside meanwhile; clipping, weight decay and everything else of it stays in force.
    ///
    /// - Parameters:
    ///   - data: inputs, targets and, if wanted, a weight per sample.
    ///   - from: the rate of the first batch, above 0.
    ///   - to: the rate of the last, above `from`.
    ///   - batchSize: samples per step.
    ///   - epochs: how often the data is run through; there must be at least two batches in all.
    ///   - divergenceFactor: the search ends when the loss, a running mean over some ten batches, exceeds this many times its
    ///     best; the first ten are no measure; above 1, `.infinity` for never. A loss or gradient that is not finite ends it in any case.
    ///   - classWeights: how much samples of a class count in the loss; 1 for those not named. Classes that the model does
    ///     not know are refused.
    ///   - seed: where the order of samples and dropout start from; nil is the model's seed.
    ///   - callbacks: code to run between the steps. Those that set the learning rate, and `BackupAndRestore`, are
    ///     refused.
    /// - Returns: rates, losses and a suggestion.
    /// - Throws: `TrainingError.invalidArgument` for bounds that are not `0 < from < to`; otherwise as `fit`.
    public func findLearningRate(
        on data: Dataset, from: Double = 1e-5, to: Double = 10, batchSize: Int = 32, epochs: Int = 1,
        divergenceFactor: Double = 4, classWeights: [Int: Double]? = nil, seed: UInt64? = nil,
        callbacks: [Callback] = []
    ) throws -> LearningRateFinder.Result {
        let compilation = try compilation(for: "findLearningRate")
        try compilation.optimizer.check()
        try Self.checkSearch(from: from, to: to, epochs: epochs, divergenceFactor: divergenceFactor)
        try FitOptions.check(batchSize: batchSize, call: "findLearningRate")
        guard !training.isFitting else {
            throw TrainingError.invalidArgument(
                "findLearningRate: model \(name) is being fitted; call it before or after.")
        }
        guard !callbacks.contains(where: { $0 is BackupAndRestore }) else {
            throw TrainingError.invalidArgument(
                "findLearningRate: a search is not gone on with, and puts everything back; leave out BackupAndRestore."
            )
        }
        // What the search is to put back must exist before it.
        let feeder = try BatchFeeder(data, call: "findLearningRate", targetCount: compilation.goals.count)
        try prepare(for: feeder)
        let (steps, overflow) = feeder.steps(ofSize: batchSize).multipliedReportingOverflow(by: epochs)
        guard steps >= 2, !overflow else {
            throw TrainingError.invalidArgument(
                "findLearningRate: \(data.count) samples in batches of \(batchSize) make \(steps) steps; it takes at least 2, "
                    + "better 100. Choose a smaller batch size or more epochs.")
        }

        let optimizer = compilation.optimizer
        let before = (weights: weights, optimizer: optimizer.snapshot(), history: training.history)
        // A loaded checkpoint waits for the next call of fit, not for this one.
        let resumption = training.resumption
        training.resumption = nil
        defer { training.resumption = resumption }
        let recorder = LearningRateRecorder(divergenceFactor: divergenceFactor)
        let outcome = Swift.Result {
            optimizer.schedule = LearningRateRamp(
                from: from, to: to, firstStep: optimizer.iterations,
                steps: max(2, steps / optimizer.gradientAccumulationSteps))
            return try fit(
                data, batchSize: batchSize, epochs: epochs, classWeights: classWeights, verbosity: .silent,
                callbacks: [recorder] + callbacks, onNonFinite: .continue, seed: seed)
        }
        try setWeights(before.weights)
        try optimizer.restore(before.optimizer)
        training.history = before.history
        training.stopsTraining = false
        let history = try outcome.get()
        return LearningRateFinder.Result(
            rates: recorder.rates, losses: recorder.losses,
            end: recorder.end ?? (history.end == .stopped ? .stopped : .completed))
    }

    /// Finds a learning rate on tensors; see `findLearningRate(on:from:to:...)` for a data set.
    ///
    /// `x` are the inputs and `y` the targets, samples on axis 0.
    public func findLearningRate(
        on x: Tensor, _ y: Tensor, from: Double = 1e-5, to: Double = 10, batchSize: Int = 32, epochs: Int = 1,
        divergenceFactor: Double = 4, classWeights: [Int: Double]? = nil, seed: UInt64? = nil,
        callbacks: [Callback] = []
    ) throws -> LearningRateFinder.Result {
        try findLearningRate(
            on: Dataset(x, y), from: from, to: to, batchSize: batchSize, epochs: epochs,
            divergenceFactor: divergenceFactor, classWeights: classWeights, seed: seed, callbacks: callbacks)
    }

    private static func checkSearch(from: Double, to: Double, epochs: Int, divergenceFactor: Double) throws {
        guard from > 0, from < to, to.isFinite else {
            throw TrainingError.invalidArgument(
                "findLearningRate: the rate is to grow from \(from) to \(to); both must be above 0 and the second higher than "
                    + "the first, such as 1e-5 and 10.")
        }
        guard epochs >= 1 else {
            throw TrainingError.invalidArgument(
                "findLearningRate: epochs is \(epochs); it must be at least 1.")
        }
        guard divergenceFactor > 1 else {
            throw TrainingError.invalidArgument(
                "findLearningRate: divergenceFactor is \(divergenceFactor); it must be above 1, 4 is usual, .infinity for "
                    + "no end.")
        }
    }
}
