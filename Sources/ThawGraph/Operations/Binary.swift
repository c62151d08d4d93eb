import ThawTensor

/// The functions of two arguments that `Binary` computes element by element.
public enum BinaryKind: Hashable, Sendable {
    /// Arithmetic on equal element types.
    case add, subtract, multiply, divide
    /// The larger or smaller; where both are equal the gradient goes to the first.
    case maximum, minimum
    /// The first to the exponent of the second.
    case power
    /// Comparisons, giving bool.
    case equal, notEqual, less, lessEqual, greater, greaterEqual
    /// Logic on bools.
    case logicalAnd, logicalOr
    /// The cross-entropy of the sigmoid of logits a with targets b, without overflow: `max(a, 0) - a * b +
    /// log(1 + e ** -|a|)`.
    case sigmoidCrossEntropy

    /// Whether the result is bool.
    public var isPredicate: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .logicalAnd, .logicalOr: true
        default: false
        }
    }
}

/// A function of two arguments, element by element, with NumPy's broadcasting.
///
/// ## Shapes
/// Axes are matched from the last; a size of 1 stretches. Element types must be equal.
public struct Binary: GraphOperation, Hashable {
    /// The function.
    public let kind: BinaryKind

    /// Creates the operation.
    public init(kind: BinaryKind) { self.kind = kind }

    /// The name in errors and dumps.
    public var name: String { "Binary.\(kind)" }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 2)
        try ShapeRules.expectEqualTypes(inputs)
        let shape = try ShapeRules.broadcast(inputs[0].shape, inputs[1].shape)
        switch kind {
        case .logicalAnd, .logicalOr:
            try ShapeRules.expectBool(inputs[0], "inputs of logic")
        case .power, .divide, .sigmoidCrossEntropy:
            try ShapeRules.expectFloating(inputs[0])
        case .equal, .notEqual:
            break
        default:
            guard inputs[0].dtype != .bool else {
                throw GraphError("cannot compute with bool; convert both inputs with cast(to: .float32).")
            }
        }
        return [TensorType(shape, kind.isPredicate ? .bool : inputs[0].dtype)]
    }

    /// Whether each sample is computed for itself.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool {
        ShapeRules.keepsSamplesApart(broadcasting: inputs, areSamples: areSamples)
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        guard !kind.isPredicate else { return [nil, nil] }
        let gradient = try context.arrived()
        var result: [SymbolicTensor?] = [nil, nil]
        if context.needsGradient[0] {
            result[0] = try left(context, gradient).summed(toShape: context.inputs[0].shape)
        }
        if context.needsGradient[1] {
            result[1] = try right(context, gradient).summed(toShape: context.inputs[1].shape)
        }
        return result
    }

    private func left(
        _ context: GradientContext, _ gradient: SymbolicTensor
    ) throws(GraphError) -> SymbolicTensor {
        let a = context.inputs[0]
        let b = context.inputs[1]
        switch kind {
        case .multiply: return try gradient * b
        case .divide: return try gradient / b
        case .maximum: return try a.greaterOrEqual(to: b).select(gradient, 0)
        case .minimum: return try a.lessOrEqual(to: b).select(gradient, 0)
        case .power: return try gradient * (b * a.pow(b - 1))
        case .sigmoidCrossEntropy: return try gradient * (a.sigmoid() - b)
        default: return gradient
        }
    }

    private func right(
        _ context: GradientContext, _ gradient: SymbolicTensor
    ) throws(GraphError) -> SymbolicTensor {
        let a = context.inputs[0]
        let b = context.inputs[1]
        switch kind {
        case .subtract: return try -gradient
        case .multiply: return try gradient * a
        case .divide: return try -(gradient * (context.output / b))
        case .maximum: return try a.less(than: b).select(gradient, 0)
        case .minimum: return try a.greater(than: b).select(gradient, 0)
        case .power:
            // The derivative by the exponent does not exist for a negative base; 0 keeps NaN out of the rest.
            return try gradient * a.greater(than: 0).select(context.output * a.log(), 0)
        case .sigmoidCrossEntropy: return try -(gradient * a)
        default: return gradient
        }
    }
}
