public import ThawTensor

extension Model {
    /// Gives every Batch Normalization the statistics of data, and leaves all weights as they are.
    ///
    /// The new statistics are those of the population: mean and variance of what reaches a layer over all of the data, when the layers
    /// before it have their new statistics already. So a layer can only be measured after those before it, and the data is run
    /// once for each layer of the longest chain of normalizations, each time only as far as that layer: a chain of `d` costs about
    /// `d / 2` calls of the model. In return the result is exact and does not depend on the order of the data or the size of the
    /// batches, but for rounding; sums are kept in double precision. (A cumulative average in a single pass, as for stochastic weight
    /// averaging, is cheaper and depends on both, since all layers then go by the statistics of their batch.)
    ///
    /// With little data the old statistics are better than nothing. `sourceWeight` counts them as so many samples: mean and
    /// variance become `(sourceWeight * old + n * new) / (sourceWeight + n)` (Schneider et al. 2020, "Improving robustness
    /// against common corruptions by covariate shift adaptation").
    ///
    /// ```swift
    /// let recalibration = try model.recalibrate(on: Dataset(newPhotos), sourceWeight: 16)
    /// try recalibration.undo()
    /// ```
    ///
    /// Frozen layers get new statistics too: calling this says so. A layer that is called several times gets the statistics of all
    /// its inputs together.
    ///
    /// - Parameters:
    ///   - data: inputs; targets are left aside.
    ///   - sourceWeight: as how many samples the old statistics count, 0 or more.
    ///   - batchSize: samples that are computed together.
    ///   - isIncluded: which layers get new statistics; all by default.
    /// - Returns: old and new statistics, and a way back.
    /// - Throws: `TrainingError` for arguments and data that do not fit, or statistics that are not finite; the model is then as it was.
    @discardableResult
    public func recalibrate(
        on data: Dataset, sourceWeight: Double = 0, batchSize: Int = 32,
        where isIncluded: (BatchNormalization) -> Bool = { _ in true }
    ) throws -> Recalibration {
        try FitOptions.check(batchSize: batchSize, call: "recalibrate")
        guard sourceWeight >= 0, sourceWeight.isFinite else {
            throw TrainingError.invalidArgument(
                "recalibrate: sourceWeight is \(sourceWeight); it is a number of samples, 0 or more.")
        }
        let feeder = try BatchFeeder(data, call: "recalibrate", targetCount: 0)
        try prepare(for: feeder)
        try PreprocessingCheck.check(data, for: self, call: "recalibrate")
        let run = RecalibrationRun(
            model: self, feeder: feeder, batchSize: batchSize, sourceWeight: sourceWeight)
        return try onEngine { isCancelled in try run.run(where: isIncluded, isCancelled: isCancelled) }
    }

    /// Recalibrates on a tensor of inputs; see `recalibrate(on:sourceWeight:batchSize:where:)` for a data set.
    @discardableResult
    public func recalibrate(on x: Tensor, sourceWeight: Double = 0, batchSize: Int = 32) throws
        -> Recalibration
    {
        try recalibrate(on: Dataset(x), sourceWeight: sourceWeight, batchSize: batchSize)
    }
}
