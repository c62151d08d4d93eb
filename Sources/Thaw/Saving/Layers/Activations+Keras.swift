public import ThawFormats

extension Activation: KerasLayer {
    /// `Activation`.
    public static var kerasClassName: String { "Activation" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        Activation(try configuration.activation("activation"))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] { ["activation": try keras(activation)] }
}

extension ReLU: KerasLayer {
    /// `ReLU`.
    public static var kerasClassName: String { "ReLU" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        ReLU(
            maxValue: try configuration.optionalNumber("max_value"),
            negativeSlope: try configuration.number("negative_slope", default: 0),
            threshold: try configuration.number("threshold", default: 0))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        [
            "max_value": maxValue.map(JSONValue.number) ?? .null, "negative_slope": .number(negativeSlope),
            "threshold": .number(threshold),
        ]
    }
}

extension LeakyReLU: KerasLayer {
    /// `LeakyReLU`.
    public static var kerasClassName: String { "LeakyReLU" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        // Keras 2 called it alpha.
        let alpha = try configuration.number("alpha", default: 0.3)
        return LeakyReLU(negativeSlope: try configuration.number("negative_slope", default: alpha))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] { ["negative_slope": .number(negativeSlope)] }
}

extension PReLU: KerasLayer {
    /// `PReLU`.
    public static var kerasClassName: String { "PReLU" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        PReLU(
            alphaInitializer: try configuration.initializer("alpha_initializer", default: .zeros),
            alphaRegularizer: try configuration.regularizer("alpha_regularizer"),
            alphaConstraint: try configuration.constraint("alpha_constraint"),
            sharedAxes: try configuration.integers("shared_axes", default: []))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        var arguments = try keras("alpha", alphaSettings)
        arguments["shared_axes"] = sharedAxes.isEmpty ? .null : .array(sharedAxes.map(JSONValue.integer))
        return arguments
    }
}

extension ELU: KerasLayer {
    /// `ELU`.
    public static var kerasClassName: String { "ELU" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        ELU(alpha: try configuration.number("alpha", default: 1))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] { ["alpha": .number(alpha)] }
}

extension ThresholdedReLU: KerasLayer {
    /// `ThresholdedReLU`, which Keras 2 has.
    public static var kerasClassName: String { "ThresholdedReLU" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        ThresholdedReLU(theta: try configuration.number("theta", default: 1))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] { ["theta": .number(theta)] }

    /// Keras 3's `ReLU` with a threshold, which does the same but at the threshold itself.
    public var writtenForKeras: any KerasLayer { ReLU(threshold: theta) }
}

extension Softmax: KerasLayer {
    /// `Softmax`.
    public static var kerasClassName: String { "Softmax" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        let axes = try configuration.integers("axis", default: [-1])
        guard axes.count == 1 else { throw configuration.unsupported("axis") }
        return Softmax(axis: axes[0])
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] { ["axis": .integer(axis)] }
}
