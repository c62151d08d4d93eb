import ThawEngine
public import ThawGraph
import ThawTensor

/// How gradients change parameters.
///
/// A subclass declares the names of its slots (one tensor of the parameter's shape each, zero at first)
/// and writes one update in graph operations, which the engine fuses into one pass over the parameter.
///
/// State belongs to the optimizer and is held by the parameter's identity: a frozen parameter gets no
/// update and keeps its slots as they were; when it is unfrozen they are used again. An optimizer may
/// serve several models.
open class Optimizer {
    /// The name for people.
    public let name: String

    /// The step size. It may be changed at any time, also while training, and takes effect at the next step.
    public var learningRate: Double

    /// The number of steps taken: the global step that schedules are functions of.
    public internal(set) var iterations: Int = 0

    private var records: [ObjectIdentifier: Record] = [:]

    /// Creates an optimizer.
    ///
    /// - Parameters:
    ///   - name: the name for people.
    ///   - learningRate: the step size.
    public init(name: String, learningRate: Double) {
        self.name = name
        self.learningRate = learningRate
    }

    /// The names of the tensors kept for each parameter.
    open var slotNames: [String] { [] }

    /// Whether `OptimizerSlots.updateCount` is used, and so has to be kept.
    open var usesUpdateCount: Bool { false }

    /// What every element of a slot is before the first step.
    open func initialValue(ofSlot name: String) -> Double { 0 }

    /// One parameter's value after a step.
    ///
    /// - Parameters:
    ///   - parameter: its value before.
    ///   - gradient: the gradient of the loss, of the same shape.
    ///   - slots: the state kept for it; `slots.assign` sets the state after the step.
    ///   - learningRate: a float32 scalar, given anew at each step.
    /// - Returns: the new value, of the same shape.
    open func update(
        parameter: SymbolicTensor, gradient: SymbolicTensor, slots: OptimizerSlots,
        learningRate: SymbolicTensor
    ) throws -> SymbolicTensor {
        parameter
    }
}

extension Optimizer {
    /// The variables kept for one parameter. The parameter is held weakly: its address may be reused
    /// after its end.
    private struct Record {
        weak var parameter: Parameter?
        let slots: [String: any Variable]
        let updateCount: (any Variable)?
    }

    /// Adds the update of one parameter to a graph, making its slots at the first time.
    func addUpdate(
        of parameter: Parameter, path: String, gradient: SymbolicTensor, learningRate: SymbolicTensor,
        engine: any Engine
    ) throws {
        let graph = gradient.graph
        let record = try record(for: parameter, path: path, engine: engine)
        try graph.withScope("\(name)/\(path)") { () throws in
            let updateCount: SymbolicTensor
            if let variable = record.updateCount {
                updateCount = try graph.read(variable) + 1
                try graph.assign(variable, updateCount)
            } else {
                updateCount = graph.constant(1)
            }
            let slots = OptimizerSlots(
                graph: graph, variables: record.slots, parameterName: path, updateCount: updateCount)
            let updated = try update(
                parameter: graph.read(parameter.variable), gradient: gradient, slots: slots,
                learningRate: learningRate)
            try graph.assign(parameter.variable, updated)
        }
    }

    /// The state kept for a parameter by name; nil if it has never been updated.
    func slotValues(of parameter: Parameter) -> [String: Tensor]? {
        guard let record = records[ObjectIdentifier(parameter)], record.parameter === parameter else {
            return nil
        }
        var values = record.slots.mapValues { $0.read() }
        values["iterations"] = record.updateCount?.read()
        return values
    }

    private func record(for parameter: Parameter, path: String, engine: any Engine) throws -> Record {
        let key = ObjectIdentifier(parameter)
        if let record = records[key], record.parameter === parameter { return record }
        records = records.filter { $0.value.parameter != nil }
        var slots: [String: any Variable] = [:]
        for slot in slotNames {
            slots[slot] = try engine.makeVariable(
                name: "\(name)/\(path)/\(slot)",
                initialValue: .full(parameter.shape, initialValue(ofSlot: slot)))
        }
        let count =
            usesUpdateCount
            ? try engine.makeVariable(name: "\(name)/\(path)/iterations", initialValue: Tensor.zeros([]))
            : nil
        let record = Record(parameter: parameter, slots: slots, updateCount: count)
        records[key] = record
        return record
    }
}
