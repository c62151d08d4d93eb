import ThawFormats

extension Loss {
    /// Keras's names of the classes, by the names of the losses.
    private static let kerasClassNames = [
        "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
        "categorical_crossentropy": "CategoricalCrossentropy", "binary_crossentropy": "BinaryCrossentropy",
        "binary_focal_crossentropy": "BinaryFocalCrossentropy",
        "categorical_focal_crossentropy": "CategoricalFocalCrossentropy", "kl_divergence": "KLDivergence",
        "poisson": "Poisson", "hinge": "Hinge", "squared_hinge": "SquaredHinge",
        "categorical_hinge": "CategoricalHinge", "mean_squared_error": "MeanSquaredError",
        "mean_absolute_error": "MeanAbsoluteError",
        "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
        "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError", "huber": "Huber",
        "log_cosh": "LogCosh",
        "cosine_similarity": "CosineSimilarity",
    ]

    /// What else Keras calls them.
    private static let otherNames = [
        "mse": "mean_squared_error", "mae": "mean_absolute_error", "mape": "mean_absolute_percentage_error",
        "msle": "mean_squared_logarithmic_error", "kld": "kl_divergence", "bce": "binary_crossentropy",
        "kullback_leibler_divergence": "kl_divergence", "logcosh": "log_cosh", "huber_loss": "huber",
        "cosine_proximity": "cosine_similarity",
    ]

    private static let reductions: [(name: String, reduction: Reduction)] = [
        ("sum_over_batch_size", .sumOverBatchSize), ("sum", .sum),
        ("mean_with_sample_weight", .meanWithSampleWeight),
        ("auto", .sumOverBatchSize),
    ]

    /// How Keras 3 says it; nil if it has no such loss.
    var keras: JSONValue? {
        guard var arguments = kerasArguments, let className = Self.kerasClassNames[name],
            let reduction = Self.reductions.first(where: { $0.reduction == reduction })?.name
        else { return nil }
        arguments["name"] = .string(name)
        arguments["reduction"] = .string(reduction)
        return .keras(className, module: "keras.losses", arguments)
    }

    /// The loss of a name or of an object.
    static func keras(_ value: JSONValue, kerasVersion: Int) throws -> Loss {
        if let name = value.string ?? functionName(value) { return try named(name, value) }
        guard let className = value["class_name"]?.string,
            let name = kerasClassNames.first(where: { $1 == className })?.key
        else { throw unknown(value) }
        let configuration = KerasConfiguration(
            className: className, layerName: "loss", kerasVersion: kerasVersion,
            values: value["config"]?.object ?? [:])
        let reductionName = try configuration.string("reduction", default: "sum_over_batch_size")
        guard let reduction = reductions.first(where: { $0.name == reductionName })?.reduction else {
            throw configuration.unsupported("reduction")
        }
        try configuration.expect("axis", -1)
        configuration.ignore("fn")
        let loss = try make(name, configuration)
        try configuration.finish()
        try loss.check()
        return loss.reduced(by: reduction)
    }

    private static func make(_ name: String, _ configuration: KerasConfiguration) throws -> Loss {
        func logits() throws -> Bool { try configuration.bool("from_logits", default: false) }
        func smoothing() throws -> Double { try configuration.number("label_smoothing", default: 0) }
        func gamma() throws -> Double { try configuration.number("gamma", default: 2) }
        switch name {
        case "sparse_categorical_crossentropy":
            try configuration.expect("ignore_class")
            return .sparseCategoricalCrossentropy(fromLogits: try logits())
        case "categorical_crossentropy":
            return .categoricalCrossentropy(fromLogits: try logits(), labelSmoothing: try smoothing())
        case "binary_crossentropy":
            return .binaryCrossentropy(fromLogits: try logits(), labelSmoothing: try smoothing())
        case "binary_focal_crossentropy":
            let alpha = try configuration.number("alpha", default: 0.25)
            let isBalanced = try configuration.bool("apply_class_balancing", default: false)
            return .binaryFocalCrossentropy(
                gamma: try gamma(), alpha: isBalanced ? alpha : nil, fromLogits: try logits(),
                labelSmoothing: try smoothing())
        case "categorical_focal_crossentropy":
            if configuration.value("alpha")?.array != nil {
                return .categoricalFocalCrossentropy(
                    gamma: try gamma(), alphas: try configuration.numbers("alpha"), fromLogits: try logits(),
                    labelSmoothing: try smoothing())
            }
            return .categoricalFocalCrossentropy(
                gamma: try gamma(), alpha: try configuration.number("alpha", default: 0.25),
                fromLogits: try logits(), labelSmoothing: try smoothing())
        case "huber": return .huber(delta: try configuration.number("delta", default: 1))
        default: return try named(name, .string(name))
        }
    }

    private static func named(_ given: String, _ value: JSONValue) throws -> Loss {
        switch otherNames[given] ?? given {
        case "sparse_categorical_crossentropy": return .sparseCategoricalCrossentropy
        case "categorical_crossentropy": return .categoricalCrossentropy
        case "binary_crossentropy": return .binaryCrossentropy
        case "binary_focal_crossentropy": return .binaryFocalCrossentropy
        case "categorical_focal_crossentropy": return .categoricalFocalCrossentropy
        case "kl_divergence": return .klDivergence
        case "poisson": return .poisson
        case "hinge": return .hinge
        case "squared_hinge": return .squaredHinge
        case "categorical_hinge": return .categoricalHinge
        case "mean_squared_error": return .meanSquaredError
        case "mean_absolute_error": return .meanAbsoluteError
        case "mean_absolute_percentage_error": return .meanAbsolutePercentageError
        case "mean_squared_logarithmic_error": return .meanSquaredLogarithmicError
        case "huber": return .huber
        case "log_cosh": return .logCosh
        case "cosine_similarity": return .cosineSimilarity
        default: throw unknown(value)
        }
    }

    /// Keras writes a plain function as an object of class `function`.
    private static func functionName(_ value: JSONValue) -> String? {
        value["class_name"]?.string == "function" ? value["config"]?.string : nil
    }

    private static func unknown(_ value: JSONValue) -> SavedModelError {
        .unsupportedArgument(
            layer: "the model", className: "compile", argument: "loss", value: String(value.text.prefix(100)))
    }
}
