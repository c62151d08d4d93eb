import Foundation

private enum Maximum: BinaryFunction {
    static let name = "maximum"
    // A NaN on either side comes through, as in NumPy.
    @inline(__always) static func apply<T: ArithmeticElement>(_ left: T, _ right: T) -> T {
        left > right || left != left ? left : right
    }
}

private enum Minimum: BinaryFunction {
    static let name = "minimum"
    @inline(__always) static func apply<T: ArithmeticElement>(_ left: T, _ right: T) -> T {
        left < right || left != left ? left : right
    }
}

private enum Power: FractionFunction {
    static let name = "pow"
    @inline(__always) static func apply<T: FloatingElement>(_ left: T, _ right: T) -> T {
        T(Foundation.pow(Double(left), Double(right)))
    }
}

private enum Magnitude: UnaryFunction {
    @inline(__always) static func apply<T: ArithmeticElement>(_ operand: T) -> T { operand.magnitudeElement }
}

private enum Square: UnaryFunction {
    @inline(__always) static func apply<T: ArithmeticElement>(_ operand: T) -> T {
        .product(operand, operand)
    }
}

/// A function of one element that gives one of the same type.
private protocol UnaryFunction {
    static func apply<T: ArithmeticElement>(_ operand: T) -> T
}

extension Tensor {
    /// The greater of both, element by element with broadcasting, in the promoted type; NaN if either is.
    public static func maximum(_ left: Tensor, _ right: Tensor) -> Tensor {
        combine(Maximum.self, left, right)
    }

    /// The smaller of both, element by element with broadcasting, in the promoted type; NaN if either is.
    public static func minimum(_ left: Tensor, _ right: Tensor) -> Tensor {
        combine(Minimum.self, left, right)
    }

    /// Every element moved into `bounds`; integers become `float32`.
    public func clipped(to bounds: ClosedRange<Double>) -> Tensor {
        .minimum(.maximum(self, operand(bounds.lowerBound)), operand(bounds.upperBound))
    }

    /// `e` to the power of every element; integers become `float32`.
    public func exp() -> Tensor { fraction(Foundation.exp, Foundation.exp) }

    /// The natural logarithm of every element; integers become `float32`.
    public func log() -> Tensor { fraction(Foundation.log, Foundation.log) }

    /// The square root of every element; integers become `float32`.
    public func sqrt() -> Tensor { fraction({ $0.squareRoot() }, { $0.squareRoot() }) }

    /// The magnitude of every element; `bool` becomes `int32`.
    public func abs() -> Tensor { unary(Magnitude.self) }

    /// The square of every element; integers wrap around, `bool` becomes `int32`.
    public func square() -> Tensor { unary(Square.self) }

    /// Every element to the power of `exponent`; integers become `float32`.
    public func pow(_ exponent: Double) -> Tensor { .pow(self, operand(exponent)) }

    /// The left elements to the power of the right ones, with broadcasting: `float64` if either side is, else
    /// `float32`.
    public static func pow(_ base: Tensor, _ exponent: Tensor) -> Tensor {
        combine(Power.self, base, exponent)
    }

    /// The loop behind functions of one element.
    @inline(__always)
    func mapped<T: StoredElement, R: StoredElement>(_ operand: T.Type, _ result: R.Type, _ apply: (T) -> R)
        -> Tensor
    {
        read(as: operand) { input in
            Tensor.build(shape, as: result) { output in
                for index in 0..<count { output[index] = apply(input[index]) }
            }
        }
    }

    @inline(__always)
    private func fraction(_ single: (Float) -> Float, _ double: (Double) -> Double) -> Tensor {
        let operand = cast(to: dtype.computingFraction)
        if operand.dtype == .float64 { return operand.mapped(Double.self, Double.self, double) }
        return operand.mapped(Float.self, Float.self, single)
    }

    private func unary<F: UnaryFunction>(_ function: F.Type) -> Tensor {
        let operand = cast(to: dtype.computing)
        return switch operand.dtype {
        case .float64: operand.mapped(Double.self, Double.self) { F.apply($0) }
        case .int32: operand.mapped(Int32.self, Int32.self) { F.apply($0) }
        case .int64: operand.mapped(Int64.self, Int64.self) { F.apply($0) }
        case .uint8: operand.mapped(UInt8.self, UInt8.self) { F.apply($0) }
        default: operand.mapped(Float.self, Float.self) { F.apply($0) }
        }
    }
}

/// `e` to the power of every element; see ``Tensor/exp()``.
public func exp(_ operand: Tensor) -> Tensor { operand.exp() }

/// The natural logarithm of every element; see ``Tensor/log()``.
public func log(_ operand: Tensor) -> Tensor { operand.log() }

/// The square root of every element; see ``Tensor/sqrt()``.
public func sqrt(_ operand: Tensor) -> Tensor { operand.sqrt() }

/// The magnitude of every element; see ``Tensor/abs()``.
public func abs(_ operand: Tensor) -> Tensor { operand.abs() }

/// Every element to the power of `exponent`; see ``Tensor/pow(_:)``.
public func pow(_ base: Tensor, _ exponent: Double) -> Tensor { base.pow(exponent) }
