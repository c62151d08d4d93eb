import ThawTensor

/// A function of one argument, element by element.
///
/// ## Shapes
/// Any shape to the same shape. Floating element types; `negative`, `absolute`, `sign`, `square` and `clip`
/// take int32 too; `logicalNot` takes bool. `isFinite` and `logicalNot` give bool.
public struct Unary: GraphOperation, Hashable {
    /// The function.
    public let kind: UnaryKind

    /// Creates the operation.
    public init(kind: UnaryKind) { self.kind = kind }

    /// The name in errors and dumps.
    public var name: String { "Unary.\(kind)" }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 1)
        let input = inputs[0]
        switch kind {
        case .logicalNot:
            try ShapeRules.expectBool(input, "the input")
        case .isFinite:
            try ShapeRules.expectFloating(input)
            return [TensorType(input.shape, .bool)]
        case .negative, .absolute, .sign, .square:
            if input.dtype != .int32 { try ShapeRules.expectFloating(input) }
        case .clip(let minimum, let maximum):
            if input.dtype != .int32 { try ShapeRules.expectFloating(input) }
            guard minimum <= maximum else {
                throw GraphError(
                    "the minimum \(minimum) must not be above the maximum \(maximum); exchange them.")
            }
        case .clippedRelu(let maximum):
            try ShapeRules.expectFloating(input)
            guard maximum > 0 else { throw GraphError("the maximum \(maximum) must be above 0.") }
        default:
            try ShapeRules.expectFloating(input)
        }
        return [input]
    }

    // Where possible a gradient is written in the output: an engine fuses an activation into the product
    // before it, and the input is then never stored.
    /// Whether each sample is computed for itself.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool { true }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        guard isDifferentiable else { return [nil] }
        let gradient = try context.arrived()
        if let result = try activationGradient(context, gradient) { return [result] }
        return [try functionGradient(context, gradient)]
    }

    /// Whether the function has a gradient that is not zero everywhere.
    var isDifferentiable: Bool {
        switch kind {
        case .sign, .floor, .round, .logicalNot, .isFinite: false
        default: true
        }
    }

    private func functionGradient(
        _ context: GradientContext, _ gradient: SymbolicTensor
    ) throws(GraphError) -> SymbolicTensor? {
        let x = context.input
        let y = context.output
        switch kind {
        case .negative: return try -gradient
        case .absolute: return try gradient * x.sign()
        case .reciprocal: return try -(gradient * y.square())
        case .square: return try gradient * (x * 2)
        case .squareRoot: return try gradient * 0.5 / y
        case .reciprocalSquareRoot: return try gradient * (y * y.square() * -0.5)
        case .exponential: return try gradient * y
        case .logarithm: return try gradient / x
        case .logarithmOnePlus: return try gradient / (x + 1)
        case .erf: return try gradient * (-x.square()).exp() * (2 / Double.pi.squareRoot())
        case .sine: return try gradient * x.cosine()
        case .cosine: return try -(gradient * x.sine())
        case .power(let exponent):
            if exponent == 0 { return nil }
            if exponent == 1 { return gradient }
            return try gradient * (x.pow(exponent - 1) * exponent)
        default: return nil
        }
    }

    private func activationGradient(
        _ context: GradientContext, _ gradient: SymbolicTensor
    ) throws(GraphError) -> SymbolicTensor? {
        let x = context.input
        let y = context.output
        switch kind {
        case .tanh: return try gradient * (1 - y.square())
        case .sigmoid: return try gradient * (y * (1 - y))
        case .relu: return try y.greater(than: 0).select(gradient, 0)
        case .leakyRelu(let slope):
            let sign = slope > 0 ? y : x
            return try sign.greater(than: 0).select(gradient, gradient * slope)
        case .elu(let alpha):
            let sign = alpha >= 0 ? y : x
            return try sign.greater(than: 0).select(gradient, gradient * (y + alpha))
        case .selu:
            let scale = UnaryKind.seluScale
            return try y.greater(than: 0).select(
                gradient * scale, gradient * (y + scale * UnaryKind.seluAlpha))
        case .softplus: return try gradient * (1 - (-y).exp())
        case .softsign: return try gradient * (1 - y.abs()).square()
        case .hardSigmoid:
            let isInside = try y.greater(than: 0).logicalAnd(y.less(than: 1))
            return try isInside.select(gradient * (1 / 6), 0)
        case .clippedRelu(let maximum):
            let isInside = try y.greater(than: 0).logicalAnd(y.less(than: maximum))
            return try isInside.select(gradient, 0)
        case .clip(let minimum, let maximum):
            let isInside = try x.greaterOrEqual(to: minimum).logicalAnd(x.lessOrEqual(to: maximum))
            return try isInside.select(gradient, 0)
        case .swish:
            let sigmoid = try x.sigmoid()
            return try gradient * (sigmoid + y * (1 - sigmoid))
        case .gelu:
            let cumulative = try (x * 0.5.squareRoot()).erf() * 0.5 + 0.5
            let density = try (x.square() * -0.5).exp() * (0.5 / Double.pi).squareRoot()
            return try gradient * (cumulative + x * density)
        case .geluTanh:
            let factor = (2 / Double.pi).squareRoot()
            let squared = try x.square()
            let tangent = try (x * (squared * (factor * 0.044715) + factor)).tanh()
            let slope = try squared * (3 * factor * 0.044715) + factor
            return try gradient * (tangent * 0.5 + 0.5 + x * 0.5 * (1 - tangent.square()) * slope)
        default: return nil
        }
    }
}
