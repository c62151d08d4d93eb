import ThawFormats

/// A metric that Keras's files can hold.
protocol KerasMetric: Metric {
    /// Keras's name of the class.
    var kerasClassName: String { get }
    /// Its arguments, without the name.
    var kerasArguments: [String: JSONValue] { get }
}

extension KerasMetric {
    var kerasArguments: [String: JSONValue] { [:] }
}

extension Metric {
    /// How Keras 3 says it; nil if it has no such metric.
    var keras: JSONValue? {
        if let accuracy = self as? Accuracy, accuracy.name == "accuracy" { return "accuracy" }
        // A loss as a metric is a function of Keras.
        if let metric = self as? LossMetric, metric.name == metric.loss.name, metric.loss.hasKerasDefaults {
            return .string(metric.loss.name)
        }
        guard let keras = self as? any KerasMetric else { return nil }
        var arguments = keras.kerasArguments
        arguments["name"] = .string(name)
        arguments["dtype"] = "float32"
        return .keras(keras.kerasClassName, module: "keras.metrics", arguments)
    }

    /// The metric of a name or of an object; nil if Thaw has none.
    static func keras(_ value: JSONValue, kerasVersion: Int) throws -> Metric? {
        if let name = value.string
            ?? (value["class_name"]?.string == "function" ? value["config"]?.string : nil)
        {
            return try named(name, value, kerasVersion)
        }
        guard let className = value["class_name"]?.string else { return nil }
        let configuration = KerasConfiguration(
            className: className, layerName: "metric", kerasVersion: kerasVersion,
            values: value["config"]?.object ?? [:])
        let name = configuration.value("name")?.string
        // Keras 2 wrote a function as a metric in this way.
        if className == "MeanMetricWrapper", let function = configuration.value("fn")?.string {
            return try named(name == "accuracy" ? "accuracy" : function, .string(function), kerasVersion)
        }
        configuration.ignore("fn")
        guard let metric = try make(className, configuration, name: name) else { return nil }
        try configuration.finish()
        try metric.check()
        return metric
    }

    private static func named(_ name: String, _ value: JSONValue, _ kerasVersion: Int) throws -> Metric? {
        switch name {
        case "accuracy", "acc": return .accuracy
        case "binary_accuracy": return .binaryAccuracy
        case "categorical_accuracy": return .categoricalAccuracy
        case "sparse_categorical_accuracy": return .sparseCategoricalAccuracy
        case "top_k_categorical_accuracy": return .topKCategoricalAccuracy()
        case "sparse_top_k_categorical_accuracy": return .sparseTopKCategoricalAccuracy()
        default: break
        }
        // Keras makes an object of the class that a name is of.
        let classNames = [
            "auc": "AUC", "precision": "Precision", "recall": "Recall", "f1_score": "F1Score",
            "fbeta_score": "FBetaScore", "r2_score": "R2Score",
            "root_mean_squared_error": "RootMeanSquaredError",
        ]
        if let className = classNames[name] {
            return try keras(.keras(className, module: "keras.metrics", [:]), kerasVersion: kerasVersion)
        }
        return (try? Loss.keras(value, kerasVersion: kerasVersion)).map { .loss($0) }
    }

    private static func make(
        _ className: String, _ configuration: KerasConfiguration, name: String?
    ) throws -> Metric? {
        switch className {
        // Keras's class of this name counts exact equality.
        case "Accuracy": throw configuration.unsupported("class_name")
        case "BinaryAccuracy":
            return BinaryAccuracy(
                threshold: try configuration.number("threshold", default: 0.5),
                name: name ?? "binary_accuracy")
        case "CategoricalAccuracy": return CategoricalAccuracy(name: name ?? "categorical_accuracy")
        case "SparseCategoricalAccuracy":
            return SparseCategoricalAccuracy(name: name ?? "sparse_categorical_accuracy")
        case "TopKCategoricalAccuracy":
            return TopKCategoricalAccuracy(
                k: try configuration.integer("k", default: 5), name: name ?? "top_k_categorical_accuracy")
        case "SparseTopKCategoricalAccuracy":
            try configuration.expect("from_sorted_ids", false)
            return SparseTopKCategoricalAccuracy(
                k: try configuration.integer("k", default: 5),
                name: name ?? "sparse_top_k_categorical_accuracy")
        case "RootMeanSquaredError": return RootMeanSquaredError(name: name ?? "root_mean_squared_error")
        case "Precision", "Recall":
            guard configuration.value("thresholds")?.array == nil else {
                throw configuration.unsupported("thresholds")
            }
            let threshold = try configuration.optionalNumber("thresholds")
            let topK = try configuration.optionalInteger("top_k")
            let classIndex = try configuration.optionalInteger("class_id")
            return className == "Precision"
                ? Precision(
                    threshold: threshold, topK: topK, classIndex: classIndex, name: name ?? "precision")
                : Recall(threshold: threshold, topK: topK, classIndex: classIndex, name: name ?? "recall")
        case "AUC":
            try configuration.expect("label_weights")
            try configuration.expect("thresholds")
            configuration.ignore("num_labels")
            let summations: [String: CurveSummation] = [
                "interpolation": .interpolation, "minoring": .minoring, "majoring": .majoring,
            ]
            let method = try configuration.string("summation_method", default: "interpolation")
            let curve = try configuration.string("curve", default: "ROC")
            guard let summation = summations[method], ["ROC", "PR"].contains(curve) else {
                throw configuration.unsupported("curve")
            }
            return AreaUnderCurve(
                curve: curve == "ROC" ? .roc : .pr,
                thresholds: try configuration.integer("num_thresholds", default: 200), summation: summation,
                multiLabel: try configuration.bool("multi_label", default: false),
                fromLogits: try configuration.bool("from_logits", default: false), name: name ?? "auc")
        case "F1Score", "FBetaScore":
            let average = try configuration.value("average").map { _ in
                try configuration.string("average")
            }
            guard let kind = FBetaScore.Average.kerasNames.first(where: { $0.name == average })?.average
            else { throw configuration.unsupported("average") }
            let isF1 = className == "F1Score"
            return FBetaScore(
                average: kind, beta: isF1 ? 1 : try configuration.number("beta", default: 1),
                threshold: try configuration.optionalNumber("threshold"),
                name: name ?? (isF1 ? "f1_score" : "fbeta_score"))
        case "R2Score":
            // Without a mean over outputs it is a number for each, and with num_regressors an adjusted one.
            try configuration.expect("num_regressors", 0)
            let names = R2Score.Aggregation.kerasNames
            let isGiven = configuration.has("class_aggregation")
            let given = isGiven ? configuration.value("class_aggregation") : "uniform_average"
            guard let aggregation = names.first(where: { given == .string($0.name) })?.aggregation else {
                throw configuration.unsupported("class_aggregation")
            }
            return R2Score(aggregation: aggregation, name: name ?? "r2_score")
        default:
            // Every loss is a metric of the same class name.
            let other = className == "LogCoshError" ? "LogCosh" : className
            let object = JSONValue.keras(other, module: nil, configuration.remaining())
            return (try? Loss.keras(object, kerasVersion: configuration.kerasVersion)).map {
                .loss($0, name: name ?? $0.name)
            }
        }
    }
}

