/// How far the moving statistics of one Batch Normalization are from the data that it normalises.
///
/// What is in inference is measured on the batches that are run in every way: see ``Model/diagnose(_:batchSize:)``.
public struct NormalizationDrift: Sendable, Hashable, Codable {
    /// One channel.
    public struct Channel: Sendable, Hashable, Codable {
        /// Its place on the last axis.
        public let index: Int
        /// The data's mean less the moving one, in deviations of the moving variance.
        public let meanShift: Double
        /// The data's variance over the moving one.
        public let varianceRatio: Double
        /// The symmetric Kullback-Leibler divergence of the two normal distributions.
        public let divergence: Double
    }

    /// The layer's path in the model.
    public let path: String
    /// How many other normalizations lie before it, one after the other.
    public let level: Int
    /// Whether the layer is frozen.
    public let isFrozen: Bool
    /// What it normalises with in training: its setting.
    public let statistics: String
    /// Its momentum.
    public let momentum: Double
    /// Its number of channels.
    public let channels: Int
    /// The distances of the means over channels, without signs.
    public let meanShift: Spread
    /// The ratios of the variances over channels.
    public let varianceRatio: Spread
    /// The divergences over channels, in inference.
    public let divergence: Spread
    /// The divergences where every normalization goes by the batch.
    public let divergenceInTraining: Spread
    /// The channels that are furthest off, at most three.
    public let worst: [Channel]
    /// Channels whose input does not vary at all, in inference or by batch statistics.
    public let deadChannels: [Int]
    /// How many updates an optimizer that still knows has made of its gamma or beta; nil if none does.
    public let updates: Int?
    /// The weight that the first values still have in the moving statistics, from the count of updates: momentum to its power.
    public let initialShare: Double?
    /// That weight as the statistics themselves speak of it; nil where they say nothing.
    public let inferredInitialShare: Double?
}

extension NormalizationDrift {
    init(_ measure: NormalizationMeasure) {
        let (kept, seen) = (measure.moving, measure.inference.statistics)
        let divergences = seen.divergences(from: kept, epsilon: measure.epsilon)
        let all = kept.mean.indices.map { channel in
            Channel(
                index: channel,
                meanShift: (seen.mean[channel] - kept.mean[channel])
                    / (kept.variance[channel] + measure.epsilon).squareRoot(),
                varianceRatio: (seen.variance[channel] + measure.epsilon)
                    / (kept.variance[channel] + measure.epsilon),
                divergence: divergences[channel])
        }
        path = measure.path
        level = measure.level
        isFrozen = !measure.layer.isTrainable
        statistics = measure.layer.statistics.rawValue
        momentum = measure.layer.momentum
        channels = kept.mean.count
        meanShift = Spread(of: all.map { abs($0.meanShift) })
        varianceRatio = Spread(of: all.map(\.varianceRatio))
        divergence = Spread(of: divergences)
        divergenceInTraining = Spread(
            of: measure.batch.statistics.divergences(from: kept, epsilon: measure.epsilon))
        worst = Array(all.sorted { $0.divergence > $1.divergence }.prefix(3))
        let floor = measure.epsilon * 1e-5
        deadChannels = seen.variance.indices.filter {
            seen.variance[$0] < floor && measure.batch.variance[$0] < floor
        }
        updates = measure.updates
        initialShare = measure.updates.map { power(measure.layer.momentum, $0) }
        let shares = (0...50).map { Double($0) / 50 }
        let drifts = shares.map { measure.drift(withInitialShare: $0) }
        let best = shares.indices.min { drifts[$0] < drifts[$1] } ?? 0
        // Where the input looks like the first values, any share fits.
        inferredInitialShare = (drifts.max() ?? 0) - drifts[best] > 0.05 ? shares[best] : nil
    }
}

/// A number to a whole power.
private func power(_ base: Double, _ exponent: Int) -> Double {
    base <= 0 ? (exponent == 0 ? 1 : 0) : (base.logarithm * Double(exponent)).exponential
}
