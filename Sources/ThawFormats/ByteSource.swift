/// The contents of a file, read from front to back; gzip data is recognised by its first bytes and decompressed on the way.
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

    /// Fills as much of `buffer` as there is data for and returns how much that was.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FormatError) -> Int {
        if let reader { return try reader.read(into: buffer) }
        let count = min(buffer.count, bytes.count - position)
        bytes.withUnsafeBytes { source in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[position..<position + count]))
        }
        position += count
        return count
    }

    /// The next `count` bytes; throws `truncated` when there are fewer. For small counts.
    func read(count: Int, of part: String) throws(FormatError) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        let got = try fill(&result)
        guard got == count else { throw truncated(part, expected: count, got: got) }
        return result
    }

    /// Fills an array, from its start, and returns how many bytes there were.
    func fill(_ array: inout [UInt8]) throws(FormatError) -> Int {
        var failure: FormatError?
        let count = array.withUnsafeMutableBytes { buffer in
            do throws(FormatError) {
                return try read(into: buffer)
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return count
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
