import Foundation

/// What to set momentum and batch size to.
struct DiagnosisAdvice {
    let evidence: DiagnosisEvidence
    let layers: [NormalizationDrift]
    let batchSize: Int

    /// The weight of the first values at which moving statistics count as converged.
    private static let initialShare = 0.01
    /// The share of the variance that may be lost between batches.
    static let largestShareBetweenBatches = 0.05

    /// One line for each momentum, and one for the batch size where it is too small; empty without Batch Normalization.
    var lines: [String] {
        guard !layers.isEmpty else { return [] }
        let groups = Dictionary(grouping: layers.filter { (0..<1).contains($0.momentum) }, by: \.momentum)
        return groups.sorted { $0.key < $1.key }.map { line(momentum: $0.key, of: $0.value) } + batches
    }

    private func line(momentum: Double, of group: [NormalizationDrift]) -> String {
        let needed = momentum > 0 ? Int((log(Self.initialShare) / log(momentum)).rounded(.up)) : 1
        let memory = Diagnosis.short((1 + momentum) / (1 - momentum))
        let rule =
            "momentum \(Diagnosis.short(momentum)) averages over the last \(memory) batches or so and needs \(needed) updates to forget "
            + "its first values"
        guard let updates = group.compactMap(\.updates).min(), updates > 0 else { return rule + "." }
        let share = pow(momentum, Double(updates))
        guard share > Self.initialShare else { return rule + "; it has had \(updates)." }
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
