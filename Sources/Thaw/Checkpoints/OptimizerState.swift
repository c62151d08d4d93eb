import ThawEngine
import ThawFormats
import ThawTensor

/// All that an optimizer remembers of the parameters of one model, by path.
struct OptimizerState {
    /// What the learning rate comes from.
    enum Rate {
        /// A number.
        case number(Double)
        /// A schedule that can be written, as Keras writes it.
        case schedule(any LearningRateSchedule)
        /// A schedule of a type that only the program knows, and the rate that it gave.
        case unknown(type: String, rate: Double)
    }

    var type: String
    var slotNames: [String]
    var accumulationSteps: Int
    var hasAverages: Bool
    /// `Optimizer.settingTexts`; nil in a file that was written before there were any.
    var settings: [String: String]?
    var iterations: Int
    var batchNumber: Int
    var gatheredBatches: Int
    var rate: Rate
    /// Slots and, as `iterations`, counts of updates by name, of the parameters that have ever been updated, dormant ones too.
    var slots: [(path: String, values: [String: Tensor])]

    init(of optimizer: Optimizer, model: Model) {
        type = Self.type(of: optimizer)
        slotNames = optimizer.slotNames + optimizer.scalarSlotNames
        accumulationSteps = optimizer.gradientAccumulationSteps
        hasAverages = optimizer.weightAveraging != nil
        settings = optimizer.settingTexts
        iterations = optimizer.iterations
        batchNumber = optimizer.batchNumber
        gatheredBatches = optimizer.gatheredBatches
        rate =
            switch optimizer.schedule {
            case let number as Double: .number(number)
            case let schedule as any KerasSchedule: .schedule(schedule)
            case let other:
                .unknown(type: "\(Swift.type(of: other))", rate: other.rate(atStep: optimizer.iterations))
            }
        slots = model.parameterPaths.compactMap { path, parameter in
            optimizer.slotValues(of: parameter).flatMap { $0.isEmpty ? nil : (path, $0) }
        }
    }

    private static func type(of optimizer: Optimizer) -> String { "\(Swift.type(of: optimizer))" }

    /// Throws unless the state goes with an optimizer and the parameters of a model.
    ///
    /// - Parameter comparesSettings: whether the optimizer must have the settings that it was saved with.
    func check(_ optimizer: Optimizer, model: Model, file: String, comparesSettings: Bool) throws {
        func other(_ message: String) -> CheckpointError { .otherOptimizer(file: file, message: message) }
        let own = Self.type(of: optimizer)
        guard type == own else { throw other("it is of the optimizer \(type.prefix(80)), not \(own).") }
        let names = optimizer.slotNames + optimizer.scalarSlotNames
        guard slotNames == names else {
            throw other("its \(own) keeps \(slotNames.prefix(20)) for a parameter, this one keeps \(names).")
        }
        guard accumulationSteps == optimizer.gradientAccumulationSteps else {
            throw other(
                "its \(own) gathers gradients over \(accumulationSteps) batches, this one over "
                    + "\(optimizer.gradientAccumulationSteps).")
        }
        guard hasAverages == (optimizer.weightAveraging != nil) else {
            throw other(
                "its \(own) \(hasAverages ? "keeps" : "keeps no") averages of weights, this one "
                    + "\(hasAverages ? "does not" : "does").")
        }
        let differences = comparesSettings ? settingDifferences(from: optimizer.settingTexts) : []
        guard differences.isEmpty else {
            throw other(
                "its \(own) was saved with \(differences.joined(separator: "; ")). To go on with its state and other settings, call "
                    + "loadCheckpoint(from:continuingFit: false).")
        }
        guard gatheredBatches < max(1, accumulationSteps) else {
            throw CheckpointError.malformed(
                file: file, message: "it has gathered \(gatheredBatches) of \(accumulationSteps) batches.")
        }
        if case .unknown(let type, let rate) = rate {
            let schedule = optimizer.schedule
            let ownRate = schedule.rate(atStep: iterations)
            guard "\(Swift.type(of: schedule))" == type, ownRate == rate else {
                throw other(
                    "its learning rate at step \(iterations) was \(rate), by a schedule \(type.prefix(80)); this one's is "
                        + "\(ownRate), by \(Swift.type(of: schedule)).")
            }
        }
        try checkSlots(optimizer, model: model, file: file)
    }

    private func settingDifferences(from own: [String: String]) -> [String] {
        guard let settings else { return [] }
        return Set(own.keys).union(settings.keys).sorted().compactMap { name in
            let (saved, here) = (settings[name] ?? "not set", own[name] ?? "not set")
            return saved == here ? nil : "\(name.prefix(80)) \(saved.prefix(80)), which is \(here) here"
        }
    }

