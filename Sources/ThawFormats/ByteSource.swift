/// The contents of a file, read from front to back; gzip data is recognised by its first bytes and
/// decompressed on the way.
final class ByteSource {
    let file: String
    private let bytes: [UInt8]
    private let reader: GzipReader?
    private var position = 0

    /// Opens the file at `path`.
    init(path: String, limit: Int) throws(FormatError) {
        file = path
        bytes = try FileBytes.read(path: path, limit: limit)
        reader = Gzip.isGzip(bytes) ? try GzipReader(bytes, file: path) : nil
    }

    /// An upper bound of the whole (decompressed) size, known before anything is decompressed.
    var largestCount: Int { reader?.largestCount ?? bytes.count }

    /// The exact size, where it is known beforehand.
    var knownCount: Int? { reader == nil ? bytes.count : nil }

    /// The next `count` bytes; throws `truncated` when there are fewer.
    func read(count: Int, of part: String) throws(FormatError) -> [UInt8] {
        let result: [UInt8]
        if let reader {
            let start = reader.decompressedCount
            do throws(FormatError) {
                result = try reader.read(count: count)
            } catch {
                // The reader knows how many compressed bytes there are, which says little about what is missing.
                guard error.kind == .truncated else { throw error }
                throw truncated(part, expected: count, got: reader.decompressedCount - start)
            }
        } else {
            result = Array(bytes[position..<position + min(count, bytes.count - position)])
            position += result.count
        }
        guard result.count == count else { throw truncated(part, expected: count, got: result.count) }
        return result
    }

    /// Throws `malformed` unless everything was read.
    func requireEnd() throws(FormatError) {
        let isFinished = try reader?.isFinished() ?? (position == bytes.count)
        guard isFinished else {
            throw FormatError(
                .malformed, file: file, what: "the file is longer than its header says",
                remedy: "Get the file again")
        }
    }

    func truncated(_ part: String, expected: Int, got: Int) -> FormatError {
        FormatError(
            .truncated, file: file, what: "the file ends too early, in \(part)",
            expected: "\(expected) bytes", got: "\(got)", remedy: "Get the file again")
    }
}
