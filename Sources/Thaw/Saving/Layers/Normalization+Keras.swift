public import ThawFormats

extension BatchNormalization: KerasLayer {
    /// `BatchNormalization`.
    public static var kerasClassName: String { "BatchNormalization" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        let axes = try configuration.integers("axis", default: [-1])
        guard axes.count == 1 else { throw configuration.unsupported("axis") }
        try configuration.expect("renorm", false)
        try configuration.expect("renorm_clipping", [:])
        configuration.ignore("renorm_momentum", "fused", "synchronized")
        try configuration.expect("virtual_batch_size")
        try configuration.expect("adjustment")
        let layer = BatchNormalization(
            momentum: try configuration.number("momentum", default: 0.99),
            epsilon: try configuration.number("epsilon", default: 1e-3),
            center: try configuration.bool("center", default: true),
            scale: try configuration.bool("scale", default: true),
            betaInitializer: try configuration.initializer("beta_initializer", default: .zeros),
            gammaInitializer: try configuration.initializer("gamma_initializer", default: .ones),
            movingMeanInitializer: try configuration.initializer("moving_mean_initializer", default: .zeros),
            movingVarianceInitializer: try configuration.initializer(
                "moving_variance_initializer", default: .ones),
            betaRegularizer: try configuration.regularizer("beta_regularizer"),
            gammaRegularizer: try configuration.regularizer("gamma_regularizer"),
            betaConstraint: try configuration.constraint("beta_constraint"),
            gammaConstraint: try configuration.constraint("gamma_constraint"))
        // Keras 2 wrote the axis as it was counted from the front; building checks that it is the last one.
        layer.declaredAxis = axes[0]
        layer.isOfKeras2 = configuration.kerasVersion < 3
        return layer
    }

    /// Keras's arguments. What `statistics` says has no place among them.
    public func kerasArguments() throws -> [String: JSONValue] {
        var arguments = try keras(scaleAndShift, epsilon: epsilon)
        arguments["axis"] = -1
        arguments["momentum"] = .number(momentum)
        for (name, initializer) in [
            ("moving_mean", movingMeanInitializer), ("moving_variance", movingVarianceInitializer),
        ] {
            let settings = try keras(name, WeightSettings(initializer, nil, nil))
            arguments["\(name)_initializer"] = settings["\(name)_initializer"]
        }
        return arguments
    }
}

extension LayerNormalization: KerasLayer {
    /// `LayerNormalization`.
    public static var kerasClassName: String { "LayerNormalization" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expect("rms_scaling", false)
        return LayerNormalization(
            axes: try configuration.integers("axis", default: [-1]),
            epsilon: try configuration.number("epsilon", default: 1e-3),
            center: try configuration.bool("center", default: true),
            scale: try configuration.bool("scale", default: true),
            betaInitializer: try configuration.initializer("beta_initializer", default: .zeros),
            gammaInitializer: try configuration.initializer("gamma_initializer", default: .ones),
            betaRegularizer: try configuration.regularizer("beta_regularizer"),
            gammaRegularizer: try configuration.regularizer("gamma_regularizer"),
            betaConstraint: try configuration.constraint("beta_constraint"),
            gammaConstraint: try configuration.constraint("gamma_constraint"))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        var arguments = try keras(scaleAndShift, epsilon: epsilon)
        arguments["axis"] = .array(axes.map(JSONValue.integer))
        return arguments
    }
}

extension GroupNormalization: KerasLayer {
    /// `GroupNormalization`.
    public static var kerasClassName: String { "GroupNormalization" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expect("axis", -1)
        return GroupNormalization(
            groups: try configuration.integer("groups", default: 32),
            epsilon: try configuration.number("epsilon", default: 1e-3),
            center: try configuration.bool("center", default: true),
            scale: try configuration.bool("scale", default: true),
            betaInitializer: try configuration.initializer("beta_initializer", default: .zeros),
            gammaInitializer: try configuration.initializer("gamma_initializer", default: .ones),
            betaRegularizer: try configuration.regularizer("beta_regularizer"),
            gammaRegularizer: try configuration.regularizer("gamma_regularizer"),
            betaConstraint: try configuration.constraint("beta_constraint"),
            gammaConstraint: try configuration.constraint("gamma_constraint"))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        var arguments = try keras(scaleAndShift, epsilon: epsilon)
        arguments["axis"] = -1
        arguments["groups"] = .integer(groups)
        return arguments
    }
}

extension Layer {
    /// The arguments that all normalizations have.
    fileprivate func keras(_ parts: ScaleAndShift, epsilon: Double) throws -> [String: JSONValue] {
        var arguments: [String: JSONValue] = [
            "epsilon": .number(epsilon), "center": .bool(parts.centers), "scale": .bool(parts.scales),
        ]
        let none = WeightSettings(.zeros, nil, nil)
        arguments.merge(try keras("beta", parts.betaSettings ?? none)) { $1 }
        arguments.merge(try keras("gamma", parts.gammaSettings ?? WeightSettings(.ones, nil, nil))) { $1 }
        return arguments
    }
}
