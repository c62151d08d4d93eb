import ThawFormats
import ThawTensor

/// What Thaw knows about a model and Keras's files have no place for. It travels in a file of its own in the archive, which
/// Keras ignores.
struct ThawExtras {
    /// The names in the archive.
    static let file = "thaw.json"
    static let tensorFile = "thaw.safetensors"

    /// The description.
    let object: JSONValue
    /// What an optimizer keeps for parameters that do not train now, and single numbers for each, as `path/slot`.
    let tensors: [String: Tensor]

    init(object: JSONValue, tensors: [String: Tensor]) {
        self.object = object
        self.tensors = tensors
    }

    /// Of a model.
    init(of model: Model) {
        var statistics: [String: JSONValue] = [:]
        var estimates: [String: JSONValue] = [:]
        for (path, layer) in model.sublayerPaths {
            guard let layer = layer as? BatchNormalization else { continue }
            if layer.statistics != .automatic { statistics[path] = .string(layer.statistics.rawValue) }
            if layer.movingVarianceEstimate != .biased {
                estimates[path] = .string(layer.movingVarianceEstimate.rawValue)
            }
        }
        let multipliers = model.sublayerPaths.filter { $0.layer.sublayers.isEmpty }
            .map { ($0.path, $0.layer.ownLearningRateMultiplier) }.filter { $0.1 != 1 }
        let frozen = model.sublayerPaths.filter { !$0.layer.isTrainable && $0.layer.sublayers.isEmpty }
        var object: [String: JSONValue] = [
            "version": 1, "frozen": .array(frozen.map { .string($0.path) }),
            "seed": .string(String(model.seed)), "statistics": .object(statistics),
            "movingVarianceEstimates": .object(estimates),
            "learningRateMultipliers": .object(
                Dictionary(multipliers.map { ($0.0, JSONValue.exact($0.1)) }) { $1 }),
            "pins": .array(Self.pins(of: model, path: "")),
            "preprocessing": .object(model.preprocessingSettings.mapValues(\.json)),
            "names": .object(KerasLayerNames.changed(in: model).mapValues(JSONValue.string)),
        ]
        if let names = model.classNames { object["classNames"] = .array(names.map(JSONValue.string)) }
        var tensors: [String: Tensor] = [:]
        if let optimizer = model.optimizer {
            var counts: [String: JSONValue] = [:]
            let scalars = optimizer.scalarSlotNames + [WeightAveraging.countSlot]
            for (path, parameter) in model.parameterPaths {
                guard let values = optimizer.slotValues(of: parameter) else { continue }
                if let count = values["iterations"] { counts[path] = .number(Double(count.item)) }
                for (slot, value) in values where slot != "iterations" {
                    // Keras has one number for all parameters.
                    if !parameter.isTrainable || scalars.contains(slot) { tensors["\(path)/\(slot)"] = value }
                }
            }
            object["optimizer"] = [
                "updates": .object(counts), "batch": .integer(optimizer.batchNumber),
                "gathered": .integer(optimizer.gatheredBatches),
                "decayExclusions": .array(optimizer.weightDecayExclusions.map(JSONValue.string)),
            ]
        }
        self.object = .object(object)
        self.tensors = tensors
    }

    /// Calls with a mode of their own: the model's path, the layer's name, the number of the call, the mode; names as in the
    /// file.
    private static func pins(of model: Model, path: String) -> [JSONValue] {
        var result: [JSONValue] = []
        let names = KerasLayerNames(in: model)
        if let topology = model.topology {
            let numbers = topology.callNumbers
            for call in topology.calls {
                guard let mode = call.mode else { continue }
                result.append([
                    .string(path), .string(names[call.layer]),
                    .integer(numbers[ObjectIdentifier(call), default: 0]),
                    .string(mode.rawValue),
                ])
            }
        }
        for layer in model.layers {
            guard let inner = layer as? Model else { continue }
            let name = names[layer]
            result += pins(of: inner, path: path.isEmpty ? name : "\(path)/\(name)")
        }
        return result
    }

    /// The modes of calls by model path, layer and number.
    var pins: [KerasModelReader.Pin: Mode] {
        var result: [KerasModelReader.Pin: Mode] = [:]
        for entry in object["pins"]?.array ?? [] {
            guard let entry = entry.array, entry.count == 4, let path = entry[0].string,
                let layer = entry[1].string,
                let number = entry[2].integer, let mode = entry[3].string.flatMap(Mode.init)
            else { continue }
            result[KerasModelReader.Pin(model: path, layer: layer, call: number)] = mode
        }
        return result
    }

