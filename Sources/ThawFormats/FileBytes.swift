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
        let file = try OpenFile(path: path, limit: limit)
        return try StoredBytes.file(file).bytes(0..<file.count)
    }

    /// The system's words for `errno`.
    static func systemError() -> String {
        String(cString: strerror(errno))
    }
}
