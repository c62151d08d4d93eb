/// Names the causes that the evidence speaks for, the likeliest first.
///
/// Some causes predict what moving statistics would be beside the data's: a mixture with the first values, variances of small
/// batches, statistics of scaled inputs. What share of the drift a prediction explains is its strength. Rules and thresholds were
/// set on the trials of `thaw doctor-trial` but those of its last scoring.
struct DiagnosisRules {
    /// A drift below which statistics count as the data's. Noise of 300 vectors comes to 0.02.
    static let leastDrift = 0.035

    let evidence: DiagnosisEvidence
    let scores: [(own: ModeScores, inference: ModeScores)]
    let layers: [NormalizationDrift]

    private typealias Cause = (cause: DiagnosisCause, strength: Double)

    /// The findings; never empty.
    var findings: [Diagnosis.Finding] {
        var (found, isTied) = causes
        if found.isEmpty { found = [dropout ?? noisyStatistics ?? (.nothingWrong, 1)] }
        let words = DiagnosisWords(evidence: evidence, scores: scores, layers: layers)
        var result = found.map { cause, strength in
            Diagnosis.Finding(
                cause: cause, strength: min(1, max(0, strength)), evidence: words.evidence(for: cause),
                remedy: words.remedy(for: cause))
        }
        result[0].isTiedWithNext = isTied && result.count > 1
        return result
    }

    /// What Batch Normalization speaks for, and whether the first two leave the same evidence.
    private var causes: (found: [Cause], isTied: Bool) {
        let e = evidence
        guard e.normalizations > 0 else { return ([], false) }
        if e.frozenOnBatch > 0 { return ([(.frozenOnBatchStatistics, 1)], false) }
        if e.drift > Self.leastDrift, let share = knownInitialShare, share > 0.3,
            e.initialShare > 0.75 * share
        {
            return ([(.notConverged, share)], false)
        }
        let initial = explained(e.driftBesideInitialShare, of: e.drift)
        if e.drift > 0.03, (0.05...0.97).contains(e.initialShare), initial > 0.88,
            e.driftBesideInitialShare < 0.05
        {
            return ([(.notConverged, initial)], false)
        }
        let change = explained(e.driftAfterChange, of: e.driftOfFirst)
        let fit = explained(e.driftAfterFit, of: e.driftOfFirst)
        if e.driftOfFirst > Self.leastDrift, isPreprocessing(change: change, fit: fit) {
            // Where a head has learnt on batch statistics, these do as well on inputs of any scale.
            let learntOnBatches = e.frozen > 0 && fit < 0.99 && (lossRatio ?? 1) > 1.6
            let own: Cause = (.preprocessing, max(change, fit))
            return learntOnBatches ? ([own, (.frozenOnBatchStatistics, 0.6)], true) : ([own], false)
        }
        let batch = explained(e.driftBesideBatchShare, of: e.driftOfFirst)
        // Where a head has learnt on batch statistics, that is what does harm.
        if isOfSmallBatches(batch), e.frozen == 0 || (lossRatio ?? 1) < 1.02 {
            // The variances of vectors shrink as one, which noise in the data does to them too. That does harm in inference.
            guard e.firstGetVectors else { return ([(.batchTooSmall, batch)], false) }
            let both: [Cause] = [(.batchTooSmall, batch), (.otherDomain, 0.5)]
            return ((lossRatio ?? 1) < 1.12 ? both : both.reversed(), true)
        }
        guard e.drift > Self.leastDrift || e.driftOfFirst > Self.leastDrift else { return ([], false) }
        // Other data differs from the beginning on; weights that move on leave their statistics behind in depth.
        if e.driftOfFirst < 0.3 * e.drift, e.frozen == 0 { return ([(.notConverged, 0.5)], false) }
        if e.frozen > 0 {
            let ratio = lossRatio ?? 1
            let both: [Cause] = [(.frozenOnBatchStatistics, 0.7), (.otherDomain, 0.5)]
            if ratio > 1.6 { return (both, true) }
            return ratio > 1.02 ? (both.reversed(), true) : ([(.otherDomain, 0.9)], false)
        }
        // A scale and an offset of the inputs are what fog does, and what another preprocessing does.
        if fit > 0.9 { return ([(.otherDomain, 0.6), (.preprocessing, fit)], true) }
        if e.firstGetVectors, e.batchShare >= 0.17, batch > 0.5 {
            return ([(.otherDomain, 0.6), (.batchTooSmall, batch)], true)
        }
        return ([(.otherDomain, 0.9)], false)
    }

