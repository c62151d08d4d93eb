import Foundation

/// A plain file that is open for reading and had a known size when it was opened.
///
/// Parts are read into memory of the caller's with `pread`, which costs one copy, as mapping the file would; but a mapped file
/// that another program cuts off ends the process with a signal, where this throws.
final class OpenFile {
    let path: String
    /// The size when the file was opened.
    let count: Int
    private let descriptor: Int32

    /// Opens the file at `path`. Folders, pipes and devices are refused rather than waited for.
    ///
    /// - Throws: ``FormatError`` of kind `unreadable` or `tooLarge`.
    init(path: String, limit: Int) throws(FormatError) {
        // Opening a pipe without O_NONBLOCK would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unreadable(path, FileBytes.systemError()) }
        self.path = path
        self.descriptor = descriptor
        var information = stat()
        guard fstat(descriptor, &information) == 0 else {
            count = 0
            throw Self.unreadable(path, FileBytes.systemError())
        }
        count = Int(information.st_size)
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw FormatError(
                .unreadable, file: path, what: "this is not a plain file", remedy: "Give the path of a file")
        }
        guard count <= limit else {
            throw FormatError(
                .tooLarge, file: path, what: "the file is too large", expected: "at most \(limit) bytes",
                got: "\(count)")
        }
    }

    deinit { close(descriptor) }

    /// Fills `buffer` with the bytes from `start` on.
    ///
    /// - Throws: ``FormatError`` of kind `unreadable`, also where the file has become shorter.
    func read(at start: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FormatError) {
        var done = 0
        while done < buffer.count {
            let part = pread(
                descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(start + done))
            if part > 0 {
                done += part
            } else if part < 0 && errno == EINTR {
                continue
            } else {
                throw Self.unreadable(
                    path, part == 0 ? "it became shorter while it was read" : FileBytes.systemError())
            }
        }
    }

    private static func unreadable(_ path: String, _ reason: String) -> FormatError {
        FormatError(
            .unreadable, file: path, what: "the file could not be read (\(reason))",
            remedy: "Check the path and its permissions")
    }
}

/// The bytes of a file, in memory or on the disk, of which parts are read.
enum StoredBytes {
    case memory([UInt8])
    case file(OpenFile)

    var count: Int {
        switch self {
        case .memory(let bytes): bytes.count
        case .file(let file): file.count
        }
    }

    /// Fills `buffer` with the bytes from `start` on, which the caller knows to be there.
    func read(at start: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FormatError) {
        switch self {
        case .memory(let bytes):
            bytes.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + buffer.count]))
            }
        case .file(let file): try file.read(at: start, into: buffer)
        }
    }

    /// The bytes of a range, which the caller knows to be there.
    func bytes(_ range: Range<Int>) throws(FormatError) -> [UInt8] {
        if case .memory(let bytes) = self { return Array(bytes[range]) }
        var failure: FormatError?
        let result = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, initialized in
            do throws(FormatError) {
                try read(at: range.lowerBound, into: UnsafeMutableRawBufferPointer(buffer))
                initialized = range.count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return result
    }
}
