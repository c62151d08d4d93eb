import ThawFormats
public import ThawGraph

/// What a parameter is brought to after each of its updates.
///
/// Chosen with a leading dot: `Dense(100, kernelConstraint: .maxNorm(1))`. One of your own:
/// `Constraint(name: "small") { try $0.clip(-1, 1) }`. An axis names the one along which a norm is taken: 0 for a
/// `Dense` kernel `[in, out]`, whose columns belong to units; 0, 1 and 2 for a convolution's.
public struct Constraint: Sendable {
    /// Its name, for people.
    public let name: String
    /// How Keras's files say it; nil if they cannot.
    let keras: JSONValue?
    private let function: @Sendable (SymbolicTensor) throws -> SymbolicTensor

    /// Makes a function of a parameter's value a constraint.
    ///
    /// - Parameters:
    ///   - name: the name for people.
    ///   - function: from the value to one of the same shape that is allowed.
    public init(name: String, _ function: @escaping @Sendable (SymbolicTensor) throws -> SymbolicTensor) {
        self.init(name: name, keras: nil, function)
    }

    private init(
        name: String, keras: JSONValue?,
        _ function: @escaping @Sendable (SymbolicTensor) throws -> SymbolicTensor
    ) {
        self.name = name
        self.keras = keras
        self.function = function
    }

    private static func keras(_ className: String, _ arguments: [String: JSONValue], axes: [Int]) -> JSONValue
    {
        var arguments = arguments
        arguments["axis"] = axes.count == 1 ? .integer(axes[0]) : .array(axes.map(JSONValue.integer))
        return .keras(className, module: "keras.constraints", arguments)
    }

    /// The value that is allowed.
    public func callAsFunction(_ parameter: SymbolicTensor) throws -> SymbolicTensor {
        try function(parameter)
    }

    /// Keeps divisions away from zero.
    private static let epsilon = 1e-7

    private static func norms(_ value: SymbolicTensor, _ axes: [Int]) throws -> SymbolicTensor {
        try value.square().sum(axes: axes, keepingDimensions: true).sqrt()
    }
}

extension Constraint {
    /// Norms no larger than `limit` (Srivastava et al. 2014, "Dropout").
    public static func maxNorm(_ limit: Double = 2, axes: [Int] = [0]) -> Constraint {
        Constraint(name: "max_norm", keras: keras("MaxNorm", ["max_value": .number(limit)], axes: axes)) {
            value in
            guard limit >= 0, limit.isFinite else {
                throw LayerError("the constraint max_norm has the limit \(limit); it must be 0 or more.")
            }
            let norms = try norms(value, axes)
            return try value * (norms.clip(0, limit) / (norms + epsilon))
        }
    }

    /// Norms between `minimum` and `maximum`, approached by the share `rate` at each update.
    public static func minMaxNorm(
        minimum: Double = 0, maximum: Double = 1, rate: Double = 1, axes: [Int] = [0]
    ) -> Constraint {
        Constraint(
            name: "min_max_norm",
            keras: keras(
                "MinMaxNorm",
                ["min_value": .number(minimum), "max_value": .number(maximum), "rate": .number(rate)],
                axes: axes)
        ) { value in
            guard minimum >= 0, minimum <= maximum, maximum.isFinite, (0...1).contains(rate) else {
                throw LayerError(
                    "the constraint min_max_norm has minimum \(minimum), maximum \(maximum) and rate \(rate); it needs 0 <= "
                        + "minimum <= maximum and a rate in 0...1.")
            }
            let norms = try norms(value, axes)
            let wanted = try norms.clip(minimum, maximum) * rate + norms * (1 - rate)
            return try value * (wanted / (norms + epsilon))
        }
    }

    /// Nothing below 0.
    public static let nonNegative = Constraint(
        name: "non_negative", keras: .keras("NonNeg", module: "keras.constraints", [:])
    ) { try $0.maximum(0) }

    /// Norms of 1.
    public static func unitNorm(axes: [Int] = [0]) -> Constraint {
        Constraint(name: "unit_norm", keras: keras("UnitNorm", [:], axes: axes)) {
            try $0 / (norms($0, axes) + epsilon)
        }
    }
}
