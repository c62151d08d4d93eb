private enum Addition: BinaryFunction {
    static let name = "+"
    @inline(__always) static func apply<T: ArithmeticElement>(_ left: T, _ right: T) -> T {
        .sum(left, right)
    }
}

private enum Subtraction: BinaryFunction {
    static let name = "-"
    @inline(__always) static func apply<T: ArithmeticElement>(_ left: T, _ right: T) -> T {
        .difference(left, right)
    }
}

private enum Multiplication: BinaryFunction {
    static let name = "*"
    @inline(__always) static func apply<T: ArithmeticElement>(_ left: T, _ right: T) -> T {
        .product(left, right)
    }
}

private enum Division: FractionFunction {
    static let name = "/"
    @inline(__always) static func apply<T: FloatingElement>(_ left: T, _ right: T) -> T { left / right }
}

// Between tensors the result has the type that `DType.promoted` gives. A `Double` beside a tensor turns
// integers into `float32` and leaves floating types as they are; an `Int` leaves every type as it is (`bool`
// counts as `int32`). Integers wrap around on overflow, as in NumPy. Quotients are fractions: `float64` if a
// side is, else `float32`.
extension Tensor {
    /// The sum, element by element with broadcasting, in the type that ``DType/promoted(_:_:)`` gives.
    public static func + (left: Tensor, right: Tensor) -> Tensor { combine(Addition.self, left, right) }

    /// The difference, element by element with broadcasting, in the type that ``DType/promoted(_:_:)`` gives.
    public static func - (left: Tensor, right: Tensor) -> Tensor { combine(Subtraction.self, left, right) }

    /// The product, element by element with broadcasting, in the type that ``DType/promoted(_:_:)`` gives.
    public static func * (left: Tensor, right: Tensor) -> Tensor { combine(Multiplication.self, left, right) }

    /// The quotient, element by element with broadcasting: `float64` if either side is, else `float32`.
    public static func / (left: Tensor, right: Tensor) -> Tensor { combine(Division.self, left, right) }

    /// Every element plus a number; integers become `float32`.
    public static func + (left: Tensor, right: Double) -> Tensor { left + left.operand(right) }

    /// Every element minus a number; integers become `float32`.
    public static func - (left: Tensor, right: Double) -> Tensor { left - left.operand(right) }

    /// Every element times a number; integers become `float32`.
    public static func * (left: Tensor, right: Double) -> Tensor { left * left.operand(right) }

    /// Every element divided by a number; integers become `float32`.
    public static func / (left: Tensor, right: Double) -> Tensor { left / left.operand(right) }

    /// A number plus every element; integers become `float32`.
    public static func + (left: Double, right: Tensor) -> Tensor { right.operand(left) + right }

    /// A number minus every element; integers become `float32`.
    public static func - (left: Double, right: Tensor) -> Tensor { right.operand(left) - right }

    /// A number times every element; integers become `float32`.
    public static func * (left: Double, right: Tensor) -> Tensor { right.operand(left) * right }

    /// A number divided by every element; integers become `float32`.
    public static func / (left: Double, right: Tensor) -> Tensor { right.operand(left) / right }

    /// Every element plus a whole number, in the tensor's type.
    public static func + (left: Tensor, right: Int) -> Tensor { left + left.operand(right) }

    /// Every element minus a whole number, in the tensor's type.
    public static func - (left: Tensor, right: Int) -> Tensor { left - left.operand(right) }

    /// Every element times a whole number, in the tensor's type.
    public static func * (left: Tensor, right: Int) -> Tensor { left * left.operand(right) }

    /// Every element divided by a whole number; integers become `float32`.
    public static func / (left: Tensor, right: Int) -> Tensor { left / Double(right) }

    /// A whole number plus every element, in the tensor's type.
    public static func + (left: Int, right: Tensor) -> Tensor { right.operand(left) + right }

    /// A whole number minus every element, in the tensor's type.
    public static func - (left: Int, right: Tensor) -> Tensor { right.operand(left) - right }

    /// A whole number times every element, in the tensor's type.
    public static func * (left: Int, right: Tensor) -> Tensor { right.operand(left) * right }

    /// A whole number divided by every element; integers become `float32`.
    public static func / (left: Int, right: Tensor) -> Tensor { Double(left) / right }

    /// Every element with its sign changed; `uint8` wraps around and `bool` becomes `int32`.
    public static prefix func - (operand: Tensor) -> Tensor { operand * -1 }

    /// Adds with broadcasting; the result replaces the left side.
    public static func += (left: inout Tensor, right: Tensor) { left = left + right }

    /// Subtracts with broadcasting; the result replaces the left side.
    public static func -= (left: inout Tensor, right: Tensor) { left = left - right }

    /// Multiplies with broadcasting; the result replaces the left side.
    public static func *= (left: inout Tensor, right: Tensor) { left = left * right }

    /// Divides with broadcasting; the result replaces the left side.
    public static func /= (left: inout Tensor, right: Tensor) { left = left / right }
}
