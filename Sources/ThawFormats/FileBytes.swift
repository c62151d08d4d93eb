import Foundation

/// Reading a whole plain file into memory, refusing what is not one.
public enum FileBytes {
    /// The largest file that readers accept unless their caller says otherwise: 4 GiB.
    public static let defaultLimit = 4 << 30

    /// The contents of the file at `path`.
    ///
    /// Folders, pipes and devices are refused rather than waited for.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - limit: the largest size accepted, in bytes.
    /// - Throws: ``FormatError`` of kind `unreadable` or `tooLarge`.
    public static func read(path: String, limit: Int = defaultLimit) throws(FormatError) -> [UInt8] {
        // Opening a pipe without O_NONBLOCK would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, systemError()) }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw unreadable(path, systemError()) }
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw FormatError(
                .unreadable, file: path, what: "this is not a plain file", remedy: "Give the path of a file")
        }
        let size = Int(information.st_size)
        guard size <= limit else {
            throw FormatError(
                .tooLarge, file: path, what: "the file is too large", expected: "at most \(limit) bytes",
                got: "\(size)")
        }
        var failure: FormatError?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            while initialized < size {
                let part = Foundation.read(
                    descriptor, buffer.baseAddress.map { $0 + initialized }, size - initialized)
                if part > 0 {
                    initialized += part
                } else if part < 0 && errno == EINTR {
                    continue
                } else {
                    let reason = part == 0 ? "it became shorter while it was read" : systemError()
                    failure = unreadable(path, reason)
                    return
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }

    private static func unreadable(_ path: String, _ reason: String) -> FormatError {
        FormatError(
            .unreadable, file: path, what: "the file could not be read (\(reason))",
            remedy: "Check the path and its permissions")
    }

    /// The system's words for `errno`.
    static func systemError() -> String {
        String(cString: strerror(errno))
    }
}
