public import ThawFormats

extension MaxPooling2D: KerasLayer {
    /// `MaxPooling2D`.
    public static var kerasClassName: String { "MaxPooling2D" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectChannelsLast()
        let size = try configuration.size("pool_size", default: 2)
        return MaxPooling2D(
            poolSize: size, strides: try configuration.size("strides", default: size),
            padding: try configuration.padding())
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        try kerasWindow(kernelSize: poolSize, sizeArgument: "pool_size", strides: strides, padding: padding)
    }
}

extension AveragePooling2D: KerasLayer {
    /// `AveragePooling2D`.
    public static var kerasClassName: String { "AveragePooling2D" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectChannelsLast()
        let size = try configuration.size("pool_size", default: 2)
        return AveragePooling2D(
            poolSize: size, strides: try configuration.size("strides", default: size),
            padding: try configuration.padding())
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        try kerasWindow(kernelSize: poolSize, sizeArgument: "pool_size", strides: strides, padding: padding)
    }
}

extension GlobalMaxPooling2D: KerasLayer {
    /// `GlobalMaxPooling2D`.
    public static var kerasClassName: String { "GlobalMaxPooling2D" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectChannelsLast()
        return GlobalMaxPooling2D(keepsDimensions: try configuration.bool("keepdims", default: false))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        ["data_format": "channels_last", "keepdims": .bool(keepsDimensions)]
    }
}

extension GlobalAveragePooling2D: KerasLayer {
    /// `GlobalAveragePooling2D`.
    public static var kerasClassName: String { "GlobalAveragePooling2D" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectChannelsLast()
        return GlobalAveragePooling2D(keepsDimensions: try configuration.bool("keepdims", default: false))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        ["data_format": "channels_last", "keepdims": .bool(keepsDimensions)]
    }
}
