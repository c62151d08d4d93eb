import ThawFormats

/// What Keras's `compile_config`, or Keras 2's `training_config`, asks of each output of a model.
struct KerasGoals {
    private let object: JSONValue
    private let kerasVersion: Int
    /// What the outputs are called in logs, and what Keras may call them in the file: after their layers.
    private let names: [String]
    private let layerNames: [String]

    init(of model: Model, _ object: JSONValue, kerasVersion: Int) {
        self.object = object
        self.kerasVersion = kerasVersion
        let names = model.outputNames ?? ["output"]
        self.names = names
        layerNames = (try? model.outputs)?.map { model.name(of: $0.layer) } ?? names
    }

    /// The loss of each output; nil for one that has none.
    func losses(_ value: JSONValue) throws -> [Loss?] {
        try entries(value, of: "loss").map { entry in
            try entry.map { try Loss.keras($0, kerasVersion: kerasVersion) }
        }
    }

    /// How much each loss counts; nil if the file does not say.
    func weights() throws -> [Double]? {
        guard let value = object["loss_weights"], !value.isNull else { return nil }
        return try entries(value, of: "loss_weights").map { entry in
            guard let entry else { return 1 }
            guard let weight = entry.double else {
                throw malformed("\(entry.text.prefix(100)) in loss_weights is no number.")
            }
            return weight
        }
    }

    /// The metrics of each output.
    ///
    /// - Parameter key: `metrics` or `weighted_metrics`.
    func metrics(_ key: String) throws -> [[Metric]] {
        guard let value = object[key], !value.isNull else { return names.map { _ in [] } }
        return try metricLists(value, of: key).map { list in
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

    /// One entry for each output, from one for all, a list, or entries by the outputs' names.
    private func entries(_ value: JSONValue, of key: String) throws -> [JSONValue?] {
        if let array = value.array {
            guard array.count == names.count else { throw count(array.count, key) }
            return array.map { $0.isNull ? nil : $0 }
        }
        if let named = try byName(value, key) { return named }
        return names.map { _ in value }
    }

    /// The metrics of each output: one list for a single output, a list of lists, or lists by the outputs' names.
    private func metricLists(_ value: JSONValue, of key: String) throws -> [[JSONValue]] {
        func list(_ value: JSONValue?) -> [JSONValue] {
            guard let value, !value.isNull else { return [] }
            return value.array?.filter { !$0.isNull } ?? [value]
        }
        if let named = try byName(value, key) { return named.map(list) }
        let all = list(value)
        if names.count == 1 { return [all.flatMap { $0.array == nil ? [$0] : list($0) }] }
        guard all.contains(where: { $0.array != nil }) || value.array?.count == names.count else {
            return names.map { _ in all }
        }
        guard let array = value.array, array.count == names.count else {
            throw count(value.array?.count ?? 0, key)
        }
        return array.map(list)
    }

    /// Entries by the outputs' names, null or absent for an output that has none; nil if this is nothing of the kind.
    private func byName(_ value: JSONValue, _ key: String) throws -> [JSONValue?]? {
        guard let object = value.object, object["class_name"] == nil else { return nil }
        // Keras does not look at the name where there is no choice.
        if names.count == 1, object.count == 1 { return object.values.map { $0.isNull ? nil : $0 } }
        for names in [names, layerNames] where Set(names).isSuperset(of: object.keys) {
            return names.map { object[$0].flatMap { $0.isNull ? nil : $0 } }
        }
        let unknown = object.keys.filter { !names.contains($0) }.min() ?? ""
        throw malformed(
            "\(key) names \"\(unknown.prefix(100))\"; the outputs are called "
                + "\(names.prefix(20).map { "\"\($0.prefix(100))\"" }.joined(separator: ", ")).")
    }

    private func count(_ count: Int, _ key: String) -> SavedModelError {
        malformed("\(key) has \(count) entries for \(names.count) outputs.")
    }

    private func malformed(_ message: String) -> SavedModelError { .uncompilable(message: message) }
}
