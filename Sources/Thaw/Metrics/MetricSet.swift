import ThawEngine
import ThawGraph
import ThawTensor

/// What is gathered over one epoch or one evaluation: the loss and the metrics of a model.
final class MetricSet {
    /// Something that is measured, with what it is measured on.
    private struct Entry {
        enum Subject { case wholeLoss, loss, prediction, weightedPrediction }

        /// What stands before the names of its results: the output, if there are several.
        let prefix: String
        let subject: Subject
        let output: Int
        let accumulator: MetricAccumulator
    }

    /// Ordered by name as Keras's logs are.
    private let entries: [Entry]

    init(goals: [OutputGoal], engine: any Engine) {
        let lossMetric = BatchLossMetric(name: "loss")
        var subjects: [(subject: Entry.Subject, output: Int, metric: Metric)] = [(.wholeLoss, 0, lossMetric)]
        let hasSeveralLosses = goals.filter { $0.loss != nil }.count > 1
        for (output, goal) in goals.enumerated() {
            if hasSeveralLosses, goal.loss != nil { subjects.append((.loss, output, lossMetric)) }
            subjects += goal.metrics.map { (.prediction, output, $0) }
            subjects += goal.weightedMetrics.map { (.weightedPrediction, output, $0) }
        }
        let entries = subjects.map { subject, output, metric in
            let goal = goals[output]
            let prefix =
                switch subject {
                case .wholeLoss: ""
                case .loss, .prediction: goal.logName("")
                case .weightedPrediction: goal.logName(goal.weightedPrefix(metric.name))
                }
            return Entry(
                prefix: prefix, subject: subject, output: output,
                accumulator: metric.makeAccumulator(on: engine))
        }
        self.entries = entries.sorted { $0.prefix + $0.accumulator.name < $1.prefix + $1.accumulator.name }
    }

    /// What is gathered, in the same order.
    var accumulators: [MetricAccumulator] { entries.map(\.accumulator) }

    /// Their names, each with its output's.
    var names: [String] { entries.map { $0.prefix + $0.accumulator.name } }

    /// Adds the updates by one batch to a graph. Plain metrics ignore sample weights, as in Keras.
    ///
    /// - Parameter losses: those of the outputs that have one, if there are several.
    func addUpdates(
        to graph: Graph, loss: SymbolicTensor, losses: [SymbolicTensor?], targets: [SymbolicTensor],
        predictions: [SymbolicTensor], sampleWeights: SymbolicTensor?
    ) throws {
        for entry in entries {
            let target =
                switch entry.subject {
                case .wholeLoss: loss
                case .loss: losses[entry.output] ?? loss
                case .prediction, .weightedPrediction: targets[entry.output]
                }
            try entry.accumulator.addUpdate(
                to: graph, target: target, prediction: predictions[entry.output],
                sampleWeights: entry.subject == .weightedPrediction ? sampleWeights : nil)
        }
    }

    /// Takes over what a step on a batch of `rows` samples left for the metrics that need all samples at once.
    func collect(rows: Int) {
        for entry in entries { entry.accumulator.collect(rows: rows) }
    }

    func reset() throws {
        for entry in entries { try entry.accumulator.reset() }
    }

    /// The names of the values, in order; nil if one's cannot be known yet.
    var resultNames: [String]? {
        let names = entries.compactMap { entry in entry.accumulator.resultNames?.map { entry.prefix + $0 } }
        return names.count == entries.count ? names.flatMap { $0 } : nil
    }

    /// The values so far, in order.
    var results: [(name: String, value: Double)] {
        entries.flatMap { entry in
            entry.accumulator.results.map { (entry.prefix + $0.name, $0.value) }
        }
    }
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
