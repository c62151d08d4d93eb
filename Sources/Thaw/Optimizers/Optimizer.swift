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

    /// The step size of the coming step. It may be set at any time, also while training, takes effect at the next step and
    /// ends a schedule.
    public var learningRate: Double {
        get { schedule.rate(atStep: iterations) }
        set { schedule = newValue }
    }

    /// The step size as a function of `iterations`; a number where it does not change by itself.
    public var schedule: any LearningRateSchedule

    /// How gradients are kept within bounds; nil leaves them.
    public var clipping: GradientClipping? {
        didSet {
            replacedClipping = nil
            configurationDidChange()
        }
    }

    /// Another kind of clipping that `clipped(_:)` was given before; nil if there was none.
    private var replacedClipping: GradientClipping?

    /// The share of each parameter that is taken off at each step, times the learning rate (Loshchilov and Hutter 2017,
    /// "Decoupled Weight Decay Regularization"); nil or 0 for none.
    public var weightDecay: Double? { didSet { configurationDidChange() } }

    /// Parameters whose path contains one of these do not decay.
    public var weightDecayExclusions: [String] = [] { didSet { configurationDidChange() } }

    /// Over how many batches gradients are gathered before each update, which then uses their mean: as a batch of so many
    /// times the size, in the memory of one. Schedules count updates. A sum that `fit` leaves unfinished goes on in the next; a
    /// change of the number begins a new one. A parameter that is frozen for some of the batches has no gradient in these, and
    /// nothing of an earlier sum counts when it thaws.
    public var gradientAccumulationSteps = 1 {
        didSet {
            gatheredBatches = 0
            configurationDidChange()
        }
    }

    /// The batches gathered since the last update.
    public internal(set) var gatheredBatches = 0

    /// The parameters whose gathered sum may be other than zero.
    var gatheringParameters: Set<ObjectIdentifier> = []

    /// How a moving average of each parameter is kept; nil for none. See `averaging(momentum:overwriteEvery:)`.
    public var weightAveraging: WeightAveraging? { didSet { configurationDidChange() } }

    /// Rises whenever a setting changes that `update` is traced with.
    final private(set) var configurationVersion = 0

    /// To be called by an optimizer when a setting changed that `update` depends on, so that training traces it anew.
    public final func configurationDidChange() {
        configurationVersion += 1
        LayerChanges.note()
    }

    /// The number of steps taken: the global step that schedules are functions of.
    public internal(set) var iterations: Int = 0

    /// The number of the coming batch, from 0, for random numbers: another one for each batch, also between updates and however
    /// often `gradientAccumulationSteps` changes.
    var batchNumber = 0

    var records: [ObjectIdentifier: Record] = [:]

    /// Creates an optimizer.
    ///
    /// - Parameters:
    ///   - name: the name for people.
    ///   - learningRate: the step size, or a schedule of it.
    public init(name: String, learningRate: any LearningRateSchedule) {
        self.name = name
        schedule = learningRate
    }

    /// The numbers, besides the learning rate, that `update` depends on, by name: training that goes on from a checkpoint is refused
    /// other ones. None by default.
    open var settings: [String: Double] { [:] }

    /// The names of the tensors kept for each parameter.
    open var slotNames: [String] { [] }

    /// The names of the numbers kept for each parameter.
    open var scalarSlotNames: [String] { [] }

    /// Whether `OptimizerSlots.updateCount` is used, and so has to be kept.
    open var usesUpdateCount: Bool { false }

    /// What every element of a slot is before the first step.
    open func initialValue(ofSlot name: String) -> Double { 0 }

    /// Refuses settings that cannot work; `compile` asks. A subclass calls this one first.
    ///
    /// - Throws: `TrainingError.invalidArgument`.
    open func check() throws {
        try schedule.check()
        try clipping?.check()
        if let clipping, let replacedClipping {
            throw TrainingError.invalidArgument(
                "\(name) is given two ways of clipping, .\(replacedClipping) and .\(clipping); gradients are clipped in one. Call "
                    + "clipped(_:) once, or set clipping.")
        }
        guard gradientAccumulationSteps >= 1 else {
            throw TrainingError.invalidArgument(
                "\(name)'s gradientAccumulationSteps is \(gradientAccumulationSteps); it must be at least 1.")
        }
        try weightAveraging?.check(optimizer: name)
        if let weightDecay, !(weightDecay >= 0 && weightDecay.isFinite) {
            throw TrainingError.invalidArgument(
                "\(name)'s weight decay is \(weightDecay); it must be a number of 0 or more.")
        }
    }

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
    struct Record {
        weak var parameter: Parameter?
        var slots: [String: any Variable]
        let updateCount: (any Variable)?
    }

    /// Adds the update of one parameter to a graph, making its slots at the first time.
    func addUpdate(
        of parameter: Parameter, path: String, gradient: SymbolicTensor, learningRate: SymbolicTensor,
        engine: any Engine
    ) throws {
        let graph = gradient.graph
        var record = try record(for: parameter, path: path, engine: engine)
        if weightAveraging != nil, record.slots[WeightAveraging.averageSlot] == nil {
            record.slots.merge(
                try WeightAveraging.makeSlots(for: parameter, path: "\(name)/\(path)", engine: engine)
            ) { $1 }
            records[ObjectIdentifier(parameter)] = record
        }
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
            var value = graph.read(parameter.variable)
            if let weightDecay, weightDecay != 0, !weightDecayExclusions.contains(where: path.contains) {
                value = try value + value * (learningRate * -weightDecay)
            }
            var updated = try update(
                parameter: value, gradient: gradient, slots: slots, learningRate: learningRate)
            if let constraint = parameter.constraint { updated = try constraint(updated) }
            if let weightAveraging { updated = try weightAveraging.averaged(updated, slots: slots) }
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

    /// Replaces what is kept for one parameter, making what is not there yet; `values` as `slotValues` gives them.
    func setSlotValues(
        _ values: [String: Tensor], of parameter: Parameter, path: String, engine: any Engine
    ) throws {
        for (name, value) in values where name != "iterations" {
            let variable: any Variable
            if slotNames.contains(name) || scalarSlotNames.contains(name) {
                guard let own = try record(for: parameter, path: path, engine: engine).slots[name] else {
                    continue
                }
                variable = own
            } else {
                variable = try slot(name, of: parameter, path: path, shape: value.shape, engine: engine)
            }
            if name == Self.gradientSumSlot { gatheringParameters.insert(ObjectIdentifier(parameter)) }
            guard variable.type.shape == value.shape else {
                throw TrainingError.invalidArgument(
                    "\(self.name)'s \(name) of \(path) has the shape \(value.shape), not \(variable.type.shape)."
                )
            }
            try variable.write(value)
        }
        if let count = values["iterations"] {
            try record(for: parameter, path: path, engine: engine).updateCount?.write(count)
        }
    }

    /// The numbers that are kept for some parameters, with the step's number and the learning rate, which Keras counts too; nil
    /// before the first step of any of them.
    func stateSize(for parameters: [Parameter]) -> (count: Int, bytes: Int)? {
        let kept = parameters.compactMap { parameter in
            records[ObjectIdentifier(parameter)].flatMap { $0.parameter === parameter ? $0 : nil }
        }
        guard !kept.isEmpty else { return nil }
        let count = kept.reduce(0) { sum, record in
            record.slots.values.reduce(sum) { $0 + $1.type.count } + (record.updateCount == nil ? 0 : 1)
        }
        return (count + 2, count * 4 + 12)
    }

    /// The variable of a slot beside those of `slotNames`, zero at first, made when it is first asked for.
    func slot(
        _ slot: String, of parameter: Parameter, path: String, shape: [Int]? = nil, engine: any Engine
    ) throws -> any Variable {
        var record = try record(for: parameter, path: path, engine: engine)
        if let variable = record.slots[slot] { return variable }
        let variable = try engine.makeVariable(
            name: "\(name)/\(path)/\(slot)", initialValue: .zeros(shape ?? parameter.shape))
        record.slots[slot] = variable
        records[ObjectIdentifier(parameter)] = record
        return variable
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
        for slot in scalarSlotNames {
            slots[slot] = try engine.makeVariable(
                name: "\(name)/\(path)/\(slot)", initialValue: .full([], initialValue(ofSlot: slot)))
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

extension Optimizer {
    /// Sets `clipping` and returns the optimizer: `.sgd(learningRate: 0.1).clipped(.norm(1))`.
    ///
    /// As in Keras, gradients are clipped in one way: an optimizer that was given two kinds is refused by `compile`.
    @discardableResult public func clipped(_ clipping: GradientClipping) -> Self {
        let other = self.clipping.flatMap { $0.kind == clipping.kind ? nil : $0 }
        self.clipping = clipping
        replacedClipping = other
        return self
    }
}
