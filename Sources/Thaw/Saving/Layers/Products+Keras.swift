public import ThawFormats
import ThawGraph

extension Dense: KerasLayer {
    /// `Dense`.
    public static var kerasClassName: String { "Dense" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expect("lora_rank")
        try configuration.expect("quantization_config")
        try configuration.expect("activity_regularizer")
        return Dense(
            try configuration.integer("units"), activation: try configuration.activation("activation"),
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
        var arguments: [String: JSONValue] = [
            "units": .integer(units), "activation": try keras(activation), "use_bias": .bool(usesBias),
        ]
        arguments.merge(try keras("kernel", kernelSettings)) { $1 }
        arguments.merge(try keras("bias", biasSettings)) { $1 }
        return arguments
    }
}

extension Conv2D: KerasLayer {
    /// `Conv2D`.
    public static var kerasClassName: String { "Conv2D" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectChannelsLast()
        try configuration.expect("activity_regularizer")
        try configuration.expect("lora_rank")
        try configuration.expect("quantization_config")
        return Conv2D(
            try configuration.integer("filters"), kernelSize: try configuration.size("kernel_size"),
            strides: try configuration.size("strides", default: 1), padding: try configuration.padding(),
            dilation: try configuration.size("dilation_rate", default: 1),
            groups: try configuration.integer("groups", default: 1),
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
        arguments["dilation_rate"] = .size(dilation.height, dilation.width)
        arguments["groups"] = .integer(groups)
        arguments["activation"] = try keras(activation)
        arguments["use_bias"] = .bool(usesBias)
        arguments.merge(try keras("kernel", kernelSettings)) { $1 }
        arguments.merge(try keras("bias", biasSettings)) { $1 }
        return arguments
    }
}

extension DepthwiseConv2D: KerasLayer {
    /// `DepthwiseConv2D`.
    public static var kerasClassName: String { "DepthwiseConv2D" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectChannelsLast()
        try configuration.expect("activity_regularizer")
        try configuration.expect("groups", 1)
        // Keras 2 wrote what its base class, the full convolution, would take.
        configuration.ignore("filters", "kernel_initializer", "kernel_regularizer", "kernel_constraint")
        return DepthwiseConv2D(
            kernelSize: try configuration.size("kernel_size"),
            strides: try configuration.size("strides", default: 1), padding: try configuration.padding(),
            depthMultiplier: try configuration.integer("depth_multiplier", default: 1),
            dilation: try configuration.size("dilation_rate", default: 1),
            activation: try configuration.activation("activation"),
            usesBias: try configuration.bool("use_bias", default: true),
            kernelInitializer: try configuration.initializer(
                "depthwise_initializer", default: .glorotUniform),
            biasInitializer: try configuration.initializer("bias_initializer", default: .zeros),
            kernelRegularizer: try configuration.regularizer("depthwise_regularizer"),
            biasRegularizer: try configuration.regularizer("bias_regularizer"),
            kernelConstraint: try configuration.constraint("depthwise_constraint"),
            biasConstraint: try configuration.constraint("bias_constraint"))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        var arguments = try kerasWindow(kernelSize: kernelSize, strides: strides, padding: padding)
        arguments["depth_multiplier"] = .integer(depthMultiplier)
        arguments["dilation_rate"] = .size(dilation.height, dilation.width)
        arguments["activation"] = try keras(activation)
        arguments["use_bias"] = .bool(usesBias)
        arguments.merge(try keras("depthwise", kernelSettings)) { $1 }
        arguments.merge(try keras("bias", biasSettings)) { $1 }
        return arguments
    }
}

extension KerasConfiguration {
    /// Images must be stored channels last.
    func expectChannelsLast() throws { try expect("data_format", "channels_last") }
}

extension Layer {
    /// The arguments of a window over images; pooling calls its size otherwise.
    func kerasWindow(
        kernelSize: Size2D, sizeArgument: String = "kernel_size", strides: Size2D, padding: Padding2D
    ) throws -> [String: JSONValue] {
        let name: String
        switch padding {
        case .valid: name = "valid"
        case .same: name = "same"
        case .explicit:
            throw SavedModelError.notInKeras(
                layer: self.name,
                message:
                    "Keras pads by \"valid\" or \"same\" only, not explicitly; pad with a layer before it.")
        }
        return [
            sizeArgument: .size(kernelSize.height, kernelSize.width),
            "strides": .size(strides.height, strides.width), "padding": .string(name),
            "data_format": "channels_last",
        ]
    }
}