    /// The names of layers by their paths in the file, where Keras does not take them.
    var names: [String: String] {
        (object["names"]?.object ?? [:]).compactMapValues(\.string)
    }

    /// What the file says of one layer; nil if nothing.
    private func setting<Value: RawRepresentable<String>>(_ kind: String, of path: String) throws -> Value? {
        guard let name = object[kind]?[path]?.string else { return nil }
        guard let value = Value(rawValue: name) else {
            throw SavedModelError.malformed(
                layer: "layer \(path)", message: "it has \(kind) called \(name).")
        }
        return value
    }

    /// Gives a model, whose weights and optimizer are there, what the file says.
    func apply(to model: Model) throws {
        for (path, layer) in model.sublayerPaths {
            guard let layer = layer as? BatchNormalization else { continue }
            if let statistics: BatchNormalization.Statistics = try setting("statistics", of: path) {
                layer.statistics = statistics
            }
            if let estimate: BatchNormalization.VarianceEstimate = try setting(
                "movingVarianceEstimates", of: path)
            {
                layer.setMovingVarianceEstimate(estimate)
            }
        }
        try PreprocessingSetting.apply(object["preprocessing"], to: model)
        if let entry = object["classNames"] {
            let names = entry.array?.compactMap(\.string)
            guard let names, names.count == entry.array?.count else {
                throw SavedModelError.malformed(
                    layer: "the model", message: "its classNames are no list of names.")
            }
            model.classNames = names
        }
        let frozen = Set((object["frozen"]?.array ?? []).compactMap(\.string))
        for (path, layer) in model.sublayerPaths where frozen.contains(path) { layer.freeze() }
        for (path, layer) in model.sublayerPaths {
            guard let entry = object["learningRateMultipliers"]?[path] else { continue }
            guard let multiplier = entry.exactNumber, multiplier >= 0, Float(multiplier).isFinite else {
                throw SavedModelError.malformed(
                    layer: "layer \(path)", message: "its learningRateMultiplier is no number of 0 or more.")
            }
            layer.ownLearningRateMultiplier = multiplier
        }
        guard let optimizer = model.optimizer, let state = object["optimizer"] else { return }
        let (batch, gathered) = (
            state["batch"]?.integer ?? optimizer.iterations,
            state["gathered"]?.integer ?? optimizer.gatheredBatches
        )
        guard (0..<1 << 50).contains(batch),
            (0..<max(1, optimizer.gradientAccumulationSteps)).contains(gathered)
        else {
            throw SavedModelError.malformed(
                layer: "the optimizer", message: "it has seen \(batch) batches and gathered \(gathered).")
        }
        optimizer.batchNumber = batch
        optimizer.gatheredBatches = gathered
        optimizer.weightDecayExclusions = (state["decayExclusions"]?.array ?? []).compactMap(\.string)
        for (path, parameter) in model.parameterPaths {
            var values: [String: Tensor] = [:]
            let prefix = "\(path)/"
            let slots = optimizer.slotNames + [WeightAveraging.averageSlot, Optimizer.gradientSumSlot]
            let scalars = optimizer.scalarSlotNames + [WeightAveraging.countSlot]
            for (name, tensor) in tensors where name.hasPrefix(prefix) {
                let slot = String(name.dropFirst(prefix.count))
                // Another parameter's, whose path begins in the same way.
                if slot.contains("/") { continue }
                guard
                    slots.contains(slot) && tensor.shape == parameter.shape
                        || scalars.contains(slot) && tensor.shape.isEmpty
                else {
                    throw SavedModelError.malformed(
                        layer: "the optimizer",
                        message: "\(name) of shape \(tensor.shape) means nothing to it.")
                }
                values[slot] = tensor
            }
            // One that has not been updated is not in the list, though Keras's variables have a place for it.
            if optimizer.usesUpdateCount, let counts = state["updates"],
                parameter.isTrainable || counts[path] != nil
            {
                values["iterations"] = .full([], max(0, counts[path]?.double ?? 0))
            }
            guard !values.isEmpty else { continue }
            try optimizer.setSlotValues(values, of: parameter, path: path, engine: model.engine)
        }
    }
}
