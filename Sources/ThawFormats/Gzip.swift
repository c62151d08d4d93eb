/// Gzip compression (RFC 1952).
public enum Gzip {
    /// Whether `bytes` begins as gzip data does: 1f 8b.
    public static func isGzip(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
    }

    /// The decompressed data.
    ///
    /// Memory grows with what is really there, never with what a header claims, and never beyond `limit`.
    ///
    /// - Parameters:
    ///   - bytes: the whole compressed data.
    ///   - limit: the largest result accepted, in bytes; not negative.
    ///   - file: what errors call the data.
    /// - Throws: ``FormatError``: `malformed`, `truncated`, `checksumMismatch`, or `tooLarge` when the result
    ///   would exceed `limit`.
    public static func decompress(
        _ bytes: [UInt8], limit: Int, file: String = "gzip data"
    ) throws(FormatError) -> [UInt8] {
        let reader = try GzipReader(bytes, file: file)
        let result = try reader.read(count: limit)
        guard try reader.isFinished() else {
            throw FormatError(
                .tooLarge, file: file, what: "the data grows too large when it is decompressed",
                expected: "at most \(limit) bytes", remedy: "Raise the limit if you trust the file")
        }
        return result
    }
}