    /// The weight that the first values still have by the optimizer's count of updates, in the median layer; nil if it counts none. Statistics
    /// that came from a file may have converged before.
    private var knownInitialShare: Double? {
        let shares = layers.compactMap(\.initialShare).sorted()
        return shares.isEmpty ? nil : shares[shares.count / 2]
    }

    /// Whether a scale and an offset of the inputs explain the drift as other data hardly does: a change that people make, a nearly
    /// perfect fit, or a scale far from 1.
    private func isPreprocessing(change: Double, fit: Double) -> Bool {
        if change > 0.93 || fit > 0.99 { return true }
        guard let scale = evidence.fittedScale, scale > 0 else { return false }
        let size = max(scale, 1 / scale)
        return size > 3.1 && fit > 0.8 || size > 20 && max(fit, change) > 0.5
    }

    private func explained(_ rest: Double?, of whole: Double) -> Double {
        guard let rest, whole > 0 else { return 0 }
        return 1 - rest / whole
    }

    /// Loss in inference over that by batch statistics.
    private var lossRatio: Double? {
        guard let pair = scores.first(where: { $0.own.condition == .batchStatistics }),
            let inference = pair.inference.loss, let batch = pair.own.loss, batch > 0
        else { return nil }
        return inference / batch
    }

    /// Whether variances are smaller than the data's as those of small batches are: by a whole number's share of what lies between
    /// samples. Such a model does no worse in inference, which other data makes it do.
    private func isOfSmallBatches(_ explained: Double) -> Bool {
        let share = evidence.batchShare
        // Of vectors each sample is but one number for each channel, so that chance leaves more.
        let rest = evidence.firstGetVectors ? 0.08 : 0.06
        guard share >= 0.17, explained >= 0.35, evidence.drift >= 0.0025,
            evidence.drift > 3 * evidence.expectedDrift, evidence.driftBesideBatchShare < rest,
            evidence.meanShiftOfFirst < 0.2
        else { return false }
        let off = abs(share * max(1, (1 / share).rounded()) - 1)
        // Small drifts leave the size uncertain.
        let isWhole = evidence.driftOfFirst < 0.04 || off < 0.2
        return isWhole && ((lossRatio ?? 1) < 1.12 || off < 0.08)
    }

    /// Statistics that are further from the data's than chance would leave them, and do no harm to speak of: as small batches do.
    private var noisyStatistics: Cause? {
        guard evidence.expectedDrift > 0, evidence.drift > 0.0022,
            evidence.drift > 6.5 * evidence.expectedDrift
        else { return nil }
        return (.batchTooSmall, 0.5)
    }

    /// Whether random layers make training mode much worse.
    private var dropout: Cause? {
        func find(_ condition: ModeScores.Condition) -> ModeScores? {
            scores.first { $0.own.condition == condition && $0.own.samples > 0 }?.own
        }
        guard let live = find(.batchStatistics), let still = find(.batchStatisticsWithoutRandomness) else {
            return nil
        }
        let loss = live.loss.flatMap { a in still.loss.map { b in (a - b) / max(1e-9, abs(b)) } }
        if evidence.dropout > 0.5, (loss ?? live.difference) > 0.25 { return (.dropout, 0.9) }
        if let accuracy = live.accuracy, let best = still.accuracy, best - accuracy > 0.15 {
            return (.dropout, 0.8)
        }
        if let rank = live.spearmanCorrelation, let best = still.spearmanCorrelation, best - rank > 0.15 {
            return (.dropout, 0.8)
        }
        return nil
    }
}
