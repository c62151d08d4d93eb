public import ThawFormats

extension Flatten: KerasLayer {
    /// `Flatten`.
    public static var kerasClassName: String { "Flatten" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectChannelsLast()
        return Flatten()
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] { ["data_format": "channels_last"] }
}

extension Reshape: KerasLayer {
    /// `Reshape`.
    public static var kerasClassName: String { "Reshape" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        Reshape(try configuration.integers("target_shape"))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        ["target_shape": .array(targetShape.map(JSONValue.integer))]
    }
}