    private func checkSlots(_ optimizer: Optimizer, model: Model, file: String) throws {
        let parameters = Dictionary(model.parameterPaths.map { ($0.path, $0.parameter) }) { $1 }
        let whole = optimizer.slotNames + [WeightAveraging.averageSlot, Optimizer.gradientSumSlot]
        let single = optimizer.scalarSlotNames + [WeightAveraging.countSlot, "iterations"]
        for (path, values) in slots {
            for (slot, tensor) in values {
                guard let parameter = parameters[path],
                    whole.contains(slot) && tensor.shape == parameter.shape
                        || single.contains(slot) && tensor.shape.isEmpty
                else {
                    throw CheckpointError.malformed(
                        file: file,
                        message: "its optimizer keeps \(slot.prefix(80)) of shape \(tensor.shape) for "
                            + "\(path.prefix(80)), which means nothing here.")
                }
            }
        }
    }

    /// Puts everything back. `check` has been passed.
    func apply(to optimizer: Optimizer, model: Model) throws {
        switch rate {
        case .number(let number): optimizer.schedule = number
        case .schedule(let schedule): optimizer.schedule = schedule
        case .unknown: break
        }
        (optimizer.iterations, optimizer.batchNumber) = (iterations, batchNumber)
        optimizer.gatheredBatches = gatheredBatches
        let values = Dictionary(slots.map { ($0.path, $0.values) }) { $1 }
        for (path, parameter) in model.parameterPaths {
            try optimizer.resetSlots(of: parameter)
            guard let values = values[path] else { continue }
            try optimizer.setSlotValues(values, of: parameter, path: path, engine: model.engine)
        }
    }
}

extension Optimizer {
    /// Makes the state of a parameter what it is before a first update. Variables stay, since compiled steps hold them.
    fileprivate func resetSlots(of parameter: Parameter) throws {
        guard let record = records[ObjectIdentifier(parameter)], record.parameter === parameter else {
            return
        }
        let own = Set(slotNames + scalarSlotNames)
        for (slot, variable) in record.slots {
            let first = own.contains(slot) ? initialValue(ofSlot: slot) : 0
            try variable.write(.full(variable.type.shape, first))
        }
        try record.updateCount?.write(.zeros([]))
    }
}

extension OptimizerState {
    func json(_ tensors: inout CheckpointTensors) throws -> JSONValue {
        var names: [String: JSONValue] = [:]
        for (path, values) in slots {
            names[path] = .array(values.keys.sorted().map(JSONValue.string))
            for (slot, value) in values { try tensors.add(value, as: Self.name(path, slot)) }
        }
        let rateObject: JSONValue =
            switch rate {
            case .number(let number): ["number": .exact(number)]
            case .schedule(let schedule):
                ["schedule": KerasSchedules.object(schedule, iterations: iterations)]
            case .unknown(let type, let rate): ["type": .string(type), "rate": .exact(rate)]
            }
        return [
            "type": .string(type), "slotNames": .array(slotNames.map(JSONValue.string)),
            "accumulationSteps": .integer(accumulationSteps), "hasAverages": .bool(hasAverages),
            "settings": settings.map { .object($0.mapValues(JSONValue.string)) } ?? .null,
            "iterations": .integer(iterations), "batchNumber": .integer(batchNumber),
            "gatheredBatches": .integer(gatheredBatches), "rate": rateObject, "slots": .object(names),
        ]
    }

    init(_ fields: CheckpointFields) throws {
        type = try fields.text("type")
        slotNames = try fields.texts("slotNames")
        accumulationSteps = try fields.integer("accumulationSteps")
        hasAverages = try fields.flag("hasAverages")
        settings = try fields.optional("settings").map { _ in
            try fields.object("settings").mapValues { value in
                guard let text = value.string else { throw fields.wrong("settings") }
                return text
            }
        }
        iterations = try fields.integer("iterations")
        batchNumber = try fields.integer("batchNumber")
        gatheredBatches = try fields.integer("gatheredBatches")
        rate = try Self.rate(try fields.fields("rate"))
        slots = try fields.object("slots").map { path, names in
            var values: [String: Tensor] = [:]
            for name in names.array ?? [] {
                guard let name = name.string else { throw fields.wrong("slots") }
                values[name] = try fields.source.floats(Self.name(path, name))
            }
            return (path, values)
        }
    }

    private static func name(_ path: String, _ slot: String) -> String { "optimizer/\(path)/\(slot)" }

    private static func rate(_ fields: CheckpointFields) throws -> Rate {
        if fields.optional("number") != nil {
            let number = try fields.number("number")
            guard number.isFinite, number >= 0 else { throw fields.wrong("number") }
            return .number(number)
        }
        guard let object = fields.optional("schedule") else {
            return .unknown(type: try fields.text("type"), rate: try fields.number("rate"))
        }
        do {
            let schedule = try KerasSchedules.schedule(
                KerasConfiguration(
                    className: "checkpoint", layerName: "the optimizer", kerasVersion: 3,
                    values: ["learning_rate": object]))
            try schedule.check()
            return .schedule(schedule)
        } catch {
            throw fields.source.malformed("its learning rate makes no sense (\(error)).")
        }
    }
}
