import ThawTensor

/// Means and variances of channels, gathered batch by batch in double precision (Chan, Golub and LeVeque, 1979), so that the order
/// of the batches makes no difference beyond rounding.
struct ChannelMoments {
    /// The mean of each channel.
    private(set) var mean: [Double] = []
    private var squares: [Double] = []
    private var withinBatches: [Double] = []
    private var weight = 0.0

    /// The variance of each channel over everything, divided by n.
    var variance: [Double] { squares.map { weight > 0 ? max(0, $0 / weight) : 0 } }

    /// The mean of the variances that the batches have for themselves: what moving statistics follow.
    var varianceWithinBatches: [Double] { withinBatches.map { weight > 0 ? max(0, $0 / weight) : 0 } }

    /// How many batches were added.
    private(set) var batches = 0

    /// How many numbers each channel has had.
    var count: Double { weight }

    /// Over everything.
    var statistics: ChannelStatistics { ChannelStatistics(mean: mean, variance: variance) }

    /// Adds a batch.
    ///
    /// - Parameters:
    ///   - mean: the channels' means.
    ///   - variance: their variances, divided by n.
    ///   - count: how many numbers each channel has in it.
    mutating func add(mean batchMean: [Double], variance: [Double], count: Double) {
        if mean.isEmpty {
            mean = batchMean.map { _ in 0 }
            squares = mean
            withinBatches = mean
        }
        batches += 1
        let total = weight + count
        for channel in mean.indices {
            let difference = batchMean[channel] - mean[channel]
            mean[channel] += difference * count / total
            squares[channel] += variance[channel] * count + difference * difference * weight * count / total
            withinBatches[channel] += variance[channel] * count
        }
        weight = total
    }
}

/// A mean and a variance for each channel.
struct ChannelStatistics: Equatable {
    var mean: [Double]
    var variance: [Double]

    /// Each channel's symmetric Kullback-Leibler divergence from other statistics, both taken for normal distributions:
    /// `((v + d^2) / w + (w + d^2) / v) / 2 - 1`, `d` the difference of the means, and `epsilon` added to both variances.
    func divergences(from other: ChannelStatistics, epsilon: Double) -> [Double] {
        mean.indices.map { channel in
            let (v, w) = (variance[channel] + epsilon, other.variance[channel] + epsilon)
            let square = (mean[channel] - other.mean[channel]) * (mean[channel] - other.mean[channel])
            let value = ((v + square) / w + (w + square) / v) / 2 - 1
            return value.isFinite ? max(0, value) : .greatestFiniteMagnitude
        }
    }

    /// One number for all channels: the mean of `log(1 + divergence)`, in which no channel counts for everything.
    func drift(from other: ChannelStatistics, epsilon: Double) -> Double {
        guard !mean.isEmpty else { return 0 }
        let all = divergences(from: other, epsilon: epsilon)
        return all.reduce(0) { $0 + (1 + $1).logarithm } / Double(all.count)
    }

    /// A mixture by weight: `share` of these and the rest of others, means and variances each for themselves.
    func mixed(_ share: Double, with other: ChannelStatistics) -> ChannelStatistics {
        func mix(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { share * $0 + (1 - share) * $1 } }
        return ChannelStatistics(mean: mix(mean, other.mean), variance: mix(variance, other.variance))
    }
}
