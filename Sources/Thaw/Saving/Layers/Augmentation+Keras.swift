public import ThawFormats
import ThawGraph

extension RandomFlip: KerasLayer {
    /// `RandomFlip`.
    public static var kerasClassName: String { "RandomFlip" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectImages()
        let name = try configuration.string("mode", default: "horizontal_and_vertical")
        guard let mode = Mode(rawValue: name) else { throw configuration.unsupported("mode") }
        return RandomFlip(mode, seed: try configuration.seed())
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        ["mode": .string(mode.rawValue), "seed": .seed(seed), "data_format": "channels_last"]
    }
}

extension RandomTranslation: KerasLayer {
    /// `RandomTranslation`.
    public static var kerasClassName: String { "RandomTranslation" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectImages()
        return RandomTranslation(
            height: try configuration.factor("height_factor"),
            width: try configuration.factor("width_factor"), fill: try configuration.fill(),
            interpolation: try configuration.pixelInterpolation(), seed: try configuration.seed())
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        kerasResampling.merging([
            "height_factor": .factor(heightFactor), "width_factor": .factor(widthFactor),
        ]) { $1 }
    }
}

extension RandomRotation: KerasLayer {
    /// `RandomRotation`.
    public static var kerasClassName: String { "RandomRotation" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectImages()
        return RandomRotation(
            try configuration.factor("factor"), fill: try configuration.fill(),
            interpolation: try configuration.pixelInterpolation(), seed: try configuration.seed())
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        kerasResampling.merging(["factor": .bounds(try factor.bounds("factor", within: -1...1))]) { $1 }
    }
}

extension RandomZoom: KerasLayer {
    /// `RandomZoom`.
    public static var kerasClassName: String { "RandomZoom" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectImages()
        let hasWidth = configuration.value("width_factor") != nil
        return RandomZoom(
            height: try configuration.factor("height_factor"),
            width: hasWidth ? try configuration.factor("width_factor") : nil, fill: try configuration.fill(),
            interpolation: try configuration.pixelInterpolation(), seed: try configuration.seed())
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        kerasResampling.merging([
            "height_factor": .factor(heightFactor),
            "width_factor": widthFactor.map(JSONValue.factor) ?? .null,
        ]) { $1 }
    }
}

extension RandomBrightness: KerasLayer {
    /// `RandomBrightness`.
    public static var kerasClassName: String { "RandomBrightness" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectImages()
        return RandomBrightness(
            try configuration.factor("factor"), valueRange: try configuration.valueRange(),
            seed: try configuration.seed())
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        [
            "factor": .bounds(try factor.bounds("factor", within: -1...1)),
            "value_range": .bounds(valueRange), "seed": .seed(seed),
        ]
    }
}

extension RandomContrast: KerasLayer {
    /// `RandomContrast`.
    public static var kerasClassName: String { "RandomContrast" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectImages()
        return RandomContrast(
            try configuration.factor("factor"), valueRange: try configuration.valueRange(),
            seed: try configuration.seed())
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        let (below, above) = try reach()
        return [
            "factor": [.number(below), .number(above)], "value_range": .bounds(valueRange),
            "seed": .seed(seed),
        ]
    }
}

extension RandomSaturation: KerasLayer {
    /// `RandomSaturation`.
    public static var kerasClassName: String { "RandomSaturation" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectImages()
        return RandomSaturation(
            try configuration.factor("factor"), valueRange: try configuration.valueRange(),
            seed: try configuration.seed())
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        [
            "factor": .bounds(try factor.bounds("factor", within: 0...1)),
            "value_range": .bounds(valueRange), "seed": .seed(seed),
        ]
    }
}

extension RandomErasing: KerasLayer {
    /// `RandomErasing`.
    public static var kerasClassName: String { "RandomErasing" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectImages()
        let hasColour = configuration.value("fill_value") != nil
        return RandomErasing(
            try configuration.factor("factor", default: 1),
            scale: try configuration.factor("scale", default: .between(0.02, 0.33)),
            fillValue: hasColour ? try configuration.numbers("fill_value") : nil,
            valueRange: try configuration.valueRange(), seed: try configuration.seed())
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        let colour = fillValue.map { values -> JSONValue in
            values.count == 1 ? .number(values[0]) : .array(values.map(JSONValue.number))
        }
        return [
            "factor": .bounds(try factor.bounds("factor", within: 0...1)),
            "scale": .bounds(try scale.bounds("scale", within: 0...1)), "fill_value": colour ?? .null,
            "value_range": .bounds(valueRange), "seed": .seed(seed),
        ]
    }
}

extension RandomCrop: KerasLayer {
    /// `RandomCrop`.
    public static var kerasClassName: String { "RandomCrop" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        try configuration.expectImages()
        return RandomCrop(
            height: try configuration.integer("height"), width: try configuration.integer("width"),
            seed: try configuration.seed())
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] {
        guard padding == 0 else {
            throw SavedModelError.notInKeras(
                layer: name, message: "Keras's layer has no padding; put a ZeroPadding2D before it.")
        }
        return [
            "height": .integer(height), "width": .integer(width), "seed": .seed(seed),
            "data_format": "channels_last",
        ]
    }
}

extension RandomAffineLayer {
    /// The arguments that all of these layers have.
    fileprivate var kerasResampling: [String: JSONValue] {
        let (mode, value) =
            switch fill {
            case .constant(let value): ("constant", value)
            case .nearest: ("nearest", 0)
            case .reflect: ("reflect", 0)
            case .wrap: ("wrap", 0)
            }
        return [
            "fill_mode": .string(mode), "fill_value": .number(value),
            "interpolation": .string(interpolation.rawValue), "seed": .seed(seed),
            "data_format": "channels_last",
        ]
    }
}

extension KerasConfiguration {
    fileprivate func expectImages() throws {
        try expectChannelsLast()
        try expect("bounding_box_format")
    }

    fileprivate func factor(_ argument: String, default fallback: RandomFactor? = nil) throws -> RandomFactor
    {
        if let fallback, value(argument) == nil { return fallback }
        let numbers = try numbers(argument)
        guard (1...2).contains(numbers.count) else { throw unsupported(argument) }
        return RandomFactor(numbers: numbers)
    }

    fileprivate func fill() throws -> FillMode {
        let value = try number("fill_value", default: 0)
        switch try string("fill_mode", default: "reflect") {
        case "constant": return .constant(value)
        case "nearest": return .nearest
        case "reflect": return .reflect
        case "wrap": return .wrap
        default: throw unsupported("fill_mode")
        }
    }

    fileprivate func pixelInterpolation() throws -> PixelInterpolation {
        let name = try string("interpolation", default: "bilinear")
        guard let interpolation = PixelInterpolation(rawValue: name) else {
            throw unsupported("interpolation")
        }
        return interpolation
    }

    fileprivate func valueRange() throws -> ClosedRange<Double> {
        let bounds = try numbers("value_range", default: [0, 255])
        guard bounds.count == 2, bounds[0] <= bounds[1] else { throw unsupported("value_range") }
        return bounds[0]...bounds[1]
    }
}

extension JSONValue {
    fileprivate static func factor(_ factor: RandomFactor) -> JSONValue {
        factor.numbers.count == 1
            ? .number(factor.numbers[0]) : .array(factor.numbers.map(JSONValue.number))
    }

    fileprivate static func bounds(_ bounds: ClosedRange<Double>) -> JSONValue {
        [.number(bounds.lowerBound), .number(bounds.upperBound)]
    }
}
