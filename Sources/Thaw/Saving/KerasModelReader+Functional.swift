import ThawFormats

/// Models that are made of calls.
extension KerasModelReader {
    /// One call of a layer in the file.
    struct Node {
        let layer: String
        var number: Int
        let inputs: [History]
        let mode: Mode?
    }

    /// Which output of which call.
    struct History: Hashable {
        let layer: String
        let node: Int
        let tensor: Int
    }

    func functional(
        _ objects: [JSONValue], _ config: JSONValue, name: String?, path: [String]
    ) throws -> Model {
        let modelName = name ?? "the model"
        var layers: [String: Layer] = [:]
        var values: [History: LayerOutput] = [:]
        var nodes: [Node] = []
        for object in objects {
            let own = object["config"]?["name"]?.string
            guard let layerName = object["name"]?.string ?? own, layers[layerName] == nil else {
                throw SavedModelError.malformed(
                    layer: modelName, message: "a layer has no name, or one that another has.")
            }
            if object["class_name"]?.string == "InputLayer" {
                let batch = object["config"]?["batch_shape"] ?? object["config"]?["batch_input_shape"]
                guard let shape = try shape(batch, of: layerName) else {
                    throw SavedModelError.malformed(layer: "layer \(layerName)", message: "it has no shape.")
                }
                let input = Input(shape: shape, name: self.name(layerName, at: path + [layerName]))
                layers[layerName] = input
                values[History(layer: layerName, node: 0, tensor: 0)] = input.layerOutput
                continue
            }
            let layer = try layer(from: object, path: path)
            layer.name = self.name(layerName, at: path + [layerName]) ?? layerName
            layers[layerName] = layer
            let inputNames = (layer as? Model)?.namesOfInputs
            for (number, node) in (object["inbound_nodes"]?.array ?? []).enumerated() {
                let pin = Pin(model: path.joined(separator: "/"), layer: layerName, call: number)
                nodes.append(
                    try self.node(
                        node, layer: layerName, number: number, inputNames: inputNames, pinned: pins[pin]))
            }
        }
        let ends = try ["input_layers", "output_layers"].flatMap {
            try histories(in: config[$0] ?? [], modelName)
        }
        renumber(&nodes, of: layers, used: ends)
        try connect(nodes, layers, &values, modelName)
        func endpoints(_ key: String) throws -> [LayerOutput] {
            try histories(in: config[key] ?? [], modelName).map { history in
                guard let value = values[history] else {
                    throw SavedModelError.malformed(
                        layer: modelName,
                        message: "\(key) names \(history.layer)[\(history.node)], which is not there.")
                }
                return value
            }
        }
        let model = try Model(
            inputs: endpoints("input_layers"), outputs: endpoints("output_layers"),
            seed: path.isEmpty ? seed : nil,
            name: name)
        model.inputKeys = Self.keys(config["input_layers"])
        model.outputKeys = Self.keys(config["output_layers"])
        return model
    }

    /// The names in a dictionary of values, in Keras's order; nil for anything else, dictionaries of lists included.
    private static func keys(_ value: JSONValue?) -> [String]? {
        guard let object = value?.object, object.values.allSatisfy({ $0.array.flatMap(history) != nil })
        else {
            return nil
        }
        return sorted(object).map(\.key)
    }

