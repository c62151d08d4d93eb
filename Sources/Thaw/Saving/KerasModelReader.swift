import ThawFormats
import ThawTensor

/// Makes models from the JSON of Keras 2 and 3, without weights.
struct KerasModelReader {
    /// 2 or 3.
    let kerasVersion: Int
    /// Layers of the user's own.
    let customLayers: [any KerasLayer.Type]

    /// The seed of the outermost model; drawn if nil.
    var seed: UInt64?
    /// Modes of calls, which Keras 3's own files do not keep.
    var pins: [Pin: Mode] = [:]

    /// A call of a layer in a model, which is named by its path.
    struct Pin: Hashable {
        let model: String
        let layer: String
        let call: Int
    }

    /// The most models inside one another.
    static let deepest = 32

    /// The model that `object` describes.
    ///
    /// - Parameter path: the names of the models on the way to this one.
    func model(from object: JSONValue, path: [String] = []) throws -> Model {
        guard path.count < Self.deepest else {
            throw SavedModelError.malformed(
                layer: "the model", message: "models lie more than \(Self.deepest) deep in models.")
        }
        guard let className = object["class_name"]?.string else {
            throw SavedModelError.malformed(layer: "the model", message: "it has no class_name.")
        }
        // The oldest files of Sequential hold just the list.
        let layers = object["config"]?["layers"]?.array ?? object["config"]?.array
        let name = object["config"]?["name"]?.string
        guard let layers else {
            throw SavedModelError.malformed(
                layer: name ?? "the model", message: "its class \(className) has no list of layers.")
        }
        let model: Model
        switch className {
        case "Sequential": model = try sequential(layers, object, name: name, path: path)
        case "Functional", "Model":
            model = try functional(layers, object["config"] ?? [:], name: name, path: path)
        default: throw SavedModelError.unknownLayer(layer: name ?? "the model", className: className)
        }
        if object["config"]?["trainable"]?.bool == false { model.freeze() }
        return model
    }

    private func layer(from object: JSONValue, path: [String]) throws -> Layer {
        guard let className = object["class_name"]?.string, let config = object["config"] else {
            throw SavedModelError.malformed(layer: "a layer", message: "it has no class_name or no config.")
        }
        let name = config["name"]?.string ?? object["name"]?.string
        if ["Sequential", "Functional", "Model"].contains(className),
            KerasLayers.type(named: className, custom: customLayers) == nil
        {
            // Keras 2.0 has the name beside the list only.
            let own = object["name"]?.string ?? name
            let model = try model(from: object, path: path + [own ?? ""])
            if let own { model.name = own }
            return model
        }
        guard let type = KerasLayers.type(named: className, custom: customLayers) else {
            throw SavedModelError.unknownLayer(layer: name ?? "without a name", className: className)
        }
        guard let name, let values = config.object else {
            throw SavedModelError.malformed(
                layer: "a layer of class \(className)", message: "it has no name.")
        }
        let configuration = KerasConfiguration(
            className: className, layerName: name, kerasVersion: kerasVersion, values: values)
        let layer = try type.make(from: configuration)
        try configuration.finish()
        layer.name = name
        if values["trainable"]?.bool == false { layer.freeze() }
        return layer
    }

    // MARK: - Sequential

    private func sequential(
        _ objects: [JSONValue], _ object: JSONValue, name: String?, path: [String]
    ) throws -> Model {
        var layers: [Layer] = []
        var inputShape: [Int]?
        for object in objects {
            if inputShape == nil, layers.isEmpty {
                inputShape = try shape(
                    object["config"]?["batch_shape"] ?? object["config"]?["batch_input_shape"])
            }
            if object["class_name"]?.string == "InputLayer" { continue }
            layers.append(try layer(from: object, path: path))
        }
        inputShape =
            try inputShape ?? shape(object["config"]?["build_input_shape"])
            ?? shape(object["build_config"]?["input_shape"])
        let model = Sequential(layers, seed: path.isEmpty ? seed : nil, name: name)
        model.inputShape = inputShape ?? model.knownInputShape
        guard model.inputShape != nil || !path.isEmpty else {
            throw SavedModelError.malformed(
                layer: name ?? "the model",
                message: "it does not say the shape of its input: build the model before it is saved.")
        }
        return model
    }

