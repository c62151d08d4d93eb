import ThawEngine
import ThawGraph
import ThawTensor

/// A metric with the variables that hold its state on an engine. They are made when the first graph is built, which
/// knows the shapes.
class MetricAccumulator {
    final let metric: Metric
    final let engine: any Engine
    private var variables: [any Variable]?
    private var zeros: [Tensor] = []

    init(_ metric: Metric, engine: any Engine) {
        self.metric = metric
        self.engine = engine
    }

    final var name: String { metric.name }

    /// Adds the update by one batch to a graph.
    func addUpdate(
        to graph: Graph, target: SymbolicTensor, prediction: SymbolicTensor, sampleWeights: SymbolicTensor?
    ) throws {
        try graph.withScope("metrics/\(name)") { () throws in
            let variables = try variables(target: target.type, prediction: prediction.type)
            let updated = try metric.updatedState(
                variables.map { graph.read($0) }, target: target, prediction: prediction,
                sampleWeights: sampleWeights)
            guard updated.count == variables.count else {
                throw GraphError(
                    "the metric declares \(variables.count) state tensors but its update gives \(updated.count).",
                    operation: name, scope: graph.scope)
            }
            for (variable, value) in zip(variables, updated) { try graph.assign(variable, value) }
        }
    }

    /// Takes over what a step on a batch of `rows` samples left.
    func collect(rows: Int) {}

    func reset() throws {
        for (variable, zero) in zip(variables ?? [], zeros) { try variable.write(zero) }
    }

    /// The names of its values; nil while they cannot be known.
    var resultNames: [String]? { variables == nil ? nil : results.map(\.name) }

    /// The values so far; NaN before anything can have been measured.
    var results: [(name: String, value: Double)] {
        guard let variables else { return [(name, .nan)] }
        return metric.results(of: variables.map { $0.read() })
    }

    /// Copies of what was gathered, for `restore`.
    var state: [Tensor] { (variables ?? []).map { $0.read() } }

    /// Puts back what `state` gave; whether it fits.
    func restore(_ state: [Tensor]) throws -> Bool {
        let variables = variables ?? []
        guard state.map(\.shape) == variables.map(\.type.shape) else { return false }
        for (variable, value) in zip(variables, state) { try variable.write(value) }
        return true
    }

    private func variables(target: TensorType, prediction: TensorType) throws -> [any Variable] {
        let state = try metric.stateVariables(target: target, prediction: prediction)
        if let variables {
            try requireSame(state.map(\.shape), as: variables.map(\.type.shape))
            return variables
        }
        zeros = state.map { Tensor.zeros($0.shape) }
        let made = try zip(state, zeros).map {
            try engine.makeVariable(name: "metrics/\(name)/\($0.name)", initialValue: $1)
        }
        variables = made
        return made
    }

    /// Throws if what is measured has another shape than before.
    final func requireSame(_ shapes: [[Int]], as known: [[Int]]) throws {
        guard shapes == known else {
            throw TrainingError.invalidArgument(
                "the metric \(name) has a state of shapes \(known), and this model or data needs \(shapes); call "
                    + "compile again.")
        }
    }
}

/// A `CollectingMetric` with the rows of all samples so far, kept on the host.
final class RowAccumulator: MetricAccumulator {
    private let collecting: CollectingMetric
    /// What a step leaves, by its number of samples. Compiled steps hold the variables, and they go when the last step that
    /// writes them is given up, so that many sizes of batches take no more memory than their steps may.
    private var batches: [Int: [WeakVariable]] = [:]
    private var rowShapes: [[Int]]?
    private var values: [[Float]] = []
    private var count = 0
    private var known: [(name: String, value: Double)]?

    init(collecting metric: CollectingMetric, engine: any Engine) {
        collecting = metric
        super.init(metric, engine: engine)
    }

    override func addUpdate(
        to graph: Graph, target: SymbolicTensor, prediction: SymbolicTensor, sampleWeights: SymbolicTensor?
    ) throws {
        try graph.withScope("metrics/\(name)") { () throws in
            let rows = try collecting.rows(
                target: target, prediction: prediction, sampleWeights: sampleWeights
            ).map { try $0.cast(to: .float32) }
            let size = prediction.shape.first ?? 0
            if let bad = rows.first(where: { $0.shape.first != size }) {
                throw GraphError(
                    "a collecting metric keeps one row per sample, shape [\(size), ...]; this one gave \(bad.type).",
                    operation: name, scope: graph.scope)
            }
            let shapes = rows.map { Array($0.shape.dropFirst()) }
            if let rowShapes { try requireSame(shapes, as: rowShapes) }
            rowShapes = shapes
            batches = batches.filter { $0.value.allSatisfy { $0.variable != nil } }
            let variables =
                try held(size)
                ?? rows.enumerated().map {
                    try engine.makeVariable(
                        name: "metrics/\(name)/rows_\($0)", initialValue: .zeros($1.shape))
                }
            batches[size] = variables.map { WeakVariable(variable: $0) }
            for (variable, value) in zip(variables, rows) { try graph.assign(variable, value) }
        }
    }

    /// The numbers of samples for which variables are held.
    var heldSizes: [Int] { batches.keys.filter { held($0) != nil }.sorted() }

    private func held(_ size: Int) -> [any Variable]? {
        guard let variables = batches[size]?.compactMap(\.variable), variables.count == batches[size]?.count
        else { return nil }
        return variables
    }

    override func collect(rows: Int) {
        guard let variables = held(rows) else { return }
        if values.isEmpty { values = variables.map { _ in [] } }
        for (index, variable) in variables.enumerated() {
            values[index].append(contentsOf: variable.read().floats)
        }
        count += rows
        known = nil
    }

    override func reset() throws {
        values = []
        count = 0
        known = nil
    }

    override var resultNames: [String]? { known?.map(\.name) }

    override var state: [Tensor] {
        zip(rowShapes ?? [], values).map { Tensor(shape: [count] + $0, scalars: $1) }
    }

    override func restore(_ state: [Tensor]) throws -> Bool {
        let rows = state.first?.shape.first ?? 0
        guard let rowShapes, state.isEmpty || state.map(\.shape) == rowShapes.map({ [rows] + $0 }) else {
            return state.isEmpty
        }
        (values, count, known) = (state.map(\.floats), rows, nil)
        return true
    }

    override var results: [(name: String, value: Double)] {
        guard let rowShapes, count > 0 else { return [(name, .nan)] }
        if let known { return known }
        let results = metric.results(
            of: zip(rowShapes, values).map { Tensor(shape: [count] + $0, scalars: $1) })
        known = results
        return results
    }
}

/// A variable that is kept alive by the steps that write it.
private struct WeakVariable {
    weak var variable: (any Variable)?
}
