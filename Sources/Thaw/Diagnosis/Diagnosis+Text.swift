import Foundation

extension Diagnosis: CustomStringConvertible {
    /// The text.
    public var description: String { text }

    /// The findings with evidence and remedies, the scores, and the normalizations that are furthest off.
    public var text: String {
        var lines = [
            "\(model) on \(samples) sample\(samples == 1 ? "" : "s"), \(batchSize) at a time: \(cause.title)."
        ]
        for (index, finding) in findings.enumerated() {
            if findings.count > 1 {
                lines.append("")
                lines.append("\(index + 1). \(finding.cause.title.capitalizedFirst)")
                if finding.isTiedWithNext {
                    lines.append("   (the next cause would leave the same evidence)")
                }
            }
            lines += finding.evidence.map { "- \($0)" }
            if !finding.remedy.isEmpty {
                lines.append("What helps:")
                lines += finding.remedy.map { "    \($0)" }
            }
        }
        lines += [""] + scores.filter { $0.samples > 0 }.map { "\($0.condition.title): \($0.summary)" }
        let furthest = normalizations.sorted { $0.divergence.median > $1.divergence.median }.prefix(5)
        if !furthest.isEmpty {
            lines += ["", "Batch Normalizations, those that are furthest off first (medians over channels):"]
            lines += furthest.map { layer in
                "- \(layer.path)\(layer.isFrozen ? " (frozen)" : ""): mean off by \(Self.short(layer.meanShift.median)) "
                    + "deviations, variance \(Self.short(layer.varianceRatio.median)) times the moving one, divergence "
                    + "\(Self.short(layer.divergence.median))"
                    + (layer.deadChannels.isEmpty
                        ? "" : ", \(layer.deadChannels.count) of \(layer.channels) channels dead")
            }
        }
        if !advice.isEmpty { lines += ["", "Momentum and batch size:"] + advice.map { "- \($0)" } }
        return lines.joined(separator: "\n")
    }

    static func short(_ value: Double) -> String {
        value.isFinite ? String(format: "%.3g", value) : value.isNaN ? "nan" : "inf"
    }
}

extension ModeScores {
    /// What was measured, in a line.
    public var summary: String {
        let numbers: [(String, Double?)] = [
            ("loss", loss), ("accuracy", accuracy), ("AUC", areaUnderCurve),
            ("mean squared error", meanSquaredError),
            ("Spearman", spearmanCorrelation),
        ]
        var parts = numbers.compactMap { name, value in value.map { "\(name) \(Diagnosis.short($0))" } }
        if condition != .inference {
            parts.append("outputs differ from inference by \(Diagnosis.short(difference)) of their deviation")
        }
        if parts.isEmpty { parts = ["nothing to score"] }
        return parts.joined(separator: ", ") + " (\(samples) samples)"
    }
}

extension ModeScores.Condition {
    /// The way of calling, for people.
    public var title: String {
        switch self {
        case .inference: "in inference"
        case .training: "in training mode"
        case .batchStatistics: "by batch statistics"
        case .batchStatisticsWithoutRandomness: "by batch statistics, without dropout"
        }
    }
}

extension DiagnosisCause {
    /// The cause, for people.
    public var title: String {
        switch self {
        case .frozenOnBatchStatistics: "frozen Batch Normalization runs on batch statistics"
        case .otherDomain: "the statistics are those of another domain"
        case .notConverged: "the moving statistics have not converged"
        case .batchTooSmall: "the batches were too small"
        case .preprocessing: "the inputs are preprocessed otherwise than in training"
        case .dropout: "dropout makes the difference, not Batch Normalization"
        case .nothingWrong: "nothing wrong was found"
        }
    }
}

extension String {
    /// With a capital letter at the beginning.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
