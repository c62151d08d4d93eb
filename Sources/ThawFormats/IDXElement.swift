import ThawTensor

/// The element types of an IDX file, by their code in the file's third byte.
enum IDXElement: UInt8 {
    case uint8 = 0x08
    case int8 = 0x09
    case int16 = 0x0B
    case int32 = 0x0C
    case float32 = 0x0D
    case float64 = 0x0E

    /// The element type that holds tensors of `dtype` without loss.
    init?(storing dtype: DType) {
        switch dtype {
        case .uint8: self = .uint8
        case .int32: self = .int32
        case .float32: self = .float32
        case .float64: self = .float64
        default: return nil
        }
    }

    /// The bytes of one element in the file.
    var width: Int {
        switch self {
        case .uint8, .int8: 1
        case .int16: 2
        case .int32, .float32: 4
        case .float64: 8
        }
    }

    /// The type of the tensor that is read.
    var dtype: DType {
        switch self {
        case .uint8: .uint8
        case .int8, .int16, .int32: .int32
        case .float32: .float32
        case .float64: .float64
        }
    }

    /// Turns the file's big-endian elements into the machine's. `target` has room for exactly those of
    /// `source`.
    func decode(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) {
        switch self {
        case .uint8:
            target.copyMemory(from: source)
        case .int8:
            for index in 0..<source.count {
                let value = Int32(Int8(bitPattern: source[index]))
                target.storeBytes(of: value, toByteOffset: 4 * index, as: Int32.self)
            }
        case .int16:
            for index in 0..<source.count / 2 {
                let value = source.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self)
                target.storeBytes(
                    of: Int32(Int16(bigEndian: value)), toByteOffset: 4 * index, as: Int32.self)
            }
        case .int32, .float32:
            for index in 0..<source.count / 4 {
                let value = source.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
                target.storeBytes(of: UInt32(bigEndian: value), toByteOffset: 4 * index, as: UInt32.self)
            }
        case .float64:
            for index in 0..<source.count / 8 {
                let value = source.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)
                target.storeBytes(of: UInt64(bigEndian: value), toByteOffset: 8 * index, as: UInt64.self)
            }
        }
    }
}