    /// The shape of a sample; nil where the file gives none.
    private func shape(_ value: JSONValue?) throws -> [Int]? {
        guard let value, let array = value.array, !array.isEmpty else { return nil }
        let sizes = array.dropFirst().map(\.integer)
        guard sizes.allSatisfy({ ($0 ?? 0) > 0 && ($0 ?? 0) <= KerasConfiguration.largest }) else {
            throw SavedModelError.malformed(
                layer: "the model",
                message:
                    "its input has the shape \(value.text.prefix(100)); every size but the batch's must be known."
            )
        }
        let shape = sizes.compactMap(\.self)
        guard let count = TensorShape.elementCount(shape), count <= LoadingBudget.largestValue else {
            throw SavedModelError.malformed(
                layer: "the model",
                message: "its input has the shape \(shape), which is larger than any memory.")
        }
        return shape
    }

    // MARK: - Functional

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

    private func functional(
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
                guard let shape = try shape(batch) else {
                    throw SavedModelError.malformed(layer: "layer \(layerName)", message: "it has no shape.")
                }
                let input = Input(shape: shape, name: layerName)
                layers[layerName] = input
                values[History(layer: layerName, node: 0, tensor: 0)] = input.layerOutput
                continue
            }
            let layer = try layer(from: object, path: path)
            layer.name = layerName
            layers[layerName] = layer
            for (number, node) in (object["inbound_nodes"]?.array ?? []).enumerated() {
                let pin = Pin(model: path.joined(separator: "/"), layer: layerName, call: number)
                nodes.append(try self.node(node, layer: layerName, number: number, pinned: pins[pin]))
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
        return try Model(
            inputs: endpoints("input_layers"), outputs: endpoints("output_layers"),
            seed: path.isEmpty ? seed : nil,
            name: name)
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

    private func node(_ node: JSONValue, layer: String, number: Int, pinned: Mode?) throws -> Node {
        if let arguments = node["args"] {
            let others = node["kwargs"]?.object ?? [:]
            // Keras 3 writes the mode of its own tracing there, which means nothing.
            for (name, value) in others where !["training", "mask"].contains(name) && !value.isNull {
                throw SavedModelError.unsupportedArgument(
                    layer: layer, className: "call", argument: name, value: String(value.text.prefix(100)))
            }
            return Node(layer: layer, number: number, inputs: try tensors(in: arguments, layer), mode: pinned)
        }
        // Keras 2: a list of [layer, node, tensor, arguments].
        guard let entries = node.array else {
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
        return Node(layer: layer, number: number, inputs: try histories(in: node, layer), mode: mode)
    }

    /// The tensors in the arguments of a call, in order.
    private func tensors(in value: JSONValue, _ layer: String) throws -> [History] {
        if let array = value.array { return try array.flatMap { try tensors(in: $0, layer) } }
        guard value["class_name"]?.string == "__keras_tensor__",
            let history = value["config"]?["keras_history"]?.array, let result = Self.history(history)
        else {
            throw SavedModelError.unsupportedArgument(
                layer: layer, className: "call", argument: "an argument",
                value: String(value.text.prefix(100)))
        }
        return [result]
    }

    /// `["name", 0, 0]`, or a list of such.
    private func histories(in value: JSONValue, _ layer: String) throws -> [History] {
        guard let array = value.array else {
            throw SavedModelError.malformed(
                layer: layer, message: "\(value.text.prefix(100)) names no tensor.")
        }
        if let history = Self.history(array) { return [history] }
        return try array.flatMap { try histories(in: $0, layer) }
    }

    private static func history(_ array: [JSONValue]) -> History? {
        guard array.count >= 3, let name = array[0].string, let node = array[1].integer,
            let tensor = array[2].integer
        else { return nil }
        return History(layer: name, node: node, tensor: tensor)
    }
}
