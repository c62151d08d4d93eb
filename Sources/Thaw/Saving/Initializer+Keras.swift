import ThawFormats

extension Initializer {
    /// How Keras's files say it; nil for a function of the user's own.
    var keras: JSONValue? {
        var arguments: [String: JSONValue] = ["seed": .null]
        switch rule {
        case .constant(let value):
            arguments = name == "Constant" ? ["value": .number(value)] : [:]
        case .varianceScaling(let scale, let mode, let distribution):
            if name == "VarianceScaling" {
                arguments["scale"] = .number(scale)
                arguments["mode"] = .string(Self.kerasModes.first { $1 == mode }?.key ?? "")
                arguments["distribution"] = .string(
                    Self.kerasDistributions.first { $1 == distribution }?.key ?? "")
            }
        case .normal(let mean, let deviation), .truncatedNormal(let mean, let deviation):
            arguments["mean"] = .number(mean)
            arguments["stddev"] = .number(deviation)
        case .uniform(let minimum, let maximum):
            arguments["minval"] = .number(minimum)
            arguments["maxval"] = .number(maximum)
        case .orthogonal(let gain): arguments["gain"] = .number(gain)
        case .identity(let gain): arguments = ["gain": .number(gain)]
        case .custom: return nil
        }
        return .keras(name, module: "keras.initializers", arguments)
    }

    private static let kerasModes: [String: FanMode] = [
        "fan_in": .fanIn, "fan_out": .fanOut, "fan_avg": .fanAverage,
    ]
    private static let kerasDistributions: [String: Distribution] = [
        "truncated_normal": .truncatedNormal, "untruncated_normal": .untruncatedNormal, "uniform": .uniform,
    ]

    /// The initializer of a class of Keras, which may be named in two ways; nil if there is none.
    static func keras(_ className: String, _ configuration: KerasConfiguration) throws -> Initializer? {
        configuration.ignore("seed")
        try configuration.expect("input_axes")
        try configuration.expect("output_axes")
        switch className.lowercased().replacing("_", with: "") {
        case "zeros", "zero": return .zeros
        case "ones", "one": return .ones
        case "constant": return .constant(try configuration.number("value", default: 0))
        case "glorotuniform": return .glorotUniform
        case "glorotnormal", "xaviernormal": return .glorotNormal
        case "heuniform": return .heUniform
        case "henormal": return .heNormal
        case "lecununiform": return .lecunUniform
        case "lecunnormal": return .lecunNormal
        case "variancescaling": return try varianceScaling(configuration)
        case "randomnormal", "normal":
            return .randomNormal(
                mean: try configuration.number("mean", default: 0),
                standardDeviation: try configuration.number("stddev", default: 0.05))
        case "truncatednormal":
            return .truncatedNormal(
                mean: try configuration.number("mean", default: 0),
                standardDeviation: try configuration.number("stddev", default: 0.05))
        case "randomuniform", "uniform":
            return .randomUniform(
                minimum: try configuration.number("minval", default: -0.05),
                maximum: try configuration.number("maxval", default: 0.05))
        case "orthogonal", "orthogonalinitializer":
            return .orthogonal(gain: try configuration.number("gain", default: 1))
        case "identity", "identityinitializer":
            return .identity(gain: try configuration.number("gain", default: 1))
        default: return nil
        }
    }

    private static func varianceScaling(_ configuration: KerasConfiguration) throws -> Initializer {
        let scale = try configuration.number("scale", default: 1)
        guard let mode = kerasModes[try configuration.string("mode", default: "fan_in")] else {
            throw configuration.unsupported("mode")
        }
        var name = try configuration.string("distribution", default: "truncated_normal")
        // What Keras 2 called normal was truncated.
        if name == "normal" { name = "truncated_normal" }
        guard let distribution = kerasDistributions[name] else {
            throw configuration.unsupported("distribution")
        }
        // Keras 2.0 wrote every member of the family in this way.
        let known: [Initializer] = [
            .glorotUniform, .glorotNormal, .heUniform, .heNormal, .lecunUniform, .lecunNormal,
        ]
        let rule = Rule.varianceScaling(scale: scale, mode: mode, distribution: distribution)
        return known.first { $0.rule == rule }
            ?? .varianceScaling(scale: scale, mode: mode, distribution: distribution)
    }
}
