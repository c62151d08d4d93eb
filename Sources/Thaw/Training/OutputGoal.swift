import ThawTensor

/// What is asked of one output of a model.
struct OutputGoal {
    /// The name in logs; empty for a model of one output, whose metrics have no prefix.
    let name: String
    /// What is minimised; nil for an output that is only measured.
    let loss: Loss?
    /// How much this output's loss counts in the whole.
    let weight: Double
    /// What is measured without sample weights.
    let metrics: [Metric]
    /// What is measured with sample weights.
    let weightedMetrics: [Metric]

    /// The name under which something measured at this output appears.
    func logName(_ name: String) -> String { self.name.isEmpty ? name : "\(self.name)_\(name)" }

    /// The same for a metric with sample weights: one that is measured without them too has `weighted_` before its name, as in
    /// Keras.
    func weightedLogName(_ name: String) -> String { logName(weightedPrefix(name) + name) }

    /// What stands before the names of a metric's results with sample weights, beside the output.
    func weightedPrefix(_ name: String) -> String {
        metrics.contains { $0.name == name } ? "weighted_" : ""
    }

    /// The element type in which targets are given.
    var targetType: DType {
        // Where nothing is minimised, a loss among the metrics says it.
        let loss = loss ?? (metrics + weightedMetrics).lazy.compactMap { ($0 as? LossMetric)?.loss }.first
        return loss?.targetType ?? .float32
    }
}
