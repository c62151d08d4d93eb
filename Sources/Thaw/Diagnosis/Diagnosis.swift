/// What the doctor found in a model and data: how it does in inference and in training mode, how far its moving statistics are from
/// the data's, and why. See ``Model/diagnose(_:batchSize:)``.
public struct Diagnosis: Sendable, Hashable, Codable {
    /// A cause that the numbers speak for.
    public struct Finding: Sendable, Hashable, Codable {
        /// The cause.
        public let cause: DiagnosisCause
        /// The share of the evidence that it explains, from 0 to 1.
        public let strength: Double
        /// What speaks for it, in sentences.
        public let evidence: [String]
        /// What helps, as lines of Swift.
        public let remedy: [String]
        /// Whether the next finding would leave the same evidence, so that the numbers cannot tell the two apart.
        public internal(set) var isTiedWithNext = false
    }

    /// The model's name.
    public let model: String
    /// The number of samples.
    public let samples: Int
    /// How many were computed together: the batches of training mode.
    public let batchSize: Int
    /// The scores of all ways in which the model was called; the first is inference.
    public let scores: [ModeScores]
    /// Every call of a Batch Normalization, in the order of computing.
    public let normalizations: [NormalizationDrift]
    /// The numbers behind the findings.
    public let evidence: DiagnosisEvidence
    /// The causes that the numbers speak for, the likeliest first; never empty.
    public let findings: [Finding]

    /// What to set momentum and batch size to: one sentence for each momentum, and one for a batch size that is too small.
    public let advice: [String]

    /// The likeliest cause.
    public var cause: DiagnosisCause { findings.first?.cause ?? .nothingWrong }

    /// Whether nothing was found.
    public var isHealthy: Bool { cause == .nothingWrong }
}
