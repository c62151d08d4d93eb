import ThawFormats

/// A layer of Keras without weights that stands for an activation: Keras takes layers, and models of them, where it takes functions.
struct KerasActivationLayer: Sendable, Equatable {
    let className: String
    let arguments: [String: Double]

    init(_ className: String, _ arguments: [String: Double]) {
        self.className = className
        self.arguments = arguments
    }

    private var object: JSONValue {
        .keras(className, module: "keras.layers", arguments.mapValues { JSONValue.number($0) })
    }

    /// Whether Keras's description is of this layer, with the arguments that it does not have at 0.
    func matches(_ object: JSONValue) -> Bool {
        guard object["class_name"]?.string == className, let config = object["config"] else { return false }
        for name in Set(["threshold", "negative_slope"]).union(arguments.keys) {
            guard (config[name]?.double ?? 0) == arguments[name] ?? 0 else { return false }
        }
        return true
    }

    /// What Keras deserializes: the layer, or a Sequential of several.
    static func object(_ layers: [KerasActivationLayer]) -> JSONValue? {
        guard layers.count != 1 else { return layers[0].object }
        guard !layers.isEmpty else { return nil }
        return .keras(
            "Sequential", module: "keras",
            ["name": "activation", "trainable": true, "layers": .array(layers.map(\.object))])
    }
}

extension KerasConfiguration {
    /// The activation that a layer, or a Sequential of layers, given as one stands for; nil if it is no known one.
    func activation(ofLayer object: JSONValue) throws -> ActivationFunction? {
        guard let className = object["class_name"]?.string, let values = object["config"]?.object else {
            return nil
        }
        if className == "Sequential" {
            // What stands for the function of Keras 2.
            let layers = (values["layers"]?.array ?? []).filter { $0["class_name"]?.string != "InputLayer" }
            let wanted = ActivationFunction.hardSigmoidOfKeras2.kerasLayers
            let isThis = layers.count == wanted.count && zip(layers, wanted).allSatisfy { $1.matches($0) }
            return isThis ? .hardSigmoidOfKeras2 : nil
        }
        let layer = KerasConfiguration(
            className: className, layerName: layerName, kerasVersion: kerasVersion, values: values)
        let function: ActivationFunction
        switch className {
        case "LeakyReLU":
            let slope = try layer.optionalNumber("negative_slope") ?? layer.optionalNumber("alpha")
            function = .leakyRelu(slope: slope ?? 0.3)
        case "ELU": function = .elu(alpha: try layer.number("alpha", default: 1))
        case "ReLU":
            for argument in ["negative_slope", "threshold"] {
                guard try layer.number(argument, default: 0) == 0 else { return nil }
            }
            switch try layer.optionalNumber("max_value") {
            case nil: function = .relu
            case 6: function = .relu6
            default: return nil
            }
        case "Softmax":
            guard layer.value("axis")?.integer ?? -1 == -1 else { return nil }
            function = .softmax
        default: return nil
        }
        try layer.finish()
        return function
    }
}
