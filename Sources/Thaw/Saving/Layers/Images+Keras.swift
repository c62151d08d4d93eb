public import ThawFormats
import ThawGraph

extension SeparableConv2D: KerasLayer {
    /// `SeparableConv2D`.
    public static var kerasClassName: String { "SeparableConv2D" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectChannelsLast()
        try configuration.expect("activity_regularizer")
        try configuration.expect("groups", 1)
        // Keras 2 wrote what its base class, the full convolution, would take.
        configuration.ignore("kernel_initializer", "kernel_regularizer", "kernel_constraint")
        return SeparableConv2D(
            try configuration.integer("filters"), kernelSize: try configuration.size("kernel_size"),
            strides: try configuration.size("strides", default: 1), padding: try configuration.padding(),
            depthMultiplier: try configuration.integer("depth_multiplier", default: 1),
            dilation: try configuration.size("dilation_rate", default: 1),
            activation: try configuration.activation("activation"),
            usesBias: try configuration.bool("use_bias", default: true),
            depthwiseInitializer: try configuration.initializer(
                "depthwise_initializer", default: .glorotUniform),
            pointwiseInitializer: try configuration.initializer(
                "pointwise_initializer", default: .glorotUniform),
            biasInitializer: try configuration.initializer("bias_initializer", default: .zeros),
            depthwiseRegularizer: try configuration.regularizer("depthwise_regularizer"),
            pointwiseRegularizer: try configuration.regularizer("pointwise_regularizer"),
            biasRegularizer: try configuration.regularizer("bias_regularizer"),
            depthwiseConstraint: try configuration.constraint("depthwise_constraint"),
            pointwiseConstraint: try configuration.constraint("pointwise_constraint"),
            biasConstraint: try configuration.constraint("bias_constraint"))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        var arguments = try kerasWindow(kernelSize: kernelSize, strides: strides, padding: padding)
        arguments["filters"] = .integer(filters)
        arguments["depth_multiplier"] = .integer(depthMultiplier)
        arguments["dilation_rate"] = .size(dilation.height, dilation.width)
        arguments["activation"] = try keras(activation)
        arguments["use_bias"] = .bool(usesBias)
        arguments.merge(try keras("depthwise", depthwiseSettings)) { $1 }
        arguments.merge(try keras("pointwise", pointwiseSettings)) { $1 }
        arguments.merge(try keras("bias", biasSettings)) { $1 }
        return arguments
    }
}

extension Conv2DTranspose: KerasLayer {
    /// `Conv2DTranspose`.
    public static var kerasClassName: String { "Conv2DTranspose" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectChannelsLast()
        try configuration.expect("activity_regularizer")
        try configuration.expect("groups", 1)
        let outputPadding =
            configuration.value("output_padding") == nil ? nil : try configuration.size("output_padding")
        return Conv2DTranspose(
            try configuration.integer("filters"), kernelSize: try configuration.size("kernel_size"),
            strides: try configuration.size("strides", default: 1), padding: try configuration.padding(),
            outputPadding: outputPadding, dilation: try configuration.size("dilation_rate", default: 1),
            activation: try configuration.activation("activation"),
            usesBias: try configuration.bool("use_bias", default: true),
            kernelInitializer: try configuration.initializer("kernel_initializer", default: .glorotUniform),
            biasInitializer: try configuration.initializer("bias_initializer", default: .zeros),
            kernelRegularizer: try configuration.regularizer("kernel_regularizer"),
            biasRegularizer: try configuration.regularizer("bias_regularizer"),
            kernelConstraint: try configuration.constraint("kernel_constraint"),
            biasConstraint: try configuration.constraint("bias_constraint"))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        var arguments = try kerasWindow(kernelSize: kernelSize, strides: strides, padding: padding)
        arguments["filters"] = .integer(filters)
        arguments["output_padding"] = outputPadding.map { .size($0.height, $0.width) } ?? .null
        arguments["dilation_rate"] = .size(dilation.height, dilation.width)
        arguments["activation"] = try keras(activation)
        arguments["use_bias"] = .bool(usesBias)
        arguments.merge(try keras("kernel", kernelSettings)) { $1 }
        arguments.merge(try keras("bias", biasSettings)) { $1 }
        return arguments
    }
}

extension UpSampling2D: KerasLayer {
    /// `UpSampling2D`.
    public static var kerasClassName: String { "UpSampling2D" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectChannelsLast()
        let name = try configuration.string("interpolation", default: "nearest")
        guard let interpolation = PixelInterpolation(rawValue: name) else {
            throw configuration.unsupported("interpolation")
        }
        return UpSampling2D(try configuration.size("size", default: 2), interpolation: interpolation)
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        [
            "size": .size(size.height, size.width), "interpolation": .string(interpolation.rawValue),
            "data_format": "channels_last",
        ]
    }
}

extension Normalization: KerasLayer {
    /// `Normalization`.
    public static var kerasClassName: String { "Normalization" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        let axes = try configuration.integers("axis", default: [-1])
        let inverts = try configuration.bool("invert", default: false)
        guard configuration.value("mean") != nil || configuration.value("variance") != nil else {
            return Normalization(axes: axes, inverts: inverts)
        }
        return Normalization(
            mean: try configuration.numbers("mean"), variance: try configuration.numbers("variance"),
            axes: axes, inverts: inverts)
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        func numbers(_ values: [Double]?) -> JSONValue {
            guard let values else { return .null }
            return values.count == 1 ? .number(values[0]) : .array(values.map(JSONValue.number))
        }
        return [
            "axis": .array(axes.map(JSONValue.integer)), "invert": .bool(inverts),
            "mean": numbers(givenMean), "variance": numbers(givenVariance),
        ]
    }
}
