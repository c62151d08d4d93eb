import ThawEngine
import ThawGraph
import ThawTensor

/// What is gathered over one epoch or one evaluation: the loss and the metrics of a model.
final class MetricSet {
    /// Something that is measured, with what it is measured on.
    private struct Entry {
        enum Subject { case wholeLoss, loss, prediction, weightedPrediction }

        let name: String
        let subject: Subject
        let output: Int
        let accumulator: MetricAccumulator
    }

    /// Ordered by name as Keras's logs are.
    private let entries: [Entry]

    init(goals: [OutputGoal], engine: any Engine) throws {
        func entry(_ name: String, _ metric: Metric, _ subject: Entry.Subject, _ output: Int = 0) throws
            -> Entry
        {
            Entry(
                name: name, subject: subject, output: output,
                accumulator: try MetricAccumulator(metric, engine: engine))
        }
        var entries = [try entry("loss", BatchLossMetric(name: "loss"), .wholeLoss)]
        for (output, goal) in goals.enumerated() {
            if goals.count > 1 {
                entries.append(try entry(goal.logName("loss"), BatchLossMetric(name: "loss"), .loss, output))
            }
            for metric in goal.metrics {
                entries.append(try entry(goal.logName(metric.name), metric, .prediction, output))
            }
            for metric in goal.weightedMetrics {
                entries.append(try entry(goal.logName(metric.name), metric, .weightedPrediction, output))
            }
        }
        self.entries = entries.sorted { $0.name < $1.name }
    }

    /// Adds the updates by one batch to a graph. Plain metrics ignore sample weights, as in Keras.
    ///
    /// - Parameter losses: those of the outputs, if there are several.
    func addUpdates(
        to graph: Graph, loss: SymbolicTensor, losses: [SymbolicTensor], targets: [SymbolicTensor],
        predictions: [SymbolicTensor], sampleWeights: SymbolicTensor?
    ) throws {
        for entry in entries {
            let target =
                switch entry.subject {
                case .wholeLoss: loss
                case .loss: losses[entry.output]
                case .prediction, .weightedPrediction: targets[entry.output]
                }
            try entry.accumulator.addUpdate(
                to: graph, target: target, prediction: predictions[entry.output],
                sampleWeights: entry.subject == .weightedPrediction ? sampleWeights : nil)
        }
    }

    func reset() throws {
        for entry in entries { try entry.accumulator.reset() }
    }

    /// The values so far, in order.
    var results: [(name: String, value: Double)] { entries.map { ($0.name, $0.accumulator.result) } }
}

/// The mean of the batches' losses, each counted with its number of samples. The batch's loss comes as
/// the target.
private final class BatchLossMetric: MeanMetric {
    override func updatedState(
        _ state: [SymbolicTensor], target: SymbolicTensor, prediction: SymbolicTensor,
        sampleWeights: SymbolicTensor?
    ) throws -> [SymbolicTensor] {
        let count = target.graph.constant(Double(prediction.shape[0]))
        return try adding(target * count, weight: count, to: state)
    }
}
