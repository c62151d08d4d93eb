import ThawFormats

/// What `compile` was given, in Keras's files.
extension Model {
    /// How Keras 3 says it; nil if the model is not compiled, or with an optimizer or a loss that Keras lacks. A metric that it
    /// lacks is left out.
    var kerasCompilation: JSONValue? {
        guard let goals = trainingState?.compilation?.goals, let optimizer = optimizer?.keras else {
            return nil
        }
        let losses = goals.compactMap(\.loss.keras)
        let metrics = goals.map { $0.metrics.compactMap(\.keras) }
        let weighted = goals.map { $0.weightedMetrics.compactMap(\.keras) }
        guard losses.count == goals.count else { return nil }
        func lists(_ metrics: [[JSONValue]]) -> JSONValue {
            guard metrics.contains(where: { !$0.isEmpty }) else { return .null }
            return metrics.count == 1 ? .array(metrics[0]) : .array(metrics.map(JSONValue.array))
        }
        let weights = goals.map(\.weight)
        return [
            "optimizer": optimizer, "loss": losses.count == 1 ? losses[0] : .array(losses),
            "loss_weights": weights.allSatisfy { $0 == 1 } ? .null : .array(weights.map(JSONValue.number)),
            "metrics": lists(metrics), "weighted_metrics": lists(weighted), "run_eagerly": false,
            "steps_per_execution": 1, "jit_compile": "auto",
        ]
    }

    /// Compiles as Keras's `compile_config`, or Keras 2's `training_config`, says; does nothing if it is empty.
    func compile(keras object: JSONValue, kerasVersion: Int) throws {
        guard let optimizer = object["optimizer"] ?? object["optimizer_config"], !optimizer.isNull,
            let loss = object["loss"], !loss.isNull
        else { return }
        let names = outputNames ?? ["output"]
        let losses = try entries(loss, names, of: "loss").map { entry in
            guard let entry else {
                throw SavedModelError.malformed(layer: "the model", message: "an output has no loss.")
            }
            return try Loss.keras(entry, kerasVersion: kerasVersion)
        }
        func metrics(_ key: String) throws -> [[Metric]] {
            guard let value = object[key], !value.isNull else { return names.map { _ in [] } }
            return try metricLists(value, names, of: key).map { list in
                try list.map { entry in
                    guard let metric = try Metric.keras(entry, kerasVersion: kerasVersion) else {
                        throw SavedModelError.unsupportedArgument(
                            layer: "the model", className: "compile", argument: key,
                            value: String(entry.text.prefix(100)))
                    }
                    return metric
                }
            }
        }
        let weights = try object["loss_weights"].flatMap { $0.isNull ? nil : $0 }.map {
            try entries($0, names, of: "loss_weights").map { entry -> Double in
                guard let entry else { return 1 }
                guard let weight = entry.double else {
                    throw SavedModelError.malformed(
                        layer: "the model", message: "\(entry.text.prefix(100)) in loss_weights is no number."
                    )
                }
                return weight
            }
        }
        try compile(
            optimizer: Optimizer.keras(optimizer, kerasVersion: kerasVersion), losses: losses,
            lossWeights: weights,
            metrics: metrics("metrics"), weightedMetrics: metrics("weighted_metrics"))
    }

    /// One entry for each output, from one for all, a list, or entries by the outputs' names.
    private func entries(_ value: JSONValue, _ names: [String], of key: String) throws -> [JSONValue?] {
        if let array = value.array {
            guard array.count == names.count else { throw count(array.count, names, key) }
            return array.map { $0.isNull ? nil : $0 }
        }
        if let object = value.object, object["class_name"] == nil { return names.map { object[$0] } }
        return names.map { _ in value }
    }

    /// The metrics of each output: one list for a single output, a list of lists, or lists by the outputs' names.
    private func metricLists(_ value: JSONValue, _ names: [String], of key: String) throws -> [[JSONValue]] {
        func list(_ value: JSONValue?) -> [JSONValue] {
            guard let value, !value.isNull else { return [] }
            return value.array?.filter { !$0.isNull } ?? [value]
        }
        if let object = value.object, object["class_name"] == nil { return names.map { list(object[$0]) } }
        let all = list(value)
        if names.count == 1 { return [all.flatMap { $0.array == nil ? [$0] : list($0) }] }
        guard all.contains(where: { $0.array != nil }) || value.array?.count == names.count else {
            return names.map { _ in all }
        }
        guard let array = value.array, array.count == names.count else {
            throw count(value.array?.count ?? 0, names, key)
        }
        return array.map(list)
    }

    private func count(_ count: Int, _ names: [String], _ key: String) -> SavedModelError {
        .malformed(
            layer: "the model", message: "\(key) has \(count) entries for \(names.count) outputs.")
    }
}
