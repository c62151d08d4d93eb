/// Reads the members of a gzip-compressed tar archive (POSIX.1-1988 ustar) one after the other.
///
/// Only plain files are given out, as bytes: nothing is ever written, and a name in the archive means no more
/// than a name. Folders, links, devices and extended headers are skipped.
public final class TarReader {
    /// One plain file of the archive.
    public struct Member: Sendable {
        /// The name in the archive, as it stands there.
        public let name: String
        /// The size in bytes.
        public let size: Int
    }

    private static let block = 512

    private let reader: GzipReader
    private let file: String
    private let limit: Int
    private var consumed = 0
    private var pending = 0
    private var padding = 0

    /// A reader of the compressed archive `bytes`.
    ///
    /// - Parameters:
    ///   - bytes: the compressed archive.
    ///   - limit: the largest decompressed size accepted, in bytes.
    ///   - file: what errors call the archive.
    /// - Throws: ``FormatError`` when `bytes` is not gzip data.
    public init(gzip bytes: [UInt8], limit: Int, file: String) throws(FormatError) {
        reader = try GzipReader(bytes, file: file)
        self.limit = limit
        self.file = file
    }

    /// The next plain file, or `nil` at the end of the archive. Contents of the one before that were not read
    /// are skipped.
    ///
    /// - Throws: ``FormatError`` when the archive is damaged, ends too early or exceeds the limit.
    public func next() throws(FormatError) -> Member? {
        while true {
            try skip(pending + padding)
            pending = 0
            padding = 0
            let header = try take(Self.block)
            // Two blocks of zeros end an archive; its writer may pad it with more.
            if header.allSatisfy({ $0 == 0 }) { return nil }
            try verify(header)
            let size = try octal(header[124..<136], name: "size")
            guard size <= limit - consumed else { throw tooLarge() }
            pending = size
            padding = (Self.block - size % Self.block) % Self.block
            let isPlainFile = header[156] == UInt8(ascii: "0") || header[156] == 0
            if isPlainFile { return Member(name: name(header), size: size) }
        }
    }

    /// The contents of the file that ``next()`` gave last.
    ///
    /// - Throws: ``FormatError`` as ``next()`` does.
    public func contents() throws(FormatError) -> [UInt8] {
        let count = pending
        pending = 0
        return try take(count)
    }

    private func take(_ count: Int) throws(FormatError) -> [UInt8] {
        guard count <= limit - consumed else { throw tooLarge() }
        guard count <= reader.largestCount else { throw truncated() }
        let bytes = try reader.read(count: count)
        guard bytes.count == count else { throw truncated() }
        consumed += count
        return bytes
    }

    private func skip(_ count: Int) throws(FormatError) {
        var rest = count
        while rest > 0 {
            rest -= try take(min(rest, 1 << 20)).count
        }
    }

    private func verify(_ header: [UInt8]) throws(FormatError) {
        let stored = try octal(header[148..<156], name: "checksum")
        var sum = 8 * Int(UInt8(ascii: " "))
        for (index, byte) in header.enumerated() where !(148..<156).contains(index) { sum += Int(byte) }
        guard sum == stored else {
            throw FormatError(
                .checksumMismatch, file: file, what: "a header in the archive is damaged",
                expected: "the checksum \(stored)", got: "\(sum)", remedy: "Get the file again")
        }
    }

    /// A number in octal digits, between spaces or zero bytes.
    private func octal(_ field: ArraySlice<UInt8>, name: String) throws(FormatError) -> Int {
        let trimmed = field.drop { $0 == UInt8(ascii: " ") }.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
        let isOctal = trimmed.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
        guard !trimmed.isEmpty, isOctal else {
            throw FormatError(
                .malformed, file: file, what: "the \(name) in a header of the archive is not a number",
                remedy: "Get the file again")
        }
        // Twelve octal digits are 36 bits: no overflow.
        return trimmed.reduce(0) { $0 << 3 | Int($1 - UInt8(ascii: "0")) }
    }

    private func name(_ header: [UInt8]) -> String {
        let name = String(decoding: header[0..<100].prefix { $0 != 0 }, as: UTF8.self)
        let isUstar = Array(header[257..<262]) == Array("ustar".utf8)
        let prefix = String(decoding: header[345..<500].prefix { $0 != 0 }, as: UTF8.self)
        return isUstar && !prefix.isEmpty ? "\(prefix)/\(name)" : name
    }

    private func truncated() -> FormatError {
        FormatError(
            .truncated, file: file, what: "the archive ends too early", remedy: "Get the file again")
    }

    private func tooLarge() -> FormatError {
        FormatError(
            .tooLarge, file: file, what: "the archive grows too large when it is decompressed",
            expected: "at most \(limit) bytes")
    }
}
