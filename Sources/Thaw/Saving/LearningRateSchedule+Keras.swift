import ThawFormats

/// A schedule that Keras's files can hold.
protocol KerasSchedule: LearningRateSchedule {
    /// Keras's name of the class.
    static var kerasClassName: String { get }
    init(keras configuration: KerasConfiguration) throws
    /// Keras's arguments.
    var kerasArguments: [String: JSONValue] { get }
}

enum KerasSchedules {
    private static let types: [any KerasSchedule.Type] = [
        ExponentialDecay.self, InverseTimeDecay.self, PiecewiseConstantDecay.self, PolynomialDecay.self,
        CosineDecay.self,
    ]

    /// A rate that is a number, or an object.
    static func schedule(_ configuration: KerasConfiguration) throws -> any LearningRateSchedule {
        let argument = configuration.value("learning_rate") == nil ? "lr" : "learning_rate"
        guard let value = configuration.value(argument) else { return 0.001 }
        guard let className = value["class_name"]?.string else { return try configuration.number(argument) }
        guard let type = types.first(where: { $0.kerasClassName == className }) else {
            throw configuration.unsupported(argument)
        }
        let inner = KerasConfiguration(
            className: className, layerName: configuration.layerName,
            kerasVersion: configuration.kerasVersion,
            values: value["config"]?.object ?? [:])
        let schedule = try type.init(keras: inner)
        try inner.finish()
        return schedule
    }

    /// The same for writing; a schedule that Keras lacks becomes the rate it has now.
    static func object(_ schedule: any LearningRateSchedule, iterations: Int) -> JSONValue {
        guard let keras = schedule as? any KerasSchedule else {
            return .number(schedule.rate(atStep: iterations))
        }
        let className = type(of: keras).kerasClassName
        var arguments = keras.kerasArguments
        arguments["name"] = .string(className)
        return .keras(className, module: "keras.optimizers.schedules", arguments)
    }
}

/// The arguments that two classes of Keras share.
private struct DecayArguments {
    let initial: Double
    let steps: Int
    let rate: Double
    let staircase: Bool

    init(initial: Double, steps: Int, rate: Double, staircase: Bool) {
        self.initial = initial
        self.steps = steps
        self.rate = rate
        self.staircase = staircase
    }

    init(_ configuration: KerasConfiguration) throws {
        initial = try configuration.number("initial_learning_rate")
        steps = try configuration.steps("decay_steps")
        rate = try configuration.number("decay_rate")
        staircase = try configuration.bool("staircase", default: false)
    }

    var object: [String: JSONValue] {
        [
            "initial_learning_rate": .number(initial), "decay_steps": .integer(steps),
            "decay_rate": .number(rate), "staircase": .bool(staircase),
        ]
    }
}

extension ExponentialDecay: KerasSchedule {
    static let kerasClassName = "ExponentialDecay"

    init(keras configuration: KerasConfiguration) throws {
        let arguments = try DecayArguments(configuration)
        self.init(
            from: arguments.initial, steps: arguments.steps, rate: arguments.rate,
            staircase: arguments.staircase)
    }

    var kerasArguments: [String: JSONValue] {
        DecayArguments(initial: initial, steps: steps, rate: rate, staircase: staircase).object
    }
}

extension InverseTimeDecay: KerasSchedule {
    static let kerasClassName = "InverseTimeDecay"

    init(keras configuration: KerasConfiguration) throws {
        let arguments = try DecayArguments(configuration)
        self.init(
            from: arguments.initial, steps: arguments.steps, rate: arguments.rate,
            staircase: arguments.staircase)
    }

    var kerasArguments: [String: JSONValue] {
        DecayArguments(initial: initial, steps: steps, rate: rate, staircase: staircase).object
    }
}

extension PiecewiseConstantDecay: KerasSchedule {
    static let kerasClassName = "PiecewiseConstantDecay"

    init(keras configuration: KerasConfiguration) throws {
        self.init(
            boundaries: try configuration.stepList("boundaries"), values: try configuration.numbers("values"))
        try check()
    }

    var kerasArguments: [String: JSONValue] {
        [
            "boundaries": .array(boundaries.map(JSONValue.integer)),
            "values": .array(values.map(JSONValue.number)),
        ]
    }
}

extension PolynomialDecay: KerasSchedule {
    static let kerasClassName = "PolynomialDecay"

    init(keras configuration: KerasConfiguration) throws {
        self.init(
            from: try configuration.number("initial_learning_rate"),
            steps: try configuration.steps("decay_steps"),
            to: try configuration.number("end_learning_rate", default: 1e-4),
            power: try configuration.number("power", default: 1),
            cycles: try configuration.bool("cycle", default: false))
    }

    var kerasArguments: [String: JSONValue] {
        [
            "initial_learning_rate": .number(initial), "decay_steps": .integer(steps),
            "end_learning_rate": .number(end), "power": .number(power), "cycle": .bool(cycles),
        ]
    }
}

extension CosineDecay: KerasSchedule {
    static let kerasClassName = "CosineDecay"

    init(keras configuration: KerasConfiguration) throws {
        self.init(
            from: try configuration.number("initial_learning_rate"),
            steps: try configuration.steps("decay_steps"),
            alpha: try configuration.number("alpha", default: 0),
            warmupTarget: try configuration.optionalNumber("warmup_target"),
            warmupSteps: try configuration.steps("warmup_steps", default: 0))
    }

    var kerasArguments: [String: JSONValue] {
        [
            "initial_learning_rate": .number(initial), "decay_steps": .integer(steps),
            "alpha": .number(alpha),
            "warmup_target": warmupTarget.map(JSONValue.number) ?? .null,
            "warmup_steps": .integer(warmupSteps),
        ]
    }
}
