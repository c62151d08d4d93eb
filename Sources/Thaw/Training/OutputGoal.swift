/// What is asked of one output of a model.
struct OutputGoal {
    /// The name in logs; empty for a model of one output, whose metrics have no prefix.
    let name: String
    /// What is minimised.
    let loss: Loss
    /// How much this output's loss counts in the whole.
    let weight: Double
    /// What is measured without sample weights.
    let metrics: [Metric]
    /// What is measured with sample weights.
    let weightedMetrics: [Metric]

    /// The name under which something measured at this output appears.
    func logName(_ name: String) -> String { self.name.isEmpty ? name : "\(self.name)_\(name)" }
}
