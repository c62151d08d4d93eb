package import Foundation

/// Memory in a file that has no name any more: the system can write it out when memory is scarce, and it is gone with its last user, or
/// with the process, however that ends.
final class TemporaryFile: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    private let byteCount: Int

    /// Memory of zeros.
    ///
    /// - Throws: ``TemporaryFileError`` if the folder cannot be written to or has no room.
    init(in folder: URL, byteCount: Int) throws(TemporaryFileError) {
        func error(_ code: Int32) -> TemporaryFileError {
            TemporaryFileError(
                folder: folder.path, byteCount: byteCount, reason: String(cString: strerror(code)))
        }
        var name = Array(folder.appending(path: "thaw-XXXXXX").path.utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw error(errno) }
        defer { close(descriptor) }
        unlink(name)
        // Room is taken now: writing to a mapping of a full disk would end the process.
        #if canImport(Darwin)
            var store = fstore_t(
                fst_flags: UInt32(F_ALLOCATEALL), fst_posmode: F_PEOFPOSMODE, fst_offset: 0,
                fst_length: off_t(byteCount), fst_bytesalloc: 0)
            guard fcntl(descriptor, F_PREALLOCATE, &store) == 0, ftruncate(descriptor, off_t(byteCount)) == 0
            else { throw error(errno) }
        #else
            let code = posix_fallocate(descriptor, 0, max(1, byteCount))
            guard code == 0 else { throw error(code) }
        #endif
        let memory = mmap(nil, max(1, byteCount), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let memory, memory != MAP_FAILED else { throw error(errno) }
        base = memory
        self.byteCount = byteCount
    }

    deinit { munmap(base, max(1, byteCount)) }
}

/// There is no room for a temporary file, or no right to write it.
public struct TemporaryFileError: ThawError, Equatable {
    /// The folder.
    public let folder: String
    /// How many bytes were wanted.
    public let byteCount: Int
    /// What the system says.
    public let reason: String

    /// What happened, and how to mend it.
    public var description: String {
        "\(folder): a temporary file of \(byteCount) bytes could not be made (\(reason)). Name a folder that can be written to and has "
            + "the room."
    }
}

extension Tensor {
    /// A tensor of zeros whose memory is a file in `folder`, which has no name there and is gone with the tensor.
    ///
    /// - Throws: ``TemporaryFileError``.
    package init(inTemporaryFileOf folder: URL, shape: [Int], dtype: DType) throws(TemporaryFileError) {
        let count = TensorShape.requiredCount(shape, dtype: dtype, operation: "Tensor")
        let file = try TemporaryFile(in: folder, byteCount: count * dtype.byteCount)
        self.init(
            shape: shape, dtype: dtype, count: count,
            storage: TensorStorage(base: file.base, byteCount: count * dtype.byteCount, owner: file))
    }
}
