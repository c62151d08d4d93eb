public import ThawEngine
import ThawGraph
public import ThawTensor

/// A graph on the reference engine: each run evaluates every node in order.
public final class ReferenceExecutable: Executable {
    /// The inputs, in the order the graph declared them.
    public let inputs: [ExecutableSlot]
    /// The outputs, in the order the graph declared them.
    public let outputs: [ExecutableSlot]
    /// Not counted.
    public var peakBytes: Int { 0 }

    private let graph: Graph
    private var inputValues: [ReferenceValue]
    private var outputValues: [ReferenceValue]

    init(_ graph: Graph) throws {
        self.graph = graph
        inputs = graph.inputNodes.compactMap { index in
            (graph.nodes[index].operation as? Input).map { ExecutableSlot(name: $0.inputName, type: $0.type) }
        }
        outputs = graph.outputs.map { ExecutableSlot(name: $0.name, type: graph.tensor($0.value).type) }
        inputValues = inputs.map { ReferenceValue($0.type.shape) }
        outputValues = outputs.map { ReferenceValue($0.type.shape) }
    }

    /// Takes a tensor without rounding it to the input's element type.
    public func setInput(_ index: Int, _ tensor: Tensor) throws {
        guard tensor.shape == inputs[index].type.shape else {
            throw EngineError.mismatch(
                "input \(inputs[index].name) has the shape \(inputs[index].type.shape), got \(tensor.shape).")
        }
        inputValues[index] = ReferenceValue(tensor)
    }

    /// Gives memory of the input's element type; what is written there is taken over afterwards.
    public func withInput<Result>(
        _ index: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        var tensor = inputValues[index].tensor(inputs[index].type.dtype)
        let result = try tensor.withUnsafeMutableBytes { try body($0) }
        inputValues[index] = ReferenceValue(tensor)
        return result
    }

    /// Evaluates the graph.
    @discardableResult
    public func run() throws -> Bool {
        let results = try evaluateAll()
        let value = { (value: Graph.Value) in results[value.node][value.output] }
        outputValues = graph.outputs.map { value($0.value) }
        if let predicate = graph.assignmentPredicate, value(predicate).values != [1] { return false }
        // All values are known before the first variable changes, so assignments happen together.
        for assignment in graph.assignments {
            guard let variable = assignment.variable as? ReferenceVariable else {
                throw EngineError.mismatch("variable \(assignment.variable.name) belongs to another engine.")
            }
            variable.assign(value(assignment.value))
        }
        return true
    }

    /// A copy of output `index`, rounded to its element type.
    public func output(_ index: Int) -> Tensor { outputValues[index].tensor(outputs[index].type.dtype) }

    /// Output `index` in float64.
    public func value(_ index: Int) -> ReferenceValue { outputValues[index] }

    /// The first element of output `index`.
    public func scalar(_ index: Int) -> Float { Float(outputValues[index].values[0]) }

    private func evaluateAll() throws -> [[ReferenceValue]] {
        var results: [[ReferenceValue]] = []
        var nextInput = 0
        for node in graph.nodes {
            switch node.operation {
            case is Input:
                results.append([inputValues[nextInput]])
                nextInput += 1
            case let read as VariableRead:
                guard let variable = read.variable as? ReferenceVariable else {
                    throw EngineError.mismatch("variable \(read.variable.name) belongs to another engine.")
                }
                results.append([variable.value])
            case let constant as Constant:
                results.append([ReferenceValue(constant.tensor)])
            default:
                let arguments = node.inputs.map { results[$0.node][$0.output] }
                let outputs = try ReferenceEvaluator.evaluate(node.operation, arguments, node.outputTypes)
                for (output, type) in zip(outputs, node.outputTypes) where output.shape != type.shape {
                    throw EngineError.mismatch(
                        "\(node.operation.name) made \(output.shape) where its shape rule says \(type.shape)."
                    )
                }
                results.append(outputs)
            }
        }
        return results
    }
}
