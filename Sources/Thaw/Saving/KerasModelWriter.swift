import ThawFormats

/// Describes models as Keras 3 does, in the JSON of its `config.json`.
struct KerasModelWriter {
    /// The whole model.
    ///
    /// - Throws: `SavedModelError.notInKeras` for a layer that Keras's files cannot hold.
    func object(for model: Model) throws -> JSONValue {
        var seen: Set<ObjectIdentifier> = []
        try refuseRepeated(in: model, &seen)
        return try object(for: model, named: KerasLayerNames.written(model.name))
    }

    /// Keras's files describe a layer once for each list that it stands in, and would make as many layers of it.
    private func refuseRepeated(in model: Model, _ seen: inout Set<ObjectIdentifier>) throws {
        for layer in model.layers {
            guard seen.insert(ObjectIdentifier(layer)).inserted else {
                throw SavedModelError.notInKeras(
                    layer: layer.name,
                    message:
                        "it lies in two models, or twice in one Sequential, and Keras would make two layers of it. Call it twice in "
                        + "one model of inputs and outputs; or, if its weights need not be shared, give each place "
                        + "a layer of its own; or save the weights alone, with saveWeights."
                )
            }
            if let inner = layer as? Model { try refuseRepeated(in: inner, &seen) }
        }
    }

    private func object(for model: Model, named name: String) throws -> JSONValue {
        if let layer = model as? any KerasLayer { return try object(for: layer, named: name) }
        if let sequential = model as? Sequential {
            return try object(for: sequential, named: name)
        }
        guard let topology = try? model.connections else {
            throw SavedModelError.notInKeras(
                layer: model.name,
                message:
                    "\(model.typeName) computes in code of its own; make it from inputs and outputs, or let it be a KerasLayer."
            )
        }
        return try object(for: model, named: name, topology)
    }

    private func object(for layer: any KerasLayer, named name: String) throws -> JSONValue {
        let written = layer.writtenForKeras
        var arguments = try written.kerasArguments()
        arguments["name"] = .string(name)
        // Some layers of Keras that have nothing to train do not take the argument.
        if !layer.parameters.isEmpty { arguments["trainable"] = .bool(layer.isTrainable) }
        arguments["dtype"] = "float32"
        let className = type(of: written).kerasClassName
        return KerasLayers.isOwn(written)
            ? .keras(className, module: "keras.layers", arguments)
            : .keras(className, module: nil, arguments, registeredName: "Custom>\(className)")
    }

    private func object(for layer: Layer, named name: String) throws -> JSONValue {
        if let model = layer as? Model { return try object(for: model, named: name) }
        guard let layer = layer as? any KerasLayer else {
            throw SavedModelError.notInKeras(
                layer: layer.name,
                message: "\(layer.typeName) is no KerasLayer; say in an extension how it is written.")
        }
        return try object(for: layer, named: name)
    }

    private func object(for sequential: Sequential, named name: String) throws -> JSONValue {
        try sequential.ensureBuilt()
        let shape = sequential.inputShape ?? []
        let names = KerasLayerNames(in: sequential)
        let layers =
            [input(named: "\(name)_input", shape)]
            + (try sequential.layers.map { try object(for: $0, named: names[$0]) })
        return .keras(
            "Sequential", module: "keras",
            [
                "name": .string(name), "trainable": true, "dtype": "float32",
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

    private func object(for model: Model, named name: String, _ topology: Topology) throws -> JSONValue {
        let numbers = topology.callNumbers
        let names = KerasLayerNames(in: model)
        func history(_ value: LayerOutput) -> JSONValue {
            let isInput = topology.inputs.contains(value)
            return [
                .string(names[topology.inputLayer(of: value)]),
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
                try isInput
                ? input(named: names[layer], layer.inputShape ?? [])
                : self.object(for: layer, named: names[layer])
            let nodes = calls.map { call -> JSONValue in
                let inputs = call.inputs.map(tensor)
                if let keys = (layer as? Model)?.inputKeys {
                    return ["args": [Self.dictionary(keys, inputs)], "kwargs": [:]]
                }
                return ["args": inputs.count == 1 ? .array(inputs) : [.array(inputs)], "kwargs": [:]]
            }
            object["name"] = .string(names[layer])
            object["inbound_nodes"] = .array(nodes)
            return object
        }
        return .keras(
            "Functional", module: "keras.src.models.functional",
            [
                "name": .string(name), "trainable": true, "layers": .array(layers),
                "input_layers": Self.endpoints(topology.inputs.map(history), model.inputKeys),
                "output_layers": Self.endpoints(topology.outputs.map(history), model.outputKeys),
            ], registeredName: "Functional")
    }

    /// One value stands alone, as Keras writes it: a list of one would make the model give a list, which the layers of a
    /// `Sequential` around it do not take.
    private static func endpoints(_ values: [JSONValue], _ keys: [String]?) -> JSONValue {
        keys.map { dictionary($0, values) } ?? (values.count == 1 ? values[0] : .array(values))
    }

    private static func dictionary(_ keys: [String], _ values: [JSONValue]) -> JSONValue {
        .object(Dictionary(zip(keys, values)) { $1 })
    }
}
