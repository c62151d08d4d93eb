import CZlib

/// Data compressed by deflate in zlib's wrapper (RFC 1950).
package enum Zlib {
    /// The decompressed data, and its checksum verified.
    ///
    /// Memory grows with what is really there, never with `limit`.
    ///
    /// - Parameters:
    ///   - bytes: the compressed data; nothing may follow it.
    ///   - limit: the largest result accepted, in bytes; not negative.
    ///   - file: what errors call the data.
    /// - Throws: ``FormatError``: `malformed`, `truncated`, or `tooLarge` when the result would exceed
    ///   `limit`.
    static func decompress(
        _ bytes: ArraySlice<UInt8>, limit: Int, file: String
    ) throws(FormatError) -> [UInt8] {
        // On the heap: zlib remembers the address of the stream it was started with.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        defer { stream.deallocate() }
        stream.initialize(to: z_stream())
        let status = inflateInit_(stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw FormatError(.unreadable, file: file, what: "zlib could not be started (code \(status))")
        }
        defer { inflateEnd(stream) }
        var result: [UInt8] = []
        var room = min(max(64, bytes.count &* 2), 1 << 20)
        var consumed = 0
        while true {
            // One byte more than allowed, so that data that is too long shows itself.
            let wanted = min(room, limit - result.count + 1, 1 << 30)
            let (outcome, read, part) = step(stream, bytes.dropFirst(consumed), room: wanted)
            consumed += read
            if result.isEmpty { result = part } else { result += part }
            guard result.count <= limit else {
                throw FormatError(
                    .tooLarge, file: file, what: "compressed data is longer than it should be",
                    expected: "at most \(limit) bytes", remedy: "Get the file again")
            }
            if outcome == Z_STREAM_END { break }
            guard outcome == Z_OK || outcome == Z_BUF_ERROR else {
                let reason = stream.pointee.msg.map { String(cString: $0) } ?? "no reason given"
                throw FormatError(
                    .malformed, file: file, what: "compressed data is damaged (\(reason))",
                    remedy: "Get the file again")
            }
            guard consumed < bytes.count || part.count == wanted else {
                throw FormatError(
                    .truncated, file: file, what: "compressed data ends too early",
                    got: "\(bytes.count) bytes", remedy: "Get the file again")
            }
            room = min(room * 2, 1 << 24)
        }
        return result
    }

    /// `bytes` compressed as well as zlib does by default.
    ///
    /// - Throws: ``FormatError`` of kind `tooLarge` when there is no memory.
    package static func compress(_ bytes: [UInt8], file: String) throws(FormatError) -> [UInt8] {
        var (count, status) = (compressBound(uLong(bytes.count)), Z_OK)
        let result = [UInt8](unsafeUninitializedCapacity: Int(count)) { output, written in
            status = compress2(
                output.baseAddress, &count, bytes, uLong(bytes.count), Z_DEFAULT_COMPRESSION)
            written = status == Z_OK ? Int(count) : 0
        }
        guard status == Z_OK else {
            throw FormatError(.tooLarge, file: file, what: "zlib could not compress it (code \(status))")
        }
        return result
    }

    /// The checksum CRC-32 (ISO 3309), as gzip, zip and PNG have it.
    package static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var checksum = crc32(0, nil, 0)
        // The function counts bytes with 32 bits.
        for start in stride(from: 0, to: bytes.count, by: 1 << 30) {
            bytes[start..<min(start + 1 << 30, bytes.count)].withUnsafeBufferPointer {
                checksum = crc32(checksum, $0.baseAddress, uInt($0.count))
            }
        }
        return UInt32(truncatingIfNeeded: checksum)
    }

    /// One call of `inflate`, whose counters have 32 bits: its outcome, how much it read, what it wrote.
    private static func step(
        _ stream: UnsafeMutablePointer<z_stream>, _ input: ArraySlice<UInt8>, room: Int
    ) -> (Int32, Int, [UInt8]) {
        var outcome = Z_OK
        let available = min(input.count, 1 << 30)
        let part = [UInt8](unsafeUninitializedCapacity: room) { output, written in
            input.withUnsafeBufferPointer { input in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = UInt32(available)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(room)
                outcome = inflate(stream, Z_NO_FLUSH)
            }
            written = room - Int(stream.pointee.avail_out)
        }
        return (outcome, available - Int(stream.pointee.avail_in), part)
    }
}
