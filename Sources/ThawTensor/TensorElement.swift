/// A Swift type whose values a tensor can hold: `Float`, `Double`, `Int32`, `Int64`, `Int`, `UInt8` and
/// `Bool`.
///
/// Do not conform types of your own: a tensor's memory is read as the type that ``dtype`` names.
public protocol TensorElement: Sendable {
    /// The element type of a tensor made of such values.
    static var dtype: DType { get }
}

extension Float: TensorElement {
    /// `float32`.
    public static var dtype: DType { .float32 }
}

extension Double: TensorElement {
    /// `float64`.
    public static var dtype: DType { .float64 }
}

extension Int32: TensorElement {
    /// `int32`.
    public static var dtype: DType { .int32 }
}

extension Int64: TensorElement {
    /// `int64`.
    public static var dtype: DType { .int64 }
}

extension Int: TensorElement {
    /// `int64`.
    public static var dtype: DType { .int64 }
}

extension UInt8: TensorElement {
    /// `uint8`.
    public static var dtype: DType { .uint8 }
}

extension Bool: TensorElement {
    /// `bool`.
    public static var dtype: DType { .bool }
}
