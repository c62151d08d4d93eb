import CKernels
import ThawGraph

extension UnaryKind {
    /// The kernel's operation and its parameters.
    var code: (operation: Int32, p0: Float, p1: Float) {
        func plain(_ operation: Int, _ p0: Double = 0, _ p1: Double = 0) -> (
            operation: Int32, p0: Float, p1: Float
        ) {
            (Int32(operation), Float(p0), Float(p1))
        }
        switch self {
        case .negative: return plain(THAW_OP_NEGATIVE)
        case .absolute: return plain(THAW_OP_ABSOLUTE)
        case .sign: return plain(THAW_OP_SIGN)
        case .reciprocal: return plain(THAW_OP_RECIPROCAL)
        case .square: return plain(THAW_OP_SQUARE)
        case .squareRoot: return plain(THAW_OP_SQUARE_ROOT)
        case .reciprocalSquareRoot: return plain(THAW_OP_RECIPROCAL_SQUARE_ROOT)
        case .exponential: return plain(THAW_OP_EXPONENTIAL)
        case .logarithm: return plain(THAW_OP_LOGARITHM)
        case .logarithmOnePlus: return plain(THAW_OP_LOGARITHM_ONE_PLUS)
        case .tanh: return plain(THAW_OP_TANH)
        case .sigmoid: return plain(THAW_OP_SIGMOID)
        case .erf: return plain(THAW_OP_ERF)
        case .floor: return plain(THAW_OP_FLOOR)
        case .round: return plain(THAW_OP_ROUND)
        case .logicalNot: return plain(THAW_OP_NOT)
        case .sine: return plain(THAW_OP_SINE)
        case .cosine: return plain(THAW_OP_COSINE)
        case .relu: return plain(THAW_OP_RELU)
        case .leakyRelu(let slope): return plain(THAW_OP_LEAKY_RELU, slope)
        case .elu(let alpha): return plain(THAW_OP_ELU, alpha)
        case .selu: return plain(THAW_OP_SELU, UnaryKind.seluAlpha, UnaryKind.seluScale)
        case .softplus: return plain(THAW_OP_SOFTPLUS)
        case .softsign: return plain(THAW_OP_SOFTSIGN)
        case .swish: return plain(THAW_OP_SWISH)
        case .gelu: return plain(THAW_OP_GELU)
        case .geluTanh: return plain(THAW_OP_GELU_TANH)
        case .hardSigmoid: return plain(THAW_OP_HARD_SIGMOID)
        case .clip(let minimum, let maximum): return plain(THAW_OP_CLIP, minimum, maximum)
        case .clippedRelu(let maximum): return plain(THAW_OP_CLIP, 0, maximum)
        case .power(let exponent):
            switch exponent {
            case 2: return plain(THAW_OP_SQUARE)
            case 0.5: return plain(THAW_OP_SQUARE_ROOT)
            case -1: return plain(THAW_OP_RECIPROCAL)
            default: return plain(THAW_OP_POWER_CONSTANT, exponent)
            }
        case .isFinite: return plain(THAW_OP_IS_FINITE)
        }
    }
}

extension BinaryKind {
    /// The kernel's operation.
    var code: Int32 {
        let operation =
            switch self {
            case .add: THAW_OP_ADD
            case .subtract: THAW_OP_SUBTRACT
            case .multiply: THAW_OP_MULTIPLY
            case .divide: THAW_OP_DIVIDE
            case .maximum: THAW_OP_MAXIMUM
            case .minimum: THAW_OP_MINIMUM
            case .power: THAW_OP_POWER
            case .equal: THAW_OP_EQUAL
            case .notEqual: THAW_OP_NOT_EQUAL
            case .less: THAW_OP_LESS
            case .lessEqual: THAW_OP_LESS_EQUAL
            case .greater: THAW_OP_GREATER
            case .greaterEqual: THAW_OP_GREATER_EQUAL
            case .logicalAnd: THAW_OP_AND
            case .logicalOr: THAW_OP_OR
            case .sigmoidCrossEntropy: THAW_OP_SIGMOID_CROSS_ENTROPY
            }
        return Int32(operation)
    }
}
