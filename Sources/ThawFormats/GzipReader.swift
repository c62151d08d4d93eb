import CZlib

/// Decompresses gzip data (RFC 1952) piece by piece, so that a reader can look at a header before it
/// allocates anything.
///
/// Several members in a row, as `cat a.gz b.gz` makes them, read as one. The checksum and length of each
/// member are verified. Anything after the last member is an error.
public final class GzipReader {
    /// No deflate stream grows by more than this factor: a block of 258 repeated bytes takes two bits at
    /// least.
    static let largestExpansion = 1032

    private let bytes: [UInt8]
    private let file: String
    // On the heap: zlib remembers the address of the stream it was started with.
    private let stream: UnsafeMutablePointer<z_stream>
    private var position = 0
    /// The bytes that were decompressed so far.
    private(set) var decompressedCount = 0
    private var isAtEnd = false

    /// A reader of `bytes`.
    ///
    /// - Parameters:
    ///   - bytes: the data.
    ///   - file: what errors call the data.
    /// - Throws: ``FormatError`` when `bytes` does not begin as gzip data does.
    public init(_ bytes: [UInt8], file: String = "gzip data") throws(FormatError) {
        guard Gzip.isGzip(bytes) else {
            throw FormatError(
                .malformed, file: file, what: "this is not gzip data",
                expected: "the bytes 1f 8b at the start",
                got: bytes.isEmpty ? "an empty file" : "other bytes")
        }
        // 15 bits of window, plus 16: a gzip wrapper and nothing else.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            throw FormatError(.unreadable, file: file, what: "zlib could not be started (code \(status))")
        }
        self.bytes = bytes
        self.file = file
        self.stream = stream
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// An upper bound of what the data can decompress to.
    public var largestCount: Int {
        let (product, overflow) = bytes.count.multipliedReportingOverflow(by: Self.largestExpansion)
        return overflow ? .max : product
    }

    /// Fills as much of `buffer` as the data allows.
    ///
    /// - Returns: the number of bytes written; less than the buffer's size only at the end of the data.
    /// - Throws: ``FormatError`` when the data is damaged, ends too early or is followed by something else.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(FormatError) -> Int {
        var written = 0
        while written < buffer.count && !isAtEnd {
            written += try step(UnsafeMutableRawBufferPointer(rebasing: buffer[written...]))
        }
        return written
    }

    /// The next `count` bytes, or fewer at the end of the data.
    ///
    /// Memory grows with what is really there: a large `count` that a header claims costs nothing by itself.
    ///
    /// - Throws: ``FormatError`` as ``read(into:)`` does.
    public func read(count: Int) throws(FormatError) -> [UInt8] {
        var result: [UInt8] = []
        var room = 1 << 16
        while result.count < count {
            let part = try readAtOnce(min(room, count - result.count))
            if part.isEmpty { break }
            if result.isEmpty { result = part } else { result += part }
            room = min(room * 2, 1 << 24)
        }
        return result
    }

    private func readAtOnce(_ count: Int) throws(FormatError) -> [UInt8] {
        var failure: FormatError?
        let result = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            do throws(FormatError) {
                initialized = try read(into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return result
    }

    /// Whether nothing is left. Verifies checksum and length of the last member, as these stand behind its
    /// data.
    ///
    /// - Throws: ``FormatError`` as ``read(into:)`` does.
    public func isFinished() throws(FormatError) -> Bool {
        if isAtEnd { return true }
        // One byte of room: the data either ends without writing it, or is longer than its reader thought.
        var byte: UInt8 = 0
        var failure: FormatError?
        let written = withUnsafeMutableBytes(of: &byte) { buffer in
            do throws(FormatError) {
                return try read(into: buffer)
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return written == 0
    }

    /// One call of `inflate` on at most 1 GiB of input and of output, whose counters have 32 bits.
    private func step(_ output: UnsafeMutableRawBufferPointer) throws(FormatError) -> Int {
        let chunk = 1 << 30
        let room = min(output.count, chunk)
        let start = position
        let available = min(bytes.count - start, chunk)
        let status = bytes.withUnsafeBufferPointer { input in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + start })
            stream.pointee.avail_in = UInt32(available)
            stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(room)
            return inflate(stream, Z_NO_FLUSH)
        }
        position += available - Int(stream.pointee.avail_in)
        let written = room - Int(stream.pointee.avail_out)
        decompressedCount += written
        switch status {
        case Z_OK:
            return written
        case Z_STREAM_END:
            try beginNextMember()
            return written
        case Z_BUF_ERROR:
            // No progress was possible, and there was room: the input is used up.
            guard position < bytes.count else {
                throw FormatError(
                    .truncated, file: file, what: "the compressed data ends too early",
                    got: "\(bytes.count) bytes", remedy: "Get the file again")
            }
            return written
        default:
            throw damaged()
        }
    }

    private func beginNextMember() throws(FormatError) {
        guard position < bytes.count else {
            isAtEnd = true
            return
        }
        guard bytes.count - position >= 2, bytes[position] == 0x1f, bytes[position + 1] == 0x8b else {
            throw FormatError(
                .malformed, file: file, what: "something follows the end of the compressed data",
                got: "\(bytes.count - position) further bytes", remedy: "Get the file again")
        }
        guard inflateReset(stream) == Z_OK else { throw damaged() }
    }

    private func damaged() -> FormatError {
        let reason = stream.pointee.msg.map { String(cString: $0) } ?? "no reason given"
        let isChecksum = reason == "incorrect data check" || reason == "incorrect length check"
        return FormatError(
            isChecksum ? .checksumMismatch : .malformed, file: file,
            what: isChecksum
                ? "the checksum does not match the contents" : "the compressed data is damaged (\(reason))",
            remedy: "Get the file again")
    }
}
