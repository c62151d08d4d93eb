import Foundation

/// What to set momentum and batch size to.
struct DiagnosisAdvice {
    let evidence: DiagnosisEvidence
    let layers: [NormalizationDrift]
    let batchSize: Int

    /// The weight of the first values at which moving statistics count as converged.
    private static let initialShare = 0.01
    /// The share of the variance that may be lost between batches.
    private static let largestShareBetweenBatches = 0.05

    /// One line for each momentum, and one for the batch size where it is too small; empty without Batch Normalization that trains.
    var lines: [String] {
        // What is frozen on moving statistics has no use for either.
        let moving = layers.filter { !$0.isFrozen || $0.statistics.hasPrefix("batch") }
        guard !moving.isEmpty else { return [] }
        let groups = Dictionary(grouping: moving.filter { (0..<1).contains($0.momentum) }, by: \.momentum)
        return groups.sorted { $0.key < $1.key }.map { line(momentum: $0.key, of: $0.value) } + batches
    }

    private func line(momentum: Double, of group: [NormalizationDrift]) -> String {
        let needed = momentum > 0 ? Int(min(1e9, (log(Self.initialShare) / log(momentum)).rounded(.up))) : 1
        let memory = Int(min(1e9, (1 + momentum) / (1 - momentum)).rounded())
        let rule =
            "momentum \(momentum) averages over about the last \(memory == 1 ? "batch" : "\(memory) batches") and needs "
            + "\(needed == 1 ? "1 update" : "\(needed) updates") to forget its first values"
        guard let updates = group.compactMap(\.updates).min(), updates > 0 else { return rule + "." }
        let share = pow(momentum, Double(updates))
        // Statistics that came with the weights, or were gathered anew, may have forgotten them long ago.
        let seen = group.compactMap(\.inferredInitialShare).max() ?? 0
        guard share > Self.initialShare, seen > 0.5 * share else { return rule + "; it has had \(updates)." }
        // Rounded down, so that it is enough.
        let enough = (pow(Self.initialShare, 1 / Double(updates)) * 1000).rounded(.down) / 1000
        return rule
            + "; it has had \(updates), and these still weigh \(Diagnosis.short(100 * share)) %: train for \(needed - updates) more, "
            + "or take a momentum of \(Diagnosis.short(max(0, enough))) or less for a training as short as this."
    }

    private var batches: [String] {
        let share = evidence.shareBetweenBatches
        guard share > Self.largestShareBetweenBatches else { return [] }
        // What lies between batches shrinks with their size.
        let wanted = Double(batchSize) * share / Self.largestShareBetweenBatches
        let size = Int((wanted / 8).rounded(.up)) * 8
        return [
            "batches of \(batchSize) see \(Diagnosis.short(100 * (1 - share))) % of the data's variance; train with batches of \(size) or "
                + "more, or with GroupNormalization, which knows no batch."
        ]
    }
}
