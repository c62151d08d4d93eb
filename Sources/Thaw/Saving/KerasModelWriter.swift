import ThawFormats

/// Describes models as Keras 3 does, in the JSON of its `config.json`.
struct KerasModelWriter {
    /// The whole model.
    func object(for model: Model) throws -> JSONValue {
        if let layer = model as? any KerasLayer { return try object(for: layer) }
        if let sequential = model as? Sequential, sequential.hasDistinctLayers {
            return try object(for: sequential)
        }
        guard let topology = try? model.connections else {
            throw SavedModelError.notInKeras(
                layer: model.name,
                message:
                    "\(model.typeName) computes in code of its own; make it from inputs and outputs, or let it be a KerasLayer."
            )
        }
        return try object(for: model, topology)
    }

    private func object(for layer: any KerasLayer) throws -> JSONValue {
        let written = layer.writtenForKeras
        var arguments = try written.kerasArguments()
        arguments["name"] = .string(layer.name)
        arguments["trainable"] = .bool(layer.isTrainable)
        arguments["dtype"] = "float32"
        let className = type(of: written).kerasClassName
        return KerasLayers.isOwn(written)
            ? .keras(className, module: "keras.layers", arguments)
            : .keras(className, module: nil, arguments, registeredName: "Custom>\(className)")
    }

    private func object(inside layer: Layer) throws -> JSONValue {
        if let model = layer as? Model { return try object(for: model) }
        guard let layer = layer as? any KerasLayer else {
            throw SavedModelError.notInKeras(
                layer: layer.name,
                message: "\(layer.typeName) is no KerasLayer; say in an extension how it is written.")
        }
        return try object(for: layer)
    }

    private func object(for sequential: Sequential) throws -> JSONValue {
        try sequential.ensureBuilt()
        let shape = sequential.inputShape ?? []
        let layers =
            [input(named: "\(sequential.name)_input", shape)] + (try sequential.layers.map(object(inside:)))
        return .keras(
            "Sequential", module: "keras",
            [
                "name": .string(sequential.name), "trainable": true, "dtype": "float32",
                "layers": .array(layers), "build_input_shape": .batch(shape),
            ])
    }

    private func input(named name: String, _ shape: [Int]) -> JSONValue {
        .keras(
            "InputLayer", module: "keras.layers",
            [
                "batch_shape": .batch(shape), "dtype": "float32", "sparse": false, "ragged": false,
                "name": .string(name),
            ])
    }

    private func object(for model: Model, _ topology: Topology) throws -> JSONValue {
        let numbers = topology.callNumbers
        func history(_ value: LayerOutput) -> JSONValue {
            let isInput = topology.inputs.contains(value)
            return [
                .string(topology.inputLayer(of: value).name),
                .integer(isInput ? 0 : numbers[ObjectIdentifier(value.call), default: 0]),
                .integer(isInput ? 0 : value.index),
            ]
        }
        func tensor(_ value: LayerOutput) -> JSONValue {
            [
                "class_name": "__keras_tensor__",
                "config": [
                    "shape": .batch(value.shape), "dtype": "float32", "keras_history": history(value),
                ],
            ]
        }
        let layers = try topology.layers.map { layer in
            let isInput = topology.inputLayers.contains { $0 === layer }
            let calls = isInput ? [] : topology.calls.filter { $0.layer === layer }
            var object =
                try isInput ? input(named: layer.name, layer.inputShape ?? []) : object(inside: layer)
            let nodes = calls.map { call -> JSONValue in
                let inputs = call.inputs.map(tensor)
                return ["args": inputs.count == 1 ? .array(inputs) : [.array(inputs)], "kwargs": [:]]
            }
            object["name"] = .string(layer.name)
            object["inbound_nodes"] = .array(nodes)
            return object
        }
        return .keras(
            "Functional", module: "keras.src.models.functional",
            [
                "name": .string(model.name), "trainable": true, "layers": .array(layers),
                "input_layers": .array(topology.inputs.map(history)),
                "output_layers": .array(topology.outputs.map(history)),
            ], registeredName: "Functional")
    }
}

extension Sequential {
    /// Whether no layer occurs twice, which Keras's Sequential does not allow.
    fileprivate var hasDistinctLayers: Bool { Set(layers.map(ObjectIdentifier.init)).count == layers.count }
}
