public import ThawFormats

extension Dropout: KerasLayer {
    /// `Dropout`.
    public static var kerasClassName: String { "Dropout" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        Dropout(
            try configuration.number("rate"), noiseShape: try configuration.openSizes("noise_shape"),
            seed: try configuration.seed())
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        let shape = noiseShape.map { JSONValue.array($0.map { $0.map(JSONValue.integer) ?? .null }) }
        return ["rate": .number(rate), "seed": kerasSeed, "noise_shape": shape ?? .null]
    }
}

extension AlphaDropout: KerasLayer {
    /// `AlphaDropout`.
    public static var kerasClassName: String { "AlphaDropout" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expect("noise_shape")
        return AlphaDropout(try configuration.number("rate"), seed: try configuration.seed())
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        ["rate": .number(rate), "seed": kerasSeed]
    }
}

extension GaussianDropout: KerasLayer {
    /// `GaussianDropout`.
    public static var kerasClassName: String { "GaussianDropout" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        return GaussianDropout(try configuration.number("rate"), seed: try configuration.seed())
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        ["rate": .number(rate), "seed": kerasSeed]
    }
}

extension GaussianNoise: KerasLayer {
    /// `GaussianNoise`.
    public static var kerasClassName: String { "GaussianNoise" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        return GaussianNoise(
            standardDeviation: try configuration.number("stddev"), seed: try configuration.seed())
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        ["stddev": .number(standardDeviation), "seed": kerasSeed]
    }
}

extension SpatialDropout2D: KerasLayer {
    /// `SpatialDropout2D`.
    public static var kerasClassName: String { "SpatialDropout2D" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectChannelsLast()
        try configuration.expect("noise_shape")
        return SpatialDropout2D(try configuration.number("rate"), seed: try configuration.seed())
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        ["rate": .number(rate), "seed": kerasSeed]
    }
}

extension KerasConfiguration {
    /// The seed of a random layer.
    func seed() throws -> UInt64? {
        guard value("seed") != nil else { return nil }
        return UInt64(bitPattern: Int64(try integer("seed")))
    }
}

extension RandomLayer {
    fileprivate var kerasSeed: JSONValue { .seed(seed) }
}

extension JSONValue {
    /// The seed of a random layer.
    static func seed(_ seed: UInt64?) -> JSONValue {
        seed.map { .integer(Int(Int64(bitPattern: $0))) } ?? .null
    }
}
