public import ThawTensor

extension Model {
    /// Monte-Carlo dropout (Gal and Ghahramani 2016, "Dropout as a Bayesian Approximation"): the mean and the standard
    /// deviation of many predictions in which every random layer (Dropout, AlphaDropout, noise) is live, and everything
    /// else, Batch Normalization too, is in inference.
    ///
    /// ```swift
    /// let prediction = try model.predict(x, samples: 100)
    /// print(prediction.mean, prediction.deviation)
    /// ```
    ///
    /// A batch is computed `samples` times in one execution; what comes before the first random layer is computed once. A
    /// sample's random numbers depend on its place in the data, and neither on the batch size nor on what else is in the data; its
    /// result depends on these only by rounding, since products of other sizes add up in another order.
    ///
    /// - Parameters:
    ///   - x: the inputs, samples on axis 0.
    ///   - samples: how many predictions are drawn for each, at least 1; times the batch size less than 2^31.
    ///   - batchSize: how many of the data's samples are computed at once; memory is for `samples` times as many.
    ///   - seed: of the random numbers; the model's if nil. The same seed gives the same bits.
    ///   - verbosity: how much is printed.
    ///   - callbacks: code to run between the steps.
    /// - Throws: `TrainingError` for arguments and data that do not fit.
    public func predict(
        _ x: Tensor, samples: Int, batchSize: Int = 32, seed: UInt64? = nil, verbosity: Verbosity = .silent,
        callbacks: [Callback] = []
    ) throws -> MonteCarloPrediction {
        try predict(
            Dataset(x), samples: samples, batchSize: batchSize, seed: seed, verbosity: verbosity,
            callbacks: callbacks)
    }

    /// The same for a data set, whose targets are left aside.
    public func predict(
        _ data: Dataset, samples: Int, batchSize: Int = 32, seed: UInt64? = nil,
        verbosity: Verbosity = .silent, callbacks: [Callback] = []
    ) throws -> MonteCarloPrediction {
        guard samples >= 1 else {
            throw TrainingError.invalidArgument("predict: samples is \(samples); it must be at least 1.")
        }
        try FitOptions.check(batchSize: batchSize, call: "predict")
        let rows = min(batchSize, max(1, data.count)).multipliedReportingOverflow(by: samples)
        guard !rows.overflow, rows.partialValue <= Int(Int32.max) else {
            throw TrainingError.invalidArgument(
                "predict: samples is \(samples), for batches of \(min(batchSize, data.count)); together they make more than "
                    + "\(Int32.max) rows. Choose fewer samples, 100 are usual, or a smaller batchSize.")
        }
        let results = try runPrediction(
            data, kind: .sample(samples), batchSize: batchSize, liveRandomness: .all, seed: seed ?? self.seed,
            verbosity: verbosity, callbacks: callbacks)
        guard results.count == 2 else {
            throw TrainingError.invalidArgument(
                "predict(samples:): model \(name) has \(results.count / 2) outputs; make a model of the one to look at."
            )
        }
        return MonteCarloPrediction(mean: results[0], deviation: results[1], samples: samples)
    }
}
