import CLibzip
import ThawTensor

/// Bytes that libzip reads: those of an archive, or those of an entry that is written.
///
/// libzip holds on to it from ``handle(_:)`` until it frees the handle.
final class ZipSource {
    let count: Int
    private let copy: (Int, UnsafeMutableRawBufferPointer) throws(FormatError) -> Void
    private var position = 0

    /// The bytes of a file.
    init(_ bytes: StoredBytes) {
        count = bytes.count
        copy = { start, target throws(FormatError) in try bytes.read(at: start, into: target) }
    }

    /// Some bytes, then those of a tensor in the machine's order.
    init(_ header: [UInt8], _ tensor: Tensor) {
        count = header.count + tensor.byteCount
        copy = { start, target in
            let first = min(max(header.count - start, 0), target.count)
            for index in 0..<first { target[index] = header[start + index] }
            let rest = UnsafeMutableRawBufferPointer(rebasing: target[first...])
            let from = start + first - header.count
            guard !rest.isEmpty else { return }
            tensor.withUnsafeBytes {
                rest.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[from..<from + rest.count]))
            }
        }
    }

    /// A handle that libzip frees, or `nil` if it has no memory.
    func handle(_ failure: UnsafeMutablePointer<zip_error_t>) -> OpaquePointer? {
        let retained = Unmanaged.passRetained(self)
        let handle = zip_source_function_create(answerReading, retained.toOpaque(), failure)
        if handle == nil { retained.release() }
        return handle
    }

    fileprivate func answer(
        _ command: zip_source_cmd_t, _ data: UnsafeMutableRawPointer?, _ length: UInt64
    ) -> Int64 {
        switch command {
        case ZIP_SOURCE_OPEN:
            position = 0
            return 0
        case ZIP_SOURCE_READ:
            let part = min(count - position, Int(clamping: length))
            guard part > 0, let data else { return 0 }
            do throws(FormatError) {
                try copy(position, UnsafeMutableRawBufferPointer(start: data, count: part))
            } catch {
                return -1
            }
            position += part
            return Int64(part)
        case ZIP_SOURCE_SEEK:
            let offset = zip_source_seek_compute_offset(
                UInt64(position), UInt64(count), data, length, nil)
            guard offset >= 0, offset <= count else { return -1 }
            position = Int(offset)
            return 0
        case ZIP_SOURCE_TELL: return Int64(position)
        default: return zipAnswer(command, data, length, size: count, supported: Self.supported)
        }
    }

    private static let supported = zipCommands([
        ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
        ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS,
    ])
}

/// What libzip calls for a ``ZipSource``.
private func answerReading(
    _ object: UnsafeMutableRawPointer?, _ data: UnsafeMutableRawPointer?, _ length: UInt64,
    _ command: zip_source_cmd_t
) -> Int64 {
    guard let object else { return -1 }
    let source = Unmanaged<ZipSource>.fromOpaque(object)
    if command == ZIP_SOURCE_FREE {
        source.release()
        return 0
    }
    return source.takeUnretainedValue().answer(command, data, length)
}

/// The answers that all sources have in common.
func zipAnswer(
    _ command: zip_source_cmd_t, _ data: UnsafeMutableRawPointer?, _ length: UInt64, size: Int,
    supported: Int64
) -> Int64 {
    switch command {
    case ZIP_SOURCE_CLOSE: return 0
    case ZIP_SOURCE_SUPPORTS: return supported
    case ZIP_SOURCE_STAT:
        guard let status = data?.assumingMemoryBound(to: zip_stat_t.self),
            length >= MemoryLayout<zip_stat_t>.size
        else { return -1 }
        zip_stat_init(status)
        status.pointee.size = UInt64(size)
        status.pointee.valid |= UInt64(ZIP_STAT_SIZE)
        return Int64(MemoryLayout<zip_stat_t>.size)
    case ZIP_SOURCE_ERROR:
        // libzip's own code, then the system's.
        guard let codes = data?.assumingMemoryBound(to: Int32.self), length >= 8 else { return -1 }
        codes[0] = ZIP_ER_INVAL
        codes[1] = 0
        return 8
    default: return -1
    }
}

/// The set of commands that a source answers, as libzip wants it.
func zipCommands(_ commands: [zip_source_cmd_t]) -> Int64 {
    commands.reduce(0) { $0 | 1 << Int64($1.rawValue) }
}
