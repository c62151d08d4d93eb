/// The numbers that a diagnosis rests on. A *drift* is a mean over layers and channels of `log(1 + d)`, `d` the symmetric
/// Kullback-Leibler divergence between the moving statistics and the data's: 0 where they agree, 0.7 at a divergence of 1.
public struct DiagnosisEvidence: Sendable, Hashable, Codable {
    /// How many Batch Normalizations there are.
    public internal(set) var normalizations = 0
    /// How many of them are frozen.
    public internal(set) var frozen = 0
    /// How many are frozen and set to batch statistics.
    public internal(set) var frozenOnBatch = 0
    /// The drift where every normalization goes by the batch, as in training.
    public internal(set) var drift = 0.0
    /// The drift that chance alone would leave if training had used batches of the diagnosis' size.
    public internal(set) var expectedDrift = 0.0
    /// The share of the data's variance that lies between batches of the diagnosis' size, in the median layer's mean channel.
    public internal(set) var shareBetweenBatches = 0.0
    /// The drift in inference, where one layer's adds to the next one's.
    public internal(set) var driftInInference = 0.0
    /// The drift of normalizations before which there is no other.
    public internal(set) var driftOfFirst = 0.0
    /// The drift of frozen normalizations.
    public internal(set) var driftOfFrozen: Double?
    /// The drift of trainable normalizations.
    public internal(set) var driftOfTrainable: Double?
    /// The weight that the first values, such as 0 and 1, seem to have in the moving statistics.
    public internal(set) var initialShare = 0.0
    /// What is left of `drift` if they have it.
    public internal(set) var driftBesideInitialShare = 0.0
    /// One over the batch size of which the variances of the first normalizations speak.
    public internal(set) var batchShare = 0.0
    /// What is left of `driftOfFirst` if they come from such batches.
    public internal(set) var driftBesideBatchShare = 0.0
    /// Whether the first normalizations get vectors: one number for each sample and channel, so that all of a channel's variance lies
    /// between samples.
    public internal(set) var firstGetVectors = false
    /// The median over channels of the first normalizations of moving over own variance.
    public internal(set) var varianceRatioOfFirst = 1.0
    /// The median over those channels of the distance of the means in deviations.
    public internal(set) var meanShiftOfFirst = 0.0
    /// A known change of the inputs that would bring the first normalizations closest to their statistics; nil if none was tried.
    public internal(set) var change: String?
    /// What would be left of the drift after it.
    public internal(set) var driftAfterChange: Double?
    /// The scale of a change of the inputs that was fitted.
    public internal(set) var fittedScale: Double?
    /// The offset of that change.
    public internal(set) var fittedOffset: Double?
    /// What would be left of the drift after these.
    public internal(set) var driftAfterFit: Double?
    /// The greatest share that a live dropout layer drops.
    public internal(set) var dropout = 0.0
    /// How much was computed, as a multiple of calling the model once without fusion, by its products.
    public internal(set) var work = 0.0
}

extension DiagnosisEvidence {
    init(_ measures: [NormalizationMeasure]) {
        func mean(_ values: [Double]) -> Double {
            values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
        }
        let frozen = measures.filter { !$0.layer.isTrainable }
        let trainable = measures.filter(\.layer.isTrainable)
        let first = measures.filter { $0.level == 0 }
        normalizations = measures.count
        self.frozen = frozen.count
        frozenOnBatch = frozen.count { [.batch, .batchUpdating].contains($0.layer.statistics) }
        drift = mean(measures.map(\.drift))
        expectedDrift = mean(measures.map(\.expectedDrift))
        shareBetweenBatches =
            measures.isEmpty ? 0 : Spread(of: measures.map(\.shareBetweenBatches)).median
        firstGetVectors = !first.isEmpty && first.allSatisfy(\.getsVectors)
        driftInInference = mean(measures.map(\.driftInInference))
        driftOfFirst = mean(first.map(\.drift))
        driftOfFrozen = frozen.isEmpty ? nil : mean(frozen.map(\.drift))
        driftOfTrainable = trainable.isEmpty ? nil : mean(trainable.map(\.drift))
        let shares = (0...100).map { Double($0) / 100 }
        (initialShare, driftBesideInitialShare) = Self.best(shares) { share in
            mean(measures.map { $0.drift(withInitialShare: share) })
        }
        (batchShare, driftBesideBatchShare) = Self.best(shares) { share in
            mean(first.map { $0.drift(withBatchShare: share) })
        }
        let pairs = first.flatMap { measure in
            measure.moving.mean.indices.map { channel -> (ratio: Double, shift: Double) in
                let own = measure.batch.variance[channel]
                let kept = measure.moving.variance[channel]
                let shift = abs(measure.moving.mean[channel] - measure.batch.mean[channel])
                return (
                    (kept + measure.epsilon) / (own + measure.epsilon),
                    shift / (own + measure.epsilon).squareRoot()
                )
            }
        }
        if !pairs.isEmpty {
            varianceRatioOfFirst = Spread(of: pairs.map(\.ratio)).median
            meanShiftOfFirst = Spread(of: pairs.map(\.shift)).median
        }
    }

    /// The share for which a drift is least.
    private static func best(_ shares: [Double], _ drift: (Double) -> Double) -> (
        share: Double, drift: Double
    ) {
        var best = (share: 0.0, drift: drift(0))
        for share in shares.dropFirst() {
            let value = drift(share)
            if value < best.drift { best = (share, value) }
        }
        return best
    }

    /// Tries what would bring the inputs to where the first normalizations' statistics are.
    mutating func tryChanges(_ trial: InputTrial, _ measures: [NormalizationMeasure]) throws {
        let moving = measures.filter { $0.level == 0 }.map(\.moving)
        let tried = try trial.knownChanges.map { ($0, try trial.drift(after: $0, from: moving)) }
        if let best = tried.min(by: { $0.1 < $1.1 }) { (change, driftAfterChange) = (best.0.name, best.1) }
        guard let fitted = try trial.fitted(to: moving) else { return }
        (fittedScale, fittedOffset) = (fitted.scale, fitted.offset)
        driftAfterFit = try trial.drift(after: fitted, from: moving)
    }
}
