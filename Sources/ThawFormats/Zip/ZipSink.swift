import CLibzip

/// Where libzip writes an archive: a file that becomes visible when it is complete, or memory.
final class ZipSink {
    /// What went wrong while writing.
    private(set) var failure: (any Error)?
    /// The archive, when it is written to memory.
    private(set) var bytes: [UInt8] = []

    /// libzip writes a few thousand bytes at a time.
    private static let longestPending = 1 << 20

    private let file: AtomicFileWriter?
    private var pending: [UInt8] = []
    private var count = 0
    private var position = 0

    /// Writes to `file`, or to memory.
    init(_ file: AtomicFileWriter?) { self.file = file }

    /// A handle that libzip frees, or `nil` if it has no memory.
    func handle(_ failure: UnsafeMutablePointer<zip_error_t>) -> OpaquePointer? {
        let retained = Unmanaged.passRetained(self)
        let handle = zip_source_function_create(answerWriting, retained.toOpaque(), failure)
        if handle == nil { retained.release() }
        return handle
    }

    /// Writes at the current place; libzip goes back to fill in checksums.
    func write(_ data: UnsafeRawBufferPointer) throws {
        let old = min(count - position, data.count)
        let known = UnsafeRawBufferPointer(rebasing: data[..<old])
        let new = UnsafeRawBufferPointer(rebasing: data[old...])
        if let file {
            if !known.isEmpty { try file.overwrite(known, at: position) }
            pending.append(contentsOf: new)
            if pending.count >= Self.longestPending { try flush() }
        } else {
            bytes.replaceSubrange(position..<position + old, with: known)
            bytes.append(contentsOf: new)
        }
        position += data.count
        count = max(count, position)
    }

    /// Hands what is pending to the file.
    func flush() throws {
        guard let file, !pending.isEmpty else { return }
        try file.write(pending)
        pending.removeAll(keepingCapacity: true)
    }

    /// Does `body`, and keeps its error.
    private func attempt(_ body: () throws -> Int64) -> Int64 {
        do {
            return try body()
        } catch {
            failure = error
            return -1
        }
    }

    fileprivate func answer(
        _ command: zip_source_cmd_t, _ data: UnsafeMutableRawPointer?, _ length: UInt64
    ) -> Int64 {
        switch command {
        case ZIP_SOURCE_OPEN, ZIP_SOURCE_BEGIN_WRITE, ZIP_SOURCE_ROLLBACK_WRITE, ZIP_SOURCE_REMOVE: return 0
        case ZIP_SOURCE_COMMIT_WRITE:
            return attempt {
                try flush()
                return 0
            }
        case ZIP_SOURCE_WRITE:
            return attempt {
                try write(UnsafeRawBufferPointer(start: data, count: Int(length)))
                return Int64(length)
            }
        case ZIP_SOURCE_SEEK_WRITE:
            let offset = zip_source_seek_compute_offset(
                UInt64(position), UInt64(count), data, length, nil)
            guard offset >= 0, offset <= count else { return -1 }
            return attempt {
                // What is written over must be in the file.
                try flush()
                position = Int(offset)
                return 0
            }
        case ZIP_SOURCE_TELL_WRITE: return Int64(position)
        // There is never anything to read.
        case ZIP_SOURCE_READ, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL: return 0
        default: return zipAnswer(command, data, length, size: 0, supported: Self.supported)
        }
    }

    private static let supported = zipCommands([
        ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
        ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS, ZIP_SOURCE_BEGIN_WRITE,
        ZIP_SOURCE_COMMIT_WRITE, ZIP_SOURCE_ROLLBACK_WRITE, ZIP_SOURCE_WRITE, ZIP_SOURCE_SEEK_WRITE,
        ZIP_SOURCE_TELL_WRITE, ZIP_SOURCE_REMOVE,
    ])
}

/// What libzip calls for a ``ZipSink``.
private func answerWriting(
    _ object: UnsafeMutableRawPointer?, _ data: UnsafeMutableRawPointer?, _ length: UInt64,
    _ command: zip_source_cmd_t
) -> Int64 {
    guard let object else { return -1 }
    let sink = Unmanaged<ZipSink>.fromOpaque(object)
    if command == ZIP_SOURCE_FREE {
        sink.release()
        return 0
    }
    return sink.takeUnretainedValue().answer(command, data, length)
}
