import Foundation
import ThawGraph

extension ReferenceEvaluator {
    static func function(_ kind: UnaryKind, _ x: Double) -> Double {
        switch kind {
        case .negative: -x
        case .absolute: abs(x)
        case .sign: x > 0 ? 1 : x < 0 ? -1 : x
        case .reciprocal: 1 / x
        case .square: x * x
        case .squareRoot: x.squareRoot()
        case .reciprocalSquareRoot: 1 / x.squareRoot()
        case .exponential: exp(x)
        case .logarithm: log(x)
        case .logarithmOnePlus: log1p(x)
        case .tanh: tanh(x)
        case .sigmoid: sigmoid(x)
        case .erf: erf(x)
        case .floor: x.rounded(.down)
        case .round: x.rounded(.toNearestOrEven)
        case .logicalNot: x == 0 ? 1 : 0
        case .sine: sin(x)
        case .cosine: cos(x)
        case .isFinite: x.isFinite ? 1 : 0
        default: activation(kind, x)
        }
    }

    private static func activation(_ kind: UnaryKind, _ x: Double) -> Double {
        switch kind {
        case .relu: x < 0 ? 0 : x
        case .leakyRelu(let slope): x > 0 ? x : slope * x
        case .elu(let alpha): x > 0 ? x : alpha * expm1(x)
        case .selu: UnaryKind.seluScale * (x > 0 ? x : UnaryKind.seluAlpha * expm1(x))
        case .softplus: x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))
        case .softsign: x / (1 + abs(x))
        case .swish: x * sigmoid(x)
        case .gelu: 0.5 * x * erfc(-x / 2.0.squareRoot())
        case .geluTanh: 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        case .hardSigmoid: limit(x / 6 + 0.5, 0, 1)
        case .clip(let minimum, let maximum): limit(x, minimum, maximum)
        case .clippedRelu(let maximum): limit(x, 0, maximum)
        case .power(let exponent): pow(x, exponent)
        default: .nan
        }
    }

    static func function(_ kind: BinaryKind, _ a: Double, _ b: Double) -> Double {
        switch kind {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .maximum: a.isNaN || b.isNaN ? .nan : max(a, b)
        case .minimum: a.isNaN || b.isNaN ? .nan : min(a, b)
        case .power: pow(a, b)
        case .equal: a == b ? 1 : 0
        case .notEqual: a != b ? 1 : 0
        case .less: a < b ? 1 : 0
        case .lessEqual: a <= b ? 1 : 0
        case .greater: a > b ? 1 : 0
        case .greaterEqual: a >= b ? 1 : 0
        case .logicalAnd: a != 0 && b != 0 ? 1 : 0
        case .logicalOr: a != 0 || b != 0 ? 1 : 0
        case .sigmoidCrossEntropy: max(a, 0) - a * b + log1p(exp(-abs(a)))
        }
    }

    private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    private static func limit(_ x: Double, _ minimum: Double, _ maximum: Double) -> Double {
        x.isNaN ? x : min(max(x, minimum), maximum)
    }
}
