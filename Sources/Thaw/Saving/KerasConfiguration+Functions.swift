import ThawFormats

/// The functions that layers take as arguments, read from Keras's files.
extension KerasConfiguration {
    /// An activation: Keras's name of it, an object that holds the name, or a layer without weights.
    public func activation(_ argument: String) throws -> ActivationFunction {
        guard let value = value(argument) else { return .linear }
        if let function = try activation(ofLayer: value) { return function }
        guard let name = value.string ?? value["config"]?.string ?? value["class_name"]?.string else {
            throw unsupported(argument)
        }
        if name == "hard_sigmoid", kerasVersion < 3 { return .hardSigmoidOfKeras2 }
        let wanted = ["silu": "swish", "hard_swish": "hard_silu"][name, default: name]
        guard let function = ActivationFunction.ofKeras.first(where: { ($0.kerasName ?? "") == wanted })
        else {
            throw unsupported(argument)
        }
        return function
    }

    /// An initializer.
    public func initializer(_ argument: String, default fallback: Initializer) throws -> Initializer {
        guard let object = try object(argument) else { return fallback }
        guard let initializer = try Initializer.keras(object.className, object) else {
            throw unsupported(argument)
        }
        try object.finish()
        return initializer
    }

    /// A regularizer; nil if there is none.
    public func regularizer(_ argument: String) throws -> Regularizer? {
        guard let object = try object(argument) else { return nil }
        let regularizer: Regularizer
        switch object.className.lowercased() {
        case "l1": regularizer = .l1(try object.number("l1", default: 0.01))
        case "l2": regularizer = .l2(try object.number("l2", default: 0.01))
        case "l1l2", "l1_l2":
            let (l1, l2) = (try object.number("l1", default: 0), try object.number("l2", default: 0))
            regularizer = l1 == 0 ? .l2(l2) : l2 == 0 ? .l1(l1) : .l1L2(l1: l1, l2: l2)
        case "orthogonalregularizer":
            let mode = try object.string("mode", default: "rows")
            guard ["rows", "columns"].contains(mode) else { throw object.unsupported("mode") }
            regularizer = .orthogonal(
                try object.number("factor", default: 0.01), of: mode == "rows" ? .rows : .columns)
        default: throw unsupported(argument)
        }
        try object.finish()
        return regularizer
    }

    /// A constraint; nil if there is none.
    public func constraint(_ argument: String) throws -> Constraint? {
        guard let object = try object(argument) else { return nil }
        let axes = try object.integers("axis", default: [0])
        let constraint: Constraint
        switch object.className.lowercased().replacing("_", with: "") {
        case "maxnorm": constraint = .maxNorm(try object.number("max_value", default: 2), axes: axes)
        case "minmaxnorm":
            constraint = .minMaxNorm(
                minimum: try object.number("min_value", default: 0),
                maximum: try object.number("max_value", default: 1),
                rate: try object.number("rate", default: 1),
                axes: axes)
        case "nonneg": constraint = .nonNegative
        case "unitnorm": constraint = .unitNorm(axes: axes)
        default: throw unsupported(argument)
        }
        try object.finish()
        return constraint
    }

    /// An object with arguments of its own, or just the name of a class.
    private func object(_ argument: String) throws -> KerasConfiguration? {
        guard let value = value(argument) else { return nil }
        if let name = value.string { return inner(name, [:]) }
        guard let className = value["class_name"]?.string else { throw unsupported(argument) }
        return inner(className, value["config"]?.object ?? [:])
    }

    private func inner(_ className: String, _ values: [String: JSONValue]) -> KerasConfiguration {
        KerasConfiguration(
            className: className, layerName: layerName, kerasVersion: kerasVersion, values: values)
    }
}

/// The same, written.
extension Layer {
    func keras(_ activation: ActivationFunction) throws -> JSONValue {
        guard let name = activation.kerasName else {
            if let object = KerasActivationLayer.object(activation.kerasLayers) { return object }
            throw SavedModelError.notInKeras(
                layer: self.name,
                message:
                    "Keras has no name for its activation \(activation.name) with these settings; use a layer of its own for it."
            )
        }
        return .string(name == "swish" ? "silu" : name)
    }

    /// The arguments for a weight's initializer, regularizer and constraint.
    func keras(_ weight: String, _ settings: WeightSettings) throws -> [String: JSONValue] {
        func lost(_ kind: String, _ name: String) -> SavedModelError {
            .notInKeras(
                layer: self.name,
                message:
                    "the \(kind) \(name) of its \(weight) is a function of your own, which no file can hold.")
        }
        guard let initializer = settings.initializer.keras else {
            throw lost("initializer", settings.initializer.name)
        }
        var arguments = ["\(weight)_initializer": initializer]
        arguments["\(weight)_regularizer"] = .null
        arguments["\(weight)_constraint"] = .null
        if let regularizer = settings.regularizer {
            guard let keras = regularizer.keras else { throw lost("regularizer", regularizer.name) }
            arguments["\(weight)_regularizer"] = keras
        }
        if let constraint = settings.constraint {
            guard let keras = constraint.keras else { throw lost("constraint", constraint.name) }
            arguments["\(weight)_constraint"] = keras
        }
        return arguments
    }
}