    /// The entries of a dictionary in the order in which Keras makes a list of it: sorted by their keys, as Python sorts.
    private static func sorted(_ object: [String: JSONValue]) -> [(key: String, value: JSONValue)] {
        object.sorted { $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars) }
    }

    /// Calls the layers, each when its inputs are there.
    private func connect(
        _ nodes: [Node], _ layers: [String: Layer], _ values: inout [History: LayerOutput], _ model: String
    ) throws {
        var waiting: [History: [Int]] = [:]
        var missing = [Int](repeating: 0, count: nodes.count)
        var ready: [Int] = []
        for (index, node) in nodes.enumerated() {
            let needed = Set(node.inputs).filter { values[$0] == nil }
            for input in needed { waiting[input, default: []].append(index) }
            missing[index] = needed.count
            if needed.isEmpty { ready.append(index) }
        }
        var next = 0
        while next < ready.count {
            let node = nodes[ready[next]]
            next += 1
            guard let layer = layers[node.layer], !node.inputs.isEmpty else {
                throw SavedModelError.malformed(
                    layer: "layer \(node.layer)", message: "it is called on nothing.")
            }
            let outputs = try layer.connected(to: node.inputs.compactMap { values[$0] }, mode: node.mode)
            for (tensor, output) in outputs.enumerated() {
                let history = History(layer: node.layer, node: node.number, tensor: tensor)
                values[history] = output
                for index in waiting.removeValue(forKey: history) ?? [] {
                    missing[index] -= 1
                    if missing[index] == 0 { ready.append(index) }
                }
            }
        }
        guard next == nodes.count else {
            let stuck = nodes.indices.first { missing[$0] > 0 }.map { nodes[$0].layer } ?? model
            throw SavedModelError.malformed(
                layer: "layer \(stuck)",
                message: "its inputs lead in a circle, or to a layer that is not there.")
        }
    }

    private func node(
        _ node: JSONValue, layer: String, number: Int, inputNames: [String]?, pinned: Mode?
    ) throws -> Node {
        if let arguments = node["args"] {
            let others = node["kwargs"]?.object ?? [:]
            // Keras 3 writes the mode of its own tracing there, which means nothing.
            for (name, value) in others where !["training", "mask"].contains(name) && !value.isNull {
                throw SavedModelError.unsupportedArgument(
                    layer: layer, className: "call", argument: name, value: String(value.text.prefix(100)))
            }
            return Node(
                layer: layer, number: number, inputs: try tensors(in: arguments, layer, inputNames),
                mode: pinned)
        }
        // Keras 2: a list of [layer, node, tensor, arguments], or a dictionary of such.
        guard let entries = node.array ?? node.object.map({ Array($0.values) }) else {
            throw SavedModelError.malformed(layer: "layer \(layer)", message: "a call of it is no list.")
        }
        var mode: Mode?
        for case .some(let others) in entries.map({ $0.array?.last?.object }) {
            for (name, value) in others where !value.isNull && name != "mask" {
                guard name == "training", let training = value.bool else {
                    throw SavedModelError.unsupportedArgument(
                        layer: layer, className: "call", argument: name, value: String(value.text.prefix(100))
                    )
                }
                mode = training ? .training : .inference
            }
        }
        let inputs = try node.object.map {
            try Self.values($0, inputNames).flatMap { try histories(in: $0, layer) }
        }
        return Node(
            layer: layer, number: number, inputs: try inputs ?? histories(in: node, layer), mode: mode)
    }

    /// The values of a dictionary that a model is called on: in the order of its inputs, if they are called so.
    private static func values(_ object: [String: JSONValue], _ inputNames: [String]?) -> [JSONValue] {
        let named = (inputNames ?? []).compactMap { object[$0] }
        return named.isEmpty || named.count != inputNames?.count ? sorted(object).map(\.value) : named
    }

    /// The tensors in the arguments of a call, in order.
    private func tensors(
        in value: JSONValue, _ layer: String, _ inputNames: [String]?
    ) throws -> [History] {
        if let array = value.array { return try array.flatMap { try tensors(in: $0, layer, inputNames) } }
        if let object = value.object, object["class_name"] == nil {
            return try Self.values(object, inputNames).flatMap { try tensors(in: $0, layer, nil) }
        }
        guard value["class_name"]?.string == "__keras_tensor__",
            let history = value["config"]?["keras_history"]?.array, let result = Self.history(history)
        else {
            throw SavedModelError.unsupportedArgument(
                layer: layer, className: "call", argument: "an argument",
                value: String(value.text.prefix(100)))
        }
        return [result]
    }

    /// `["name", 0, 0]`, or a list or a dictionary of such.
    private func histories(in value: JSONValue, _ layer: String) throws -> [History] {
        if let object = value.object {
            return try Self.sorted(object).flatMap { try histories(in: $0.value, layer) }
        }
        guard let array = value.array else {
            throw SavedModelError.malformed(
                layer: layer, message: "\(value.text.prefix(100)) names no tensor.")
        }
        if let history = Self.history(array) { return [history] }
        return try array.flatMap { try histories(in: $0, layer) }
    }

    static func history(_ array: [JSONValue]) -> History? {
        guard array.count >= 3, let name = array[0].string, let node = array[1].integer,
            let tensor = array[2].integer
        else { return nil }
        return History(layer: name, node: node, tensor: tensor)
    }
}

extension Model {
    /// What the inputs are called, in their order; nil for a model that computes in code of its own.
    fileprivate var namesOfInputs: [String]? {
        inputKeys ?? (try? inputs)?.map { name(of: $0.layer) }
    }
}
