import ThawEngine
import ThawGraph
import ThawTensor

/// A metric with the variables that hold its state on an engine.
final class MetricAccumulator {
    let name: String
    private let metric: Metric
    private let variables: [any Variable]
    private let zeros: [Tensor]

    init(_ metric: Metric, engine: any Engine) throws {
        self.metric = metric
        name = metric.name
        zeros = metric.stateVariables.map { Tensor.zeros($0.shape) }
        variables = try zip(metric.stateVariables, zeros).map {
            try engine.makeVariable(name: "metrics/\(metric.name)/\($0.name)", initialValue: $1)
        }
    }

    /// Adds the update by one batch to a graph.
    func addUpdate(
        to graph: Graph, target: SymbolicTensor, prediction: SymbolicTensor, sampleWeights: SymbolicTensor?
    ) throws {
        let state = variables.map { graph.read($0) }
        let updated = try graph.withScope("metrics/\(name)") { () throws -> [SymbolicTensor] in
            try metric.updatedState(
                state, target: target, prediction: prediction, sampleWeights: sampleWeights)
        }
        guard updated.count == variables.count else {
            throw GraphError(
                "the metric declares \(variables.count) state tensors but its update gives \(updated.count).",
                operation: name)
        }
        for (variable, value) in zip(variables, updated) { try graph.assign(variable, value) }
    }

    func reset() throws {
        for (variable, zero) in zip(variables, zeros) { try variable.write(zero) }
    }

    var result: Double { metric.result(of: variables.map { $0.read() }) }
}
