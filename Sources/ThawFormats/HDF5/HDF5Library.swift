import CHDF5
import Foundation
import Synchronization
import ThawTensor

/// Has libhdf5 make files. It keeps its state in globals, so that one file is made at a time.
enum HDF5Library {
    private static let turn = Mutex(())

    /// The bytes of the file that `writer` describes.
    static func image(of writer: HDF5Writer, file: String) throws(FormatError) -> [UInt8] {
        let result: Result<[UInt8], FormatError> = turn.withLock { _ in
            guard let handle = thaw_hdf5_create() else { return .failure(refused(file)) }
            defer { thaw_hdf5_close(handle) }
            return fill(handle, writer) ? image(handle, file) : .failure(refused(file))
        }
        return try result.get()
    }

    private static func fill(_ handle: OpaquePointer, _ writer: HDF5Writer) -> Bool {
        for (path, entry) in writer.entries {
            switch entry {
            case .group: guard thaw_hdf5_group(handle, path) == 0 else { return false }
            case .dataset(let tensor):
                let status = tensor.withUnsafeBytes { data in
                    thaw_hdf5_dataset(
                        handle, path, type(tensor.dtype), Int32(tensor.rank), extents(tensor),
                        data.baseAddress)
                }
                guard status == 0 else { return false }
            }
        }
        return writer.attributes.allSatisfy { write($0, handle) == 0 }
    }

    private static func write(_ attribute: HDF5Writer.Attribute, _ handle: OpaquePointer) -> Int32 {
        let path = attribute.path.isEmpty ? "/" : attribute.path
        switch attribute.value {
        case .string(let text): return thaw_hdf5_text(handle, path, attribute.name, text)
        case .strings(let texts):
            let width = max(1, texts.map(\.utf8.count).max() ?? 1)
            var padded: [CChar] = []
            for text in texts {
                padded += text.utf8.map { CChar(bitPattern: $0) }
                padded += [CChar](repeating: 0, count: width - text.utf8.count)
            }
            return thaw_hdf5_texts(
                handle, path, attribute.name, Int64(texts.count), Int64(width), padded)
        case .tensor(let tensor):
            return tensor.withUnsafeBytes { data in
                thaw_hdf5_attribute(
                    handle, path, attribute.name, type(tensor.dtype), Int32(tensor.rank), extents(tensor),
                    data.baseAddress)
            }
        }
    }

    private static func extents(_ tensor: Tensor) -> [Int64] { tensor.shape.map { Int64($0) } }

    private static func type(_ dtype: DType) -> Int32 {
        let type: Int
        switch dtype {
        case .float16: type = Int(THAW_HDF5_FLOAT16)
        case .float32: type = Int(THAW_HDF5_FLOAT32)
        case .float64: type = Int(THAW_HDF5_FLOAT64)
        case .int32: type = Int(THAW_HDF5_INT32)
        case .int64: type = Int(THAW_HDF5_INT64)
        case .uint8: type = Int(THAW_HDF5_UINT8)
        case .bool: type = Int(THAW_HDF5_BOOL)
        case .bfloat16: type = Int(THAW_HDF5_OPAQUE16)
        }
        return Int32(type)
    }

    private static func image(_ handle: OpaquePointer, _ file: String) -> Result<[UInt8], FormatError> {
        let size = Int(thaw_hdf5_image_size(handle))
        guard size >= 0 else { return .failure(refused(file)) }
        var status: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, written in
            status = thaw_hdf5_image(handle, buffer.baseAddress, Int64(size))
            written = status == 0 ? size : 0
        }
        return status == 0 ? .success(bytes) : .failure(refused(file))
    }

    private static func refused(_ file: String) -> FormatError {
        let reason = String(cString: thaw_hdf5_message())
        return FormatError(
            .unwritable, file: file,
            what: "libhdf5 could not make the file" + (reason.isEmpty ? "" : " (\(reason))"))
    }
}
