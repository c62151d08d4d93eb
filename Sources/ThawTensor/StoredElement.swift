/// What the loops of this module need of an element: a way into and out of the two types that between them
/// hold every value.
protocol StoredElement: TensorElement {
    /// Whether values are whole numbers, and so travel through `Int64` without loss.
    static var isInteger: Bool { get }
    var asDouble: Double { get }
    var asInt64: Int64 { get }
    /// Rounds to the nearest value; integer types truncate towards zero, saturate, and turn NaN into 0.
    init(fromDouble value: Double)
    /// Keeps the low bits when the type is narrower; `Bool` is `value != 0`.
    init(fromInt64 value: Int64)
}

/// An element that arithmetic is done in.
protocol ArithmeticElement: StoredElement, Comparable {
    /// What a maximum starts from.
    static var lowest: Self { get }
    /// What a minimum starts from.
    static var highest: Self { get }
    static func sum(_ left: Self, _ right: Self) -> Self
    static func difference(_ left: Self, _ right: Self) -> Self
    static func product(_ left: Self, _ right: Self) -> Self
    var magnitudeElement: Self { get }
}

/// An element that fractions are computed in.
protocol FloatingElement: ArithmeticElement, BinaryFloatingPoint {}

extension FloatingElement {
    static var isInteger: Bool { false }
    static var lowest: Self { -.infinity }
    static var highest: Self { .infinity }
    static func sum(_ left: Self, _ right: Self) -> Self { left + right }
    static func difference(_ left: Self, _ right: Self) -> Self { left - right }
    static func product(_ left: Self, _ right: Self) -> Self { left * right }
    var magnitudeElement: Self { magnitude }
    var asInt64: Int64 { Int64(fromDouble: asDouble) }
    init(fromInt64 value: Int64) { self.init(value) }
}

extension Float: FloatingElement {
    var asDouble: Double { Double(self) }
    init(fromDouble value: Double) { self = Float(value) }
}

extension Double: FloatingElement {
    var asDouble: Double { self }
    init(fromDouble value: Double) { self = value }
}

extension ArithmeticElement where Self: FixedWidthInteger {
    static var isInteger: Bool { true }
    static var lowest: Self { min }
    static var highest: Self { max }
    static func sum(_ left: Self, _ right: Self) -> Self { left &+ right }
    static func difference(_ left: Self, _ right: Self) -> Self { left &- right }
    static func product(_ left: Self, _ right: Self) -> Self { left &* right }
    var magnitudeElement: Self { self < 0 ? 0 &- self : self }
    var asDouble: Double { Double(self) }
    var asInt64: Int64 { Int64(truncatingIfNeeded: self) }
    init(fromInt64 value: Int64) { self = Self(truncatingIfNeeded: value) }
    init(fromDouble value: Double) {
        // `Double(Self.max)` may round up to one more than the type holds, hence >=.
        if value >= Double(Self.max) {
            self = .max
        } else if value <= Double(Self.min) {
            self = .min
        } else {
            self = value.isNaN ? 0 : Self(value)
        }
    }
}

extension Int32: ArithmeticElement {}
extension Int64: ArithmeticElement {}
extension UInt8: ArithmeticElement {}

extension Bool: StoredElement {
    static var isInteger: Bool { true }
    var asDouble: Double { self ? 1 : 0 }
    var asInt64: Int64 { self ? 1 : 0 }
    init(fromDouble value: Double) { self = value != 0 }
    init(fromInt64 value: Int64) { self = value != 0 }
}
