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

extension ZeroPadding2D: KerasLayer {
    /// `ZeroPadding2D`.
    public static var kerasClassName: String { "ZeroPadding2D" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectChannelsLast()
        return ZeroPadding2D(try configuration.margins("padding", default: 1))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        ["padding": .margins(padding), "data_format": "channels_last"]
    }
}

extension Cropping2D: KerasLayer {
    /// `Cropping2D`.
    public static var kerasClassName: String { "Cropping2D" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectChannelsLast()
        return Cropping2D(try configuration.margins("cropping", default: 0))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        ["cropping": .margins(cropping), "data_format": "channels_last"]
    }
}

extension Rescaling: KerasLayer {
    /// `Rescaling`.
    public static var kerasClassName: String { "Rescaling" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        Rescaling(
            scales: try configuration.numbers("scale"),
            offsets: try configuration.numbers("offset", default: [0]))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        func one(_ numbers: [Double]) -> JSONValue {
            numbers.count == 1 ? .number(numbers[0]) : .array(numbers.map(JSONValue.number))
        }
        return ["scale": one(scale), "offset": one(offset)]
    }
}

extension JSONValue {
    fileprivate static func margins(_ margins: Margins2D) -> JSONValue {
        [.size(margins.top, margins.bottom), .size(margins.left, margins.right)]
    }
}
