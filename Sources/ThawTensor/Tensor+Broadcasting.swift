/// A function of two elements that gives one of the same type.
protocol BinaryFunction {
    static var name: String { get }
    static func apply<T: ArithmeticElement>(_ left: T, _ right: T) -> T
}

/// A function of two elements that is computed in fractions.
protocol FractionFunction {
    static var name: String { get }
    static func apply<T: FloatingElement>(_ left: T, _ right: T) -> T
}

/// A comparison of two elements.
protocol ComparisonFunction {
    static var name: String { get }
    static func apply<T: Comparable>(_ left: T, _ right: T) -> Bool
}

extension Tensor {
    /// Applies `function` with broadcasting, in the promoted type.
    static func combine<F: BinaryFunction>(_ function: F.Type, _ left: Tensor, _ right: Tensor) -> Tensor {
        let dtype = DType.promoted(left.dtype, right.dtype)
        let (first, second) = (left.cast(to: dtype), right.cast(to: dtype))
        return switch dtype {
        case .float64: walk(F.name, first, second, Double.self, Double.self) { F.apply($0, $1) }
        case .int32: walk(F.name, first, second, Int32.self, Int32.self) { F.apply($0, $1) }
        case .int64: walk(F.name, first, second, Int64.self, Int64.self) { F.apply($0, $1) }
        case .uint8: walk(F.name, first, second, UInt8.self, UInt8.self) { F.apply($0, $1) }
        default: walk(F.name, first, second, Float.self, Float.self) { F.apply($0, $1) }
        }
    }

    /// Applies `function` with broadcasting, in `float64` if either side is of that type, else in `float32`.
    static func combine<F: FractionFunction>(_ function: F.Type, _ left: Tensor, _ right: Tensor) -> Tensor {
        let dtype = DType.promoted(left.dtype, right.dtype).computingFraction
        let (first, second) = (left.cast(to: dtype), right.cast(to: dtype))
        if dtype == .float64 {
            return walk(F.name, first, second, Double.self, Double.self) { F.apply($0, $1) }
        }
        return walk(F.name, first, second, Float.self, Float.self) { F.apply($0, $1) }
    }

    /// Compares with broadcasting, in the promoted type; gives a `bool` tensor.
    static func compare<F: ComparisonFunction>(_ function: F.Type, _ left: Tensor, _ right: Tensor) -> Tensor
    {
        let dtype = DType.promoted(left.dtype, right.dtype)
        let (first, second) = (left.cast(to: dtype), right.cast(to: dtype))
        return switch dtype {
        case .float64: walk(F.name, first, second, Double.self, Bool.self) { F.apply($0, $1) }
        case .int32: walk(F.name, first, second, Int32.self, Bool.self) { F.apply($0, $1) }
        case .int64: walk(F.name, first, second, Int64.self, Bool.self) { F.apply($0, $1) }
        case .uint8: walk(F.name, first, second, UInt8.self, Bool.self) { F.apply($0, $1) }
        default: walk(F.name, first, second, Float.self, Bool.self) { F.apply($0, $1) }
        }
    }

    /// The loop behind every broadcasting operator.
    @inline(__always)
    static func walk<T: StoredElement, R: StoredElement>(
        _ name: String, _ left: Tensor, _ right: Tensor, _ operand: T.Type, _ result: R.Type,
        _ apply: (T, T) -> R
    ) -> Tensor {
        guard let plan = BroadcastPlan(left.shape, right.shape) else {
            stop("\(name): shapes \(left.shape) and \(right.shape) do not broadcast")
        }
        return left.read(as: operand) { first in
            right.read(as: operand) { second in
                build(plan.shape, as: result, operation: name) { output in
                    plan.forEachRun { leftStart, rightStart, start, length in
                        let (first, second) = (first + leftStart, second + rightStart)
                        let output = output + start
                        if plan.leftStride == 0 {
                            let repeated = first[0]
                            for index in 0..<length { output[index] = apply(repeated, second[index]) }
                        } else if plan.rightStride == 0 {
                            let repeated = second[0]
                            for index in 0..<length { output[index] = apply(first[index], repeated) }
                        } else {
                            for index in 0..<length { output[index] = apply(first[index], second[index]) }
                        }
                    }
                }
            }
        }
    }

    /// A tensor of shape `[]` that takes part in an operation with `self` as a plain number does: a fraction
    /// turns integers into `float32`, and leaves floating types as they are.
    func operand(_ number: Double) -> Tensor {
        .full([], number, dtype: dtype.computingFraction)
    }

    /// A tensor of shape `[]` that takes part in an operation with `self` as a whole number does: it leaves
    /// types as they are.
    func operand(_ number: Int) -> Tensor {
        Tensor(scalar: number).cast(to: dtype.computing)
    }
}
