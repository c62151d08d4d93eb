public import ThawTensor

/// The type of the elements of an HDF5 dataset or attribute, as the file has it.
public enum HDF5ElementType: Sendable, Hashable {
    /// IEEE 754 binary16.
    case float16
    /// The upper half of a binary32.
    case bfloat16
    /// IEEE 754 binary32.
    case float32
    /// IEEE 754 binary64.
    case float64
    /// A signed whole number of 8 bits.
    case int8
    /// A signed whole number of 16 bits.
    case int16
    /// A signed whole number of 32 bits.
    case int32
    /// A signed whole number of 64 bits.
    case int64
    /// A whole number of 8 bits.
    case uint8
    /// A whole number of 16 bits.
    case uint16
    /// A whole number of 32 bits.
    case uint32
    /// A whole number of 64 bits.
    case uint64
    /// What h5py makes of NumPy's `bool`: an enumeration of FALSE and TRUE.
    case bool
    /// Text, of fixed or of variable length.
    case text
    /// Bytes without a meaning, so many for each element.
    case opaque(byteCount: Int)
    /// Anything else, in words. Its elements cannot be read.
    case other(String)

    /// The type of the tensor that elements of this type become; `nil` for what is no number.
    ///
    /// Whole numbers that `DType` lacks become the next larger signed type: `int8`, `int16` and `uint16`
    /// are read as `int32`,
    /// `uint32` and `uint64` as `int64`.
    public var dtype: DType? {
        switch self {
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .float32: .float32
        case .float64: .float64
        case .int8, .int16, .int32, .uint16: .int32
        case .int64, .uint32, .uint64: .int64
        case .uint8: .uint8
        case .bool: .bool
        case .text, .opaque, .other: nil
        }
    }

    /// The type in words.
    var name: String {
        switch self {
        case .opaque(let count): "opaque elements of \(count) bytes"
        case .other(let what): what
        default: String(describing: self)
        }
    }
}
