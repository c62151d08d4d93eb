import CKernels
import Foundation
import ThawGraph
import ThawTensor

/// How the engine keeps an element type in memory.
enum StoredType: UInt8 {
    case float32 = 0
    case int32 = 1
    case uint8 = 2

    /// Bools are kept as float32 of 0 or 1, int64 as int32.
    init(_ dtype: DType, what: @autoclosure () -> String) throws(EngineError) {
        switch dtype {
        case .float32, .bool: self = .float32
        case .int32, .int64: self = .int32
        case .uint8: self = .uint8
        default:
            throw .unsupportedType(
                "\(what()) has element type \(dtype), which the oneDNN engine does not compute with; cast it to float32."
            )
        }
    }

    var byteCount: Int { self == .uint8 ? 1 : 4 }

    /// Copies a host tensor of any element type.
    func copy(_ tensor: Tensor, to data: UnsafeMutableRawPointer) {
        func convert<Element: TensorElement>(_ type: Element.Type) {
            let source = tensor.dtype == Element.dtype ? tensor : tensor.cast(to: Element.dtype)
            source.withUnsafeBytes { bytes in
                if let base = bytes.baseAddress { data.copyMemory(from: base, byteCount: bytes.count) }
            }
        }
        switch self {
        case .float32: convert(Float.self)
        case .int32: convert(Int32.self)
        case .uint8: convert(UInt8.self)
        }
    }

    /// A host copy of what lies at `data`.
    static func tensor(of type: TensorType, at data: UnsafeRawPointer) -> Tensor {
        func copied(_ dtype: DType) -> Tensor {
            Tensor(shape: type.shape, dtype: dtype) { buffer in
                if buffer.count > 0 {
                    buffer.copyMemory(from: UnsafeRawBufferPointer(start: data, count: buffer.count))
                }
            }
        }
        switch type.dtype {
        case .bool: return copied(.float32).cast(to: .bool)
        case .int64: return copied(.int32).cast(to: .int64)
        case .int32: return copied(.int32)
        case .uint8: return copied(.uint8)
        default: return copied(.float32)
        }
    }
}
