import ThawEngine
import ThawGraph
import ThawTensor

/// What is gathered over one epoch or one evaluation: the loss and the metrics of a model.
final class MetricSet {
    private let loss: MetricAccumulator
    private let unweighted: [MetricAccumulator]
    private let weighted: [MetricAccumulator]
    private let sorted: [MetricAccumulator]

    init(metrics: [Metric], weightedMetrics: [Metric], engine: any Engine) {
        loss = BatchLossMetric(name: "loss").makeAccumulator(on: engine)
        unweighted = metrics.map { $0.makeAccumulator(on: engine) }
        weighted = weightedMetrics.map { $0.makeAccumulator(on: engine) }
        sorted = ([loss] + unweighted + weighted).sorted { $0.name < $1.name }
    }

    /// Adds the updates by one batch to a graph. Plain metrics ignore sample weights, as in Keras.
    func addUpdates(
        to graph: Graph, loss batchLoss: SymbolicTensor, target: SymbolicTensor, prediction: SymbolicTensor,
        sampleWeights: SymbolicTensor?
    ) throws {
        try loss.addUpdate(to: graph, target: batchLoss, prediction: prediction, sampleWeights: nil)
        for accumulator in unweighted {
            try accumulator.addUpdate(
                to: graph, target: target, prediction: prediction, sampleWeights: nil)
        }
        for accumulator in weighted {
            try accumulator.addUpdate(
                to: graph, target: target, prediction: prediction, sampleWeights: sampleWeights)
        }
    }

    /// Takes over what a step on a batch of `rows` samples left for the metrics that need all samples at once.
    func collect(rows: Int) {
        for accumulator in sorted { accumulator.collect(rows: rows) }
    }

    func reset() throws {
        for accumulator in sorted { try accumulator.reset() }
    }

    /// The values so far, ordered by name as Keras's logs are.
    var results: [(name: String, value: Double)] { sorted.flatMap(\.results) }
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
