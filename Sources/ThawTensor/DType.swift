/// The type of a tensor's elements.
///
/// `float16` and `bfloat16` are storage types: tensors of them can be created, cast, sliced, reshaped and
/// written to files, and arithmetic on them is done in, and gives, `float32`.
public enum DType: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// IEEE 754 binary32, the default of every layer.
    case float32
    /// IEEE 754 binary64.
    case float64
    /// Signed 32-bit integer.
    case int32
    /// Signed 64-bit integer; arrays of `Int` become this.
    case int64
    /// Unsigned 8-bit integer, the type of image samples.
    case uint8
    /// One byte holding 0 or 1.
    case bool
    /// IEEE 754 binary16, storage only.
    case float16
    /// The upper half of a binary32, storage only.
    case bfloat16

    /// The number of bytes that one element takes.
    public var byteCount: Int {
        switch self {
        case .uint8, .bool: 1
        case .float16, .bfloat16: 2
        case .float32, .int32: 4
        case .float64, .int64: 8
        }
    }

    /// Whether elements can hold fractions.
    public var isFloatingPoint: Bool {
        switch self {
        case .float32, .float64, .float16, .bfloat16: true
        case .int32, .int64, .uint8, .bool: false
        }
    }

    /// The name that NumPy and Keras use: `float32`, `int64` and so on.
    public var description: String { rawValue }

    /// The type of a result computed from elements of two types.
    ///
    /// A floating type wins over an integer type; among floats `float64` wins over `float32`; among integers
    /// the wider one wins. `bool` counts as `int32`, and `float16` and `bfloat16` as `float32`, unlike in
    /// NumPy an integer never turns a `float32` into a `float64`.
    public static func promoted(_ left: DType, _ right: DType) -> DType {
        let (left, right) = (left.computing, right.computing)
        if left == right { return left }
        for candidate in [DType.float64, .float32, .int64, .int32]
        where left == candidate || right == candidate {
            return candidate
        }
        return .uint8
    }

    /// The type in which arithmetic on this type is done.
    var computing: DType {
        switch self {
        case .float16, .bfloat16: .float32
        case .bool: .int32
        default: self
        }
    }

    /// The type in which quotients, exponentials and means of this type are given: `float64` stays, all
    /// others give `float32`.
    var computingFraction: DType { self == .float64 ? .float64 : .float32 }
}