extension Loss {
    /// Whether its settings are those that its name alone means.
    fileprivate var hasKerasDefaults: Bool {
        guard let own = keras, let usual = try? Loss.keras(.string(name), kerasVersion: 3) else {
            return false
        }
        return own == usual.keras
    }
}

extension LossMetric: KerasMetric {
    var kerasClassName: String {
        let className = loss.keras?["class_name"]?.string ?? ""
        return className == "LogCosh" ? "LogCoshError" : className
    }
    var kerasArguments: [String: JSONValue] { loss.kerasArguments ?? [:] }
}

extension CategoricalAccuracy: KerasMetric { var kerasClassName: String { "CategoricalAccuracy" } }
extension SparseCategoricalAccuracy: KerasMetric {
    var kerasClassName: String { "SparseCategoricalAccuracy" }
}
extension RootMeanSquaredError: KerasMetric { var kerasClassName: String { "RootMeanSquaredError" } }

extension BinaryAccuracy: KerasMetric {
    var kerasClassName: String { "BinaryAccuracy" }
    var kerasArguments: [String: JSONValue] { ["threshold": .number(threshold)] }
}

extension TopKCategoricalAccuracy: KerasMetric {
    var kerasClassName: String { "TopKCategoricalAccuracy" }
    var kerasArguments: [String: JSONValue] { ["k": .integer(k)] }
}

extension SparseTopKCategoricalAccuracy: KerasMetric {
    var kerasClassName: String { "SparseTopKCategoricalAccuracy" }
    var kerasArguments: [String: JSONValue] { ["k": .integer(k)] }
}

extension DecisionMetric {
    fileprivate var decisionArguments: [String: JSONValue] {
        [
            "thresholds": threshold.map(JSONValue.number) ?? .null,
            "top_k": topK.map(JSONValue.integer) ?? .null,
            "class_id": classIndex.map(JSONValue.integer) ?? .null,
        ]
    }
}

extension Precision: KerasMetric {
    var kerasClassName: String { "Precision" }
    var kerasArguments: [String: JSONValue] { decisionArguments }
}

extension Recall: KerasMetric {
    var kerasClassName: String { "Recall" }
    var kerasArguments: [String: JSONValue] { decisionArguments }
}

extension AreaUnderCurve: KerasMetric {
    var kerasClassName: String { "AUC" }
    var kerasArguments: [String: JSONValue] {
        let method =
            summation == .interpolation ? "interpolation" : summation == .minoring ? "minoring" : "majoring"
        return [
            "num_thresholds": .integer(thresholds), "curve": curve == .roc ? "ROC" : "PR",
            "summation_method": .string(method), "multi_label": .bool(isMultiLabel),
            "from_logits": .bool(fromLogits),
        ]
    }
}

extension FBetaScore.Average {
    /// What Keras calls them; nothing where there is a score for each class.
    fileprivate static let kerasNames: [(name: String?, average: Self)] = [
        (nil, .none), ("micro", .micro), ("macro", .macro), ("weighted", .weighted),
    ]
}

extension FBetaScore: KerasMetric {
    var kerasClassName: String { beta == 1 ? "F1Score" : "FBetaScore" }
    var kerasArguments: [String: JSONValue] {
        let name = Average.kerasNames.first { $0.average == average }?.name
        var arguments: [String: JSONValue] = [
            "average": name.map(JSONValue.string) ?? .null,
            "threshold": threshold.map(JSONValue.number) ?? .null,
        ]
        if beta != 1 { arguments["beta"] = .number(beta) }
        return arguments
    }
}

extension R2Score.Aggregation {
    /// What Keras calls them.
    fileprivate static let kerasNames: [(name: String, aggregation: Self)] = [
        ("uniform_average", .uniformAverage), ("variance_weighted_average", .varianceWeightedAverage),
    ]
}

extension R2Score: KerasMetric {
    var kerasClassName: String { "R2Score" }
    var kerasArguments: [String: JSONValue] {
        let name = R2Score.Aggregation.kerasNames.first { $0.aggregation == aggregation }?.name
        return ["class_aggregation": name.map(JSONValue.string) ?? .null, "num_regressors": 0]
    }
}
