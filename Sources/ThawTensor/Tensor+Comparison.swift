private enum Equal: ComparisonFunction {
    static let name = ".=="
    @inline(__always) static func apply<T: Comparable>(_ left: T, _ right: T) -> Bool { left == right }
}

private enum NotEqual: ComparisonFunction {
    static let name = ".!="
    @inline(__always) static func apply<T: Comparable>(_ left: T, _ right: T) -> Bool { left != right }
}

private enum Less: ComparisonFunction {
    static let name = ".<"
    @inline(__always) static func apply<T: Comparable>(_ left: T, _ right: T) -> Bool { left < right }
}

private enum LessOrEqual: ComparisonFunction {
    static let name = ".<="
    @inline(__always) static func apply<T: Comparable>(_ left: T, _ right: T) -> Bool { left <= right }
}

// Comparisons broadcast, compare in the promoted type and give a `bool` tensor. Nothing but `.!=` holds for
// NaN.
extension Tensor {
    /// Whether elements are equal, as a `bool` tensor.
    public static func .== (left: Tensor, right: Tensor) -> Tensor { compare(Equal.self, left, right) }

    /// Whether elements differ, as a `bool` tensor.
    public static func .!= (left: Tensor, right: Tensor) -> Tensor { compare(NotEqual.self, left, right) }

    /// Whether left elements are smaller, as a `bool` tensor.
    public static func .< (left: Tensor, right: Tensor) -> Tensor { compare(Less.self, left, right) }

    /// Whether left elements are smaller or equal, as a `bool` tensor.
    public static func .<= (left: Tensor, right: Tensor) -> Tensor { compare(LessOrEqual.self, left, right) }

    /// Whether left elements are greater, as a `bool` tensor.
    public static func .> (left: Tensor, right: Tensor) -> Tensor { compare(Less.self, right, left) }

    /// Whether left elements are greater or equal, as a `bool` tensor.
    public static func .>= (left: Tensor, right: Tensor) -> Tensor { compare(LessOrEqual.self, right, left) }

    /// Whether elements equal a number, as a `bool` tensor.
    public static func .== (left: Tensor, right: Double) -> Tensor { left .== Tensor(number: right) }

    /// Whether elements differ from a number, as a `bool` tensor.
    public static func .!= (left: Tensor, right: Double) -> Tensor { left .!= Tensor(number: right) }

    /// Whether elements are smaller than a number, as a `bool` tensor.
    public static func .< (left: Tensor, right: Double) -> Tensor { left .< Tensor(number: right) }

    /// Whether elements are smaller than or equal to a number, as a `bool` tensor.
    public static func .<= (left: Tensor, right: Double) -> Tensor { left .<= Tensor(number: right) }

    /// Whether elements are greater than a number, as a `bool` tensor.
    public static func .> (left: Tensor, right: Double) -> Tensor { left .> Tensor(number: right) }

    /// Whether elements are greater than or equal to a number, as a `bool` tensor.
    public static func .>= (left: Tensor, right: Double) -> Tensor { left .>= Tensor(number: right) }

    /// Where both are true; other types than `bool` are cast first. Broadcasts.
    public static func .& (left: Tensor, right: Tensor) -> Tensor {
        walk(".&", left.cast(to: .bool), right.cast(to: .bool), Bool.self, Bool.self) { $0 && $1 }
    }

    /// Where either is true; other types than `bool` are cast first. Broadcasts.
    public static func .| (left: Tensor, right: Tensor) -> Tensor {
        walk(".|", left.cast(to: .bool), right.cast(to: .bool), Bool.self, Bool.self) { $0 || $1 }
    }

    /// Where it is false; other types than `bool` are cast first.
    public static prefix func .! (operand: Tensor) -> Tensor {
        operand.cast(to: .bool).mapped(Bool.self, Bool.self) { !$0 }
    }

    /// Comparisons are made in `float64`, so that 0.1 as a `float32` is not equal to the number 0.1, exactly
    /// as in Swift.
    private init(number: Double) {
        self = .full([], number, dtype: .float64)
    }
}
