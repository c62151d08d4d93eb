import ThawFormats

/// An optimizer that Keras's files can hold.
protocol KerasOptimizer: Optimizer {
    /// Keras's name of the class.
    var kerasClassName: String { get }
    /// The arguments that only this class has.
    var kerasArguments: [String: JSONValue] { get }
    /// Whether Keras 3 can compute the same; it lacks some settings.
    var isInKeras: Bool { get }
    /// The slots in the order in which Keras keeps them: one group after the other for all parameters, and within a group
    /// one parameter after the other.
    var kerasSlots: [[String]] { get }
}

extension KerasOptimizer {
    var isInKeras: Bool { true }
    var kerasSlots: [[String]] { slotNames.isEmpty ? [] : [slotNames] }
}

extension Optimizer {
    /// How Keras 3 says it; nil if it has no such optimizer.
    var keras: JSONValue? {
        guard let keras = self as? any KerasOptimizer, keras.isInKeras else { return nil }
        var arguments = keras.kerasArguments
        arguments["name"] = .string(name)
        arguments["learning_rate"] = KerasSchedules.object(schedule, iterations: iterations)
        arguments["weight_decay"] = weightDecay.map(JSONValue.number) ?? .null
        arguments["use_ema"] = .bool(weightAveraging != nil)
        arguments["ema_momentum"] = .number(weightAveraging?.momentum ?? 0.99)
        arguments["ema_overwrite_frequency"] = weightAveraging?.overwriteEvery.map(JSONValue.integer) ?? .null
        arguments["loss_scale_factor"] = .null
        arguments["gradient_accumulation_steps"] =
            gradientAccumulationSteps > 1 ? .integer(gradientAccumulationSteps) : .null
        for name in ["clipnorm", "global_clipnorm", "clipvalue"] { arguments[name] = .null }
        switch clipping {
        case .norm(let limit): arguments["clipnorm"] = .number(limit)
        case .globalNorm(let limit): arguments["global_clipnorm"] = .number(limit)
        case .value(let limit): arguments["clipvalue"] = .number(limit)
        case nil: break
        }
        return .keras(keras.kerasClassName, module: "keras.optimizers", arguments)
    }

    /// The optimizer that Keras's files describe.
    static func keras(_ object: JSONValue, kerasVersion: Int) throws -> Optimizer {
        if let name = object.string { return try keras(defaultsNamed: name, kerasVersion) }
        guard let given = object["class_name"]?.string, let values = object["config"]?.object else {
            throw SavedModelError.malformed(
                layer: "the optimizer", message: "it has no class_name or no config.")
        }
        // Scales the loss for types narrower than those that Thaw computes in.
        if given.hasPrefix("LossScaleOptimizer"), let inner = values["inner_optimizer"] {
            return try keras(inner, kerasVersion: kerasVersion)
        }
        // A file of Keras 2.14 has its own Adam as somebody else's.
        let className = given.hasPrefix("Custom>") ? String(given.dropFirst("Custom>".count)) : given
        let configuration = KerasConfiguration(
            className: className, layerName: "optimizer", kerasVersion: kerasVersion, values: values)
        let rate = try KerasSchedules.schedule(configuration)
        let optimizer = try make(className, configuration, rate)
        if let decay = try configuration.optionalNumber("weight_decay"), decay != 0 {
            optimizer.weightDecay = decay
        }
        if let limit = try configuration.optionalNumber("clipnorm") { optimizer.clipping = .norm(limit) }
        if let limit = try configuration.optionalNumber("global_clipnorm") {
            optimizer.clipping = .globalNorm(limit)
        }
        if let limit = try configuration.optionalNumber("clipvalue") { optimizer.clipping = .value(limit) }
        let momentum = try configuration.number("ema_momentum", default: 0.99)
        let frequency =
            try configuration.value("ema_overwrite_frequency") == nil
            ? nil : configuration.steps("ema_overwrite_frequency")
        if try configuration.bool("use_ema", default: false) {
            optimizer.weightAveraging = WeightAveraging(
                momentum: momentum, overwriteEvery: frequency)
        }
        optimizer.gradientAccumulationSteps = try configuration.integer(
            "gradient_accumulation_steps", default: 1)
        // Time-based decay of Keras 2, and how it was run.
        if let decay = try configuration.optionalNumber("decay"), decay != 0, className != "Nadam" {
            optimizer.schedule = InverseTimeDecay(from: rate.rate(atStep: 0), rate: decay)
        }
        configuration.ignore("loss_scale_factor", "jit_compile", "is_legacy_optimizer")
        try configuration.finish()
        try optimizer.check()
        return optimizer
    }

