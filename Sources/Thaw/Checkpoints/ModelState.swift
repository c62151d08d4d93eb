import ThawFormats
import ThawTensor

/// A model's parameters and statistics, which of its layers are frozen and how they normalise, its seed, and its optimizer.
struct ModelState {
    var name: String
    var seed: UInt64
    /// All layers by path with their types, the model itself under the empty path.
    var layers: [(path: String, type: String)]
    /// The paths of those whose flag is off.
    var frozen: Set<String>
    /// The multipliers of the learning rate that are not 1.
    var learningRateMultipliers: [String: Double]
    var statistics: [String: BatchNormalization.Statistics]
    var parameters: [(path: String, value: Tensor)]
    var optimizer: OptimizerState

    init(of model: Model, optimizer: Optimizer) {
        let layers = Self.layers(of: model)
        name = model.name
        seed = model.seed
        self.layers = layers.map { ($0.path, $0.layer.typeName) }
        frozen = Set(layers.filter { !$0.layer.ownsTrainableFlag }.map(\.path))
        learningRateMultipliers = Dictionary(
            layers.map { ($0.path, $0.layer.ownLearningRateMultiplier) }.filter { $0.1 != 1 }
        ) { $1 }
        statistics = [:]
        for (path, layer) in layers {
            if let layer = layer as? BatchNormalization { statistics[path] = layer.statistics }
        }
        parameters = model.parameterPaths.map { ($0.path, $0.parameter.value) }
        self.optimizer = OptimizerState(of: optimizer, model: model)
    }

    private static func layers(of model: Model) -> [(path: String, layer: Layer)] {
        [("", model)] + model.sublayerPaths
    }

    /// Throws unless the state is of this model and its optimizer.
    func check(_ model: Model, optimizer: Optimizer, file: String, comparesSettings: Bool = true) throws {
        let differences = differences(from: model)
        guard differences.isEmpty else {
            throw CheckpointError.otherModel(file: file, model: model.name, differences: differences)
        }
        try self.optimizer.check(optimizer, model: model, file: file, comparesSettings: comparesSettings)
    }

    private func differences(from model: Model) -> [String] {
        var result: [String] = []
        let own = Self.layers(of: model).map { ($0.path, $0.layer.typeName) }
        compare(own, layers.map { ($0.path, $0.type) }, "layer", &result) { "is a \($0)" }
        // Parameters of layers that differ would only repeat it.
        guard result.isEmpty else { return result }
        compare(
            model.parameterPaths.map { ($0.path, $0.parameter.shape) },
            parameters.map { ($0.path, $0.value.shape) }, "parameter", &result
        ) { "has the shape \($0)" }
        return result
    }

    private func compare<Value: Equatable>(
        _ own: [(path: String, value: Value)], _ saved: [(path: String, value: Value)], _ kind: String,
        _ result: inout [String], _ describe: (Value) -> String
    ) {
        let there = Dictionary(saved.map { ($0.path, $0.value) }) { $1 }
        let here = Dictionary(own.map { ($0.path, $0.value) }) { $1 }
        for (path, value) in own {
            let name = path.isEmpty ? "the model" : "\(kind) \(path)"
            guard let other = there[path] else {
                result.append("\(name) is not in the checkpoint")
                continue
            }
            if other != value {
                result.append("\(name) \(describe(value)) and \(describe(other)) in the checkpoint")
            }
        }
        for (path, _) in saved where here[path] == nil {
            result.append("\(kind) \(path.prefix(80)) is in the checkpoint only")
        }
    }

    /// Puts everything back. `check` has been passed.
    func apply(to model: Model, optimizer: Optimizer) throws {
        let values = Dictionary(parameters.map { ($0.path, $0.value) }) { $1 }
        for (path, parameter) in model.parameterPaths {
            if let value = values[path] { try parameter.assign(value) }
        }
        for (path, layer) in Self.layers(of: model) {
            layer.ownsTrainableFlag = !frozen.contains(path)
            layer.ownLearningRateMultiplier = learningRateMultipliers[path] ?? 1
            if let statistics = statistics[path] { (layer as? BatchNormalization)?.statistics = statistics }
        }
        model.seed = seed
        try self.optimizer.apply(to: optimizer, model: model)
    }
}

extension ModelState {
    func json(_ tensors: inout CheckpointTensors) throws -> JSONValue {
        for (path, value) in parameters { try tensors.add(value, as: "parameters/\(path)") }
        return [
            "name": .string(name), "seed": .string("\(seed)"),
            "layers": .array(layers.map { [.string($0.path), .string($0.type)] }),
            "frozen": .array(frozen.sorted().map(JSONValue.string)),
            "learningRateMultipliers": .object(learningRateMultipliers.mapValues(JSONValue.exact)),
            "statistics": .object(statistics.mapValues { .string($0.rawValue) }),
            "parameters": .array(parameters.map { .string($0.path) }),
            "optimizer": try optimizer.json(&tensors),
        ]
    }

    init(_ fields: CheckpointFields) throws {
        name = try fields.text("name")
        seed = try fields.bits("seed")
        layers = try fields.list("layers").map { entry in
            guard let entry = entry.array, entry.count == 2, let path = entry[0].string,
                let type = entry[1].string
            else { throw fields.wrong("layers") }
            return (path, type)
        }
        frozen = Set(try fields.texts("frozen"))
        learningRateMultipliers = try fields.object("learningRateMultipliers").mapValues { value in
            guard let value = value.exactNumber, value >= 0, Float(value).isFinite else {
                throw fields.wrong("learningRateMultipliers")
            }
            return value
        }
        statistics = try fields.object("statistics").mapValues { value in
            guard let value = value.string.flatMap(BatchNormalization.Statistics.init) else {
                throw fields.wrong("statistics")
            }
            return value
        }
        parameters = try fields.texts("parameters").map {
            ($0, try fields.source.floats("parameters/\($0)"))
        }
        optimizer = try OptimizerState(try fields.fields("optimizer"))
    }
}
