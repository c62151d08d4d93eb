import CKernels
import Foundation
import Testing

/// One operation and its definition in double.
struct OperationCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let operation: Int
    var p0: Float = 0
    var p1: Float = 0
    var relative = 4e-7
    var absolute = 2e-38
    let reference: @Sendable (Double, Double, Double) -> Double

    static func unary(
        _ name: String, _ operation: Int, p0: Float = 0, p1: Float = 0, relative: Double = 4e-7,
        absolute: Double = 2e-38, _ reference: @escaping @Sendable (Double) -> Double
    ) -> OperationCase {
        OperationCase(
            testDescription: name, operation: operation, p0: p0, p1: p1, relative: relative,
            absolute: absolute
        ) { a, _, _ in reference(a) }
    }

    static func binary(
        _ name: String, _ operation: Int, relative: Double = 4e-7, absolute: Double = 2e-38,
        _ reference: @escaping @Sendable (Double, Double) -> Double
    ) -> OperationCase {
        OperationCase(
            testDescription: name, operation: operation, relative: relative, absolute: absolute
        ) { a, b, _ in reference(a, b) }
    }

    static let unaryCases: [OperationCase] =
        [
            .unary("copy", THAW_OP_COPY) { $0 },
            .unary("negative", THAW_OP_NEGATIVE) { -$0 },
            .unary("absolute", THAW_OP_ABSOLUTE) { abs($0) },
            .unary("sign", THAW_OP_SIGN) { $0.isNaN ? .nan : $0 > 0 ? 1 : $0 < 0 ? -1 : 0 },
            .unary("reciprocal", THAW_OP_RECIPROCAL) { 1 / $0 },
            .unary("square", THAW_OP_SQUARE) { $0 * $0 },
            .unary("square root", THAW_OP_SQUARE_ROOT) { $0.squareRoot() },
            .unary("reciprocal square root", THAW_OP_RECIPROCAL_SQUARE_ROOT) { 1 / $0.squareRoot() },
            .unary("exponential", THAW_OP_EXPONENTIAL) { exp($0) },
            .unary("logarithm", THAW_OP_LOGARITHM) { log($0) },
            .unary("logarithm one plus", THAW_OP_LOGARITHM_ONE_PLUS) { log1p($0) },
            .unary("tanh", THAW_OP_TANH) { tanh($0) },
            .unary("sigmoid", THAW_OP_SIGMOID) { 1 / (1 + exp(-$0)) },
            .unary("erf", THAW_OP_ERF) { erf($0) },
            .unary("floor", THAW_OP_FLOOR) { $0.rounded(.down) },
            .unary("round", THAW_OP_ROUND) { $0.rounded(.toNearestOrEven) },
            .unary("not", THAW_OP_NOT) { $0 == 0 ? 1 : 0 },
            .unary("sine", THAW_OP_SINE) { sin($0) },
            .unary("cosine", THAW_OP_COSINE) { cos($0) },
            .unary("relu", THAW_OP_RELU) { $0.isNaN ? .nan : max($0, 0) },
            .unary("leaky relu", THAW_OP_LEAKY_RELU, p0: 0.25) { $0 > 0 ? $0 : 0.25 * $0 },
            .unary("elu", THAW_OP_ELU, p0: 0.5) { $0 > 0 ? $0 : 0.5 * expm1($0) },
            .unary("selu", THAW_OP_SELU, p0: 1.75, p1: 1.125) { 1.125 * ($0 > 0 ? $0 : 1.75 * expm1($0)) },
            .unary("softplus", THAW_OP_SOFTPLUS) { $0.isNaN ? .nan : max($0, 0) + log1p(exp(-abs($0))) },
            .unary("softsign", THAW_OP_SOFTSIGN) { $0.isInfinite ? ($0 > 0 ? 1 : -1) : $0 / (1 + abs($0)) },
            .unary("swish", THAW_OP_SWISH, absolute: 1e-30) { $0 == -.infinity ? 0 : $0 / (1 + exp(-$0)) },
            .unary("gelu", THAW_OP_GELU, relative: 6e-6, absolute: 1e-14) {
                $0 == -.infinity ? 0 : 0.5 * $0 * erfc(-$0 / 2.0.squareRoot())
            },
            .unary("gelu tanh", THAW_OP_GELU_TANH, relative: 6e-6, absolute: 1e-14) { x in
                let u = (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
                return x == -.infinity ? 0 : x / (1 + exp(-2 * u))
            },
            .unary("hard sigmoid", THAW_OP_HARD_SIGMOID, absolute: 1e-7) {
                $0.isNaN ? .nan : min(max($0 / 6 + 0.5, 0), 1)
            },
            .unary("clip", THAW_OP_CLIP, p0: -0.5, p1: 1.5) { $0.isNaN ? .nan : min(max($0, -0.5), 1.5) },
            .unary("is finite", THAW_OP_IS_FINITE) { $0.isFinite ? 1 : 0 },
            .unary("affine", THAW_OP_AFFINE, p0: 1.5, p1: -2, absolute: 1e-6) { 1.5 * $0 - 2 },
            .unary("constant", THAW_OP_CONSTANT, p0: 4.5) { _ in 4.5 },
        ]
        + [0, 1, 2, 3, -1, 0.5, -0.5, 1.75, -2, 5].map { exponent in
            .unary("power \(exponent)", THAW_OP_POWER_CONSTANT, p0: Float(exponent)) { pow($0, exponent) }
        }

    static let binaryCases: [OperationCase] = [
        .binary("add", THAW_OP_ADD) { $0 + $1 },
        .binary("subtract", THAW_OP_SUBTRACT) { $0 - $1 },
        .binary("multiply", THAW_OP_MULTIPLY) { $0 * $1 },
        .binary("divide", THAW_OP_DIVIDE) { $0 / $1 },
        .binary("maximum", THAW_OP_MAXIMUM) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) },
        .binary("minimum", THAW_OP_MINIMUM) { $0.isNaN || $1.isNaN ? .nan : min($0, $1) },
        .binary("power", THAW_OP_POWER) { pow($0, $1) },
        .binary("equal", THAW_OP_EQUAL) { $0 == $1 ? 1 : 0 },
        .binary("not equal", THAW_OP_NOT_EQUAL) { $0 != $1 ? 1 : 0 },
        .binary("less", THAW_OP_LESS) { $0 < $1 ? 1 : 0 },
        .binary("less equal", THAW_OP_LESS_EQUAL) { $0 <= $1 ? 1 : 0 },
        .binary("greater", THAW_OP_GREATER) { $0 > $1 ? 1 : 0 },
        .binary("greater equal", THAW_OP_GREATER_EQUAL) { $0 >= $1 ? 1 : 0 },
        .binary("and", THAW_OP_AND) { $0 != 0 && $1 != 0 ? 1 : 0 },
        .binary("or", THAW_OP_OR) { $0 != 0 || $1 != 0 ? 1 : 0 },
    ]

    static let ternaryCases: [OperationCase] = [
        OperationCase(testDescription: "select", operation: THAW_OP_SELECT) { $0 != 0 ? $1 : $2 },
        OperationCase(testDescription: "multiply add", operation: THAW_OP_MULTIPLY_ADD, absolute: 2e-6) {
            $0 * $1 + $2
        },
        OperationCase(
            testDescription: "sigmoid cross-entropy", operation: THAW_OP_SIGMOID_CROSS_ENTROPY, absolute: 2e-6
        ) { a, b, _ in max(a, 0) - a * b + log1p(exp(-abs(a))) },
    ]
}

