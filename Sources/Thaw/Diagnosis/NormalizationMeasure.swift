import ThawTensor

/// What was measured at one Batch Normalization.
struct NormalizationMeasure {
    let path: String
    let layer: BatchNormalization
    let level: Int
    /// What the layer keeps.
    let moving: ChannelStatistics
    /// What it kept before it was ever trained.
    let initial: ChannelStatistics
    /// Its input as it predicts.
    var inference = ChannelMoments()
    /// Its input where every normalization goes by the batch.
    var batch = ChannelMoments()
    /// The means that samples have for themselves, for a layer before which there is no other.
    var sampleMeans = ChannelMoments()
    /// How often its gamma or beta was updated by an optimizer that still knows.
    let updates: Int?

    init?(_ call: NormalizationCall, optimizer: Optimizer?) throws {
        guard let mean = call.layer.statisticParameters.first,
            let variance = call.layer.statisticParameters.last
        else { return nil }
        path = call.path
        layer = call.layer
        level = call.level
        moving = ChannelStatistics(mean: mean.value.doubles, variance: variance.value.doubles)
        func first(_ parameter: Parameter) throws -> [Double] {
            try parameter.initializer.tensor(shape: parameter.shape, seed: 0, path: call.path).doubles
        }
        initial = ChannelStatistics(mean: try first(mean), variance: try first(variance))
        updates = call.layer.parameters.filter { $0.role == .weight }.compactMap {
            optimizer?.slotValues(of: $0)?["iterations"].map { Int($0.item) }
        }.max()
    }

    var epsilon: Double { layer.epsilon }

    /// How far the moving statistics are from the batch's.
    var drift: Double { moving.drift(from: batch.statistics, epsilon: epsilon) }

    /// What chance leaves of drift where all is well: a batch's mean varies by what its variance lacks of the population's, and its
    /// variance about as much; the data averages over its batches, the moving statistics over `(1 + momentum) / (1 - momentum)`.
    var expectedDrift: Double {
        guard batch.batches > 1 else { return 0 }
        let averaged = (1 - layer.momentum) / (1 + layer.momentum) + 1 / Double(batch.batches)
        return 2 * shareBetweenBatches * averaged
    }

    /// The share of its input's variance that lies between batches, a mean over channels.
    var shareBetweenBatches: Double {
        let shares = zip(batch.variance, batch.varianceWithinBatches).map { ($0 - $1) / ($0 + epsilon) }
        return shares.reduce(0, +) / Double(max(1, shares.count))
    }

    /// Whether each sample gives it one number for each channel.
    var getsVectors: Bool { sampleMeans.count == batch.count }

    /// The same with what the layer gets as the model predicts.
    var driftInInference: Double { moving.drift(from: inference.statistics, epsilon: epsilon) }

    /// How far they are from a mixture of their first values, of weight `share`, and the batch's.
    func drift(withInitialShare share: Double) -> Double {
        let followed = ChannelStatistics(mean: batch.mean, variance: batch.varianceWithinBatches)
        return moving.drift(from: initial.mixed(share, with: followed), epsilon: epsilon)
    }

    /// How far they are from what batches of `1 / share` samples would have given.
    func drift(withBatchShare share: Double) -> Double {
        let between = sampleMeans.variance
        let variance = zip(batch.variance, between).map { max(0, $0 - $1 * share) }
        return moving.drift(
            from: ChannelStatistics(mean: batch.mean, variance: variance), epsilon: epsilon)
    }
}
