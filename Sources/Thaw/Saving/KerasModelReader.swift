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
    /// The sizes that inputs have where the file leaves them open.
    var inputShape: [Int]?
    /// Modes of calls, which Keras 3's own files do not keep.
    var pins: [Pin: Mode] = [:]
    /// The names of layers, by their paths in the file, where Keras 3 does not take them.
    var names: [String: String] = [:]

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
        let name =
            path.isEmpty
            ? self.name(object["config"]?["name"]?.string, at: []) : object["config"]?["name"]?.string
        guard Self.modelClasses.contains(className) else { throw Self.ownClass(className, name: name) }
        guard let layers else {
            // What Keras 3 writes of a model that is no graph of layers.
            if className == "Model" { throw Self.ownClass(className, name: name) }
            throw SavedModelError.malformed(
                layer: name ?? "the model", message: "its class \(className) has no list of layers.")
        }
        let model =
            try className == "Sequential"
            ? sequential(layers, object, name: name, path: path)
            : functional(layers, object["config"] ?? [:], name: name, path: path)
        if object["config"]?["trainable"]?.bool == false { model.freeze() }
        return model
    }

    private static let modelClasses = ["Sequential", "Functional", "Model"]

    /// The error for a model that computes in code of its own.
    private static func ownClass(_ className: String, name: String?) -> SavedModelError {
        .unsupported(
            subject: "the model\(name.map { " \($0)" } ?? "")",
            message:
                "is a \(className), a class of its own, and what it computes is in its Python program, not in the file. Make the "
                + "model of keras.Input and layers in Python and save it again, or write it as a Model in Swift and load "
                + "the weights alone: loadWeights(from:) reads them from this file."
        )
    }

    /// The name of a layer that the file calls `name`.
    func name(_ name: String?, at path: [String]) -> String? {
        guard let name else { return nil }
        return names[path.isEmpty ? "" : path.joined(separator: "/")] ?? name
    }

    func layer(from object: JSONValue, path: [String]) throws -> Layer {
        guard let className = object["class_name"]?.string, let config = object["config"] else {
            throw SavedModelError.malformed(layer: "a layer", message: "it has no class_name or no config.")
        }
        let name = config["name"]?.string ?? object["name"]?.string
        if Self.modelClasses.contains(className),
            KerasLayers.type(named: className, custom: customLayers) == nil
        {
            // Keras 2.0 has the name beside the list only.
            let own = object["name"]?.string ?? name
            var reader = self
            if let shape = calledShape(object) { reader.inputShape = shape }
            let model = try reader.model(from: object, path: path + [own ?? ""])
            if let own = self.name(own, at: path + [own ?? ""]) { model.name = own }
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
        layer.name = self.name(name, at: path + [name]) ?? name
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
                    object["config"]?["batch_shape"] ?? object["config"]?["batch_input_shape"],
                    of: name, isNeeded: path.isEmpty)
            }
            if object["class_name"]?.string == "InputLayer" { continue }
            layers.append(try layer(from: object, path: path))
        }
        inputShape =
            try inputShape ?? shape(object["config"]?["build_input_shape"], of: name, isNeeded: path.isEmpty)
            ?? shape(object["build_config"]?["input_shape"], of: name, isNeeded: path.isEmpty)
            ?? (path.isEmpty ? self.inputShape : nil)
        let model = Sequential(layers, seed: path.isEmpty ? seed : nil, name: name)
        model.inputShape = inputShape ?? model.knownInputShape
        guard model.inputShape != nil || !path.isEmpty else {
            throw SavedModelError.openInputShape(
                input: "the input of the model\(name.map { " \($0)" } ?? "")", sizes: [])
        }
        return model
    }
}