    /// The optimizer that Keras makes of a name, `adam`, with its default settings.
    private static func keras(defaultsNamed name: String, _ kerasVersion: Int) throws -> Optimizer {
        let classNames = [
            "SGD", "Adam", "AdamW", "Adamax", "Nadam", "RMSprop", "Adagrad", "Adadelta",
        ]
        guard let className = classNames.first(where: { $0.lowercased() == name.lowercased() }) else {
            throw SavedModelError.unknownOptimizer(className: String(name.prefix(100)))
        }
        var config: JSONValue = ["learning_rate": className == "SGD" ? 0.01 : 0.001]
        if className == "AdamW" { config["weight_decay"] = 0.004 }
        return try keras(["class_name": .string(className), "config": config], kerasVersion: kerasVersion)
    }

    private static func make(
        _ className: String, _ configuration: KerasConfiguration, _ rate: any LearningRateSchedule
    ) throws -> Optimizer {
        func beta1() throws -> Double { try configuration.number("beta_1", default: 0.9) }
        func beta2() throws -> Double { try configuration.number("beta_2", default: 0.999) }
        func epsilon() throws -> Double { try configuration.number("epsilon", default: 1e-7) }
        let name = configuration.value("name")?.string
        switch className {
        case "SGD":
            return SGD(
                learningRate: rate, momentum: try configuration.number("momentum", default: 0),
                nesterov: try configuration.bool("nesterov", default: false), name: name ?? "SGD")
        case "Adam", "AdamW":
            try configuration.expect("amsgrad", false)
            return Adam(
                learningRate: rate, beta1: try beta1(), beta2: try beta2(), epsilon: try epsilon(),
                name: name ?? className.lowercased())
        case "Adamax":
            return Adamax(
                learningRate: rate, beta1: try beta1(), beta2: try beta2(), epsilon: try epsilon(),
                name: name ?? "adamax")
        case "Nadam":
            // What Keras before 2.11 calls decay, and before 2.3 schedule_decay, is here how the momentum grows.
            let decay = try configuration.optionalNumber("decay")
            let scheduleDecay = try configuration.optionalNumber("schedule_decay")
            return Nadam(
                learningRate: rate, beta1: try beta1(), beta2: try beta2(), epsilon: try epsilon(),
                momentumDecay: decay ?? scheduleDecay ?? 1, name: name ?? "nadam")
        case "RMSprop":
            let momentum = try configuration.number("momentum", default: 0)
            // Keras before 2.11, whose optimizers have a decay.
            let isOld = configuration.value("decay") != nil
            return RMSprop(
                learningRate: rate, rho: try configuration.number("rho", default: 0.9), momentum: momentum,
                epsilon: try epsilon(), centered: try configuration.bool("centered", default: false),
                addsEpsilonToRoot: isOld && momentum == 0, name: name ?? "rmsprop")
        case "Adagrad":
            return Adagrad(
                learningRate: rate,
                initialAccumulator: try configuration.number("initial_accumulator_value", default: 0.1),
                epsilon: try epsilon(), name: name ?? "adagrad")
        case "Adadelta":
            return Adadelta(
                learningRate: rate, rho: try configuration.number("rho", default: 0.95),
                epsilon: try epsilon(),
                name: name ?? "adadelta")
        default: throw SavedModelError.unknownOptimizer(className: className)
        }
    }
}

extension SGD: KerasOptimizer {
    var kerasClassName: String { "SGD" }
    var kerasArguments: [String: JSONValue] { ["momentum": .number(momentum), "nesterov": .bool(nesterov)] }
}

extension MomentOptimizer {
    fileprivate var momentArguments: [String: JSONValue] {
        ["beta_1": .number(beta1), "beta_2": .number(beta2), "epsilon": .number(epsilon)]
    }
}

extension Adam: KerasOptimizer {
    // Keras has a class of its own for the same with weight decay.
    var kerasClassName: String { weightDecay == nil ? "Adam" : "AdamW" }
    var kerasArguments: [String: JSONValue] { momentArguments.merging(["amsgrad": false]) { $1 } }
}

extension Adamax: KerasOptimizer {
    var kerasClassName: String { "Adamax" }
    var kerasArguments: [String: JSONValue] { momentArguments }
}

extension Nadam: KerasOptimizer {
    var kerasClassName: String { "Nadam" }
    var kerasArguments: [String: JSONValue] { momentArguments }
    var isInKeras: Bool { momentumDecay == 1 }
}

extension RMSprop: KerasOptimizer {
    var kerasClassName: String { "RMSprop" }
    var kerasArguments: [String: JSONValue] {
        [
            "rho": .number(rho), "momentum": .number(momentum), "epsilon": .number(epsilon),
            "centered": .bool(centered),
        ]
    }
    var isInKeras: Bool { !addsEpsilonToRoot }
    var kerasSlots: [[String]] { slotNames.map { [$0] } }
}

extension Adagrad: KerasOptimizer {
    var kerasClassName: String { "Adagrad" }
    var kerasArguments: [String: JSONValue] {
        ["initial_accumulator_value": .number(initialAccumulator), "epsilon": .number(epsilon)]
    }
}

extension Adadelta: KerasOptimizer {
    var kerasClassName: String { "Adadelta" }
    var kerasArguments: [String: JSONValue] { ["rho": .number(rho), "epsilon": .number(epsilon)] }
}