@Suite struct ElementwiseOperationTests {
    static let specials: [Float] = [
        0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 1.5, 2.5, -2.5, 3, 1e-3, -1e-3, 1e-8, -1e-8, 1e-20, -1e-20, 1e-38,
        Float(bitPattern: 2_000_000), 10, -10, 30, -30, 80, -80, 88.7, 88.8, -87.4, -88, 104, -104, 1e5, -1e5,
        1e9, -1e9, 1e20,
        -1e20, 3e38,
        -3e38, .infinity, -.infinity, .nan, .greatestFiniteMagnitude, .leastNormalMagnitude,
    ]

    /// Values of every exponent and sign, many in the range where functions are curved.
    static func values(_ count: Int) -> [Float] {
        var random = TestRandom(UInt64(count))
        return (0..<count).map { index in
            if index < specials.count { return specials[index] }
            return index % 2 == 0
                ? random.float(-12, 12) : Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
        }
    }

    @Test(arguments: OperationCase.unaryCases, [1, 3, 100, 1023, 1025, 65537])
    func unary(_ operation: OperationCase, _ count: Int) {
        let values = Self.values(count)
        let source = Memory(values), result = Memory<Float>(count: count)
        let program = ElementwiseProgram(
            rows: 1, columns: count, inputs: [input(source)],
            instructions: [instruction(operation.operation, to: 1, p0: operation.p0, p1: operation.p1)],
            outputs: [output(result, slot: 1)])
        #expect(program.run())
        #expect(result.isIntact)
        let want = values.map { operation.reference(Double($0), 0, 0) }
        let difference = firstDifference(
            result.values, want, relative: operation.relative, absolute: operation.absolute)
        if let index = difference {
            Issue.record("f(\(values[index])) is \(result.values[index]), not \(want[index])")
        }
    }

    @Test(arguments: OperationCase.binaryCases)
    func binary(_ operation: OperationCase) {
        // Every special value with every other.
        let specials = Self.specials
        let a = specials.flatMap { value in specials.map { _ in value } } + Self.values(1000)
        let b = specials.flatMap { _ in specials } + Self.values(1000).reversed()
        check(operation, a, b, b)
    }

    @Test(arguments: OperationCase.ternaryCases, [1, 3, 100, 1023, 1025])
    func ternary(_ operation: OperationCase, _ count: Int) {
        var random = TestRandom(7)
        let a = random.floats(count).enumerated().map { $0.offset % 3 == 0 ? 0 : $0.element }
        check(operation, a, random.floats(count), random.floats(count))
    }

    func check(_ operation: OperationCase, _ a: [Float], _ b: [Float], _ c: [Float]) {
        let (x, y, z, result) = (Memory(a), Memory(b), Memory(c), Memory<Float>(count: a.count))
        let program = ElementwiseProgram(
            rows: a.count, columns: 1, inputs: [input(x), input(y), input(z)],
            instructions: [instruction(operation.operation, to: 3, 0, 1, 2)],
            outputs: [output(result, slot: 3)])
        #expect(program.run())
        #expect(result.isIntact)
        let want = a.indices.map { operation.reference(Double(a[$0]), Double(b[$0]), Double(c[$0])) }
        let difference = firstDifference(
            result.values, want, relative: operation.relative, absolute: operation.absolute)
        if let i = difference {
            Issue.record("f(\(a[i]), \(b[i]), \(c[i])) is \(result.values[i]), not \(want[i])")
        }
    }
}
