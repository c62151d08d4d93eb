import Testing
import ThawFormats

@Suite struct GzipTests {
    let text: [UInt8] = Array("frozen means frozen, in weights, statistics and mode".utf8)

    @Test(arguments: [0, 1, 100, 70_000, 300_000])
    func roundTrip(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 >> 7)) }
        #expect(try Gzip.decompress(gzipped(bytes), limit: count) == bytes)
    }

    @Test func membersInARowReadAsOne() throws {
        let both = gzipped(text) + gzipped([]) + gzipped(text)
        #expect(try Gzip.decompress(both, limit: 1000) == text + text)
    }

    @Test func limitIsExact() throws {
        #expect(try Gzip.decompress(gzipped(text), limit: text.count) == text)
        let error = #expect(throws: FormatError.self) {
            try Gzip.decompress(gzipped(text), limit: text.count - 1, file: "a.gz")
        }
        #expect(error?.kind == .tooLarge)
        #expect(error?.description.contains("a.gz") == true)
        #expect(error?.description.contains("\(text.count - 1) bytes") == true)
    }

    @Test func bombIsRefused() {
        // 64 MiB of zeros in 64 KiB.
        let bomb = gzipped([UInt8](repeating: 0, count: 64 << 20))
        #expect(bomb.count < 100_000)
        let error = #expect(throws: FormatError.self) { try Gzip.decompress(bomb, limit: 1 << 20) }
        #expect(error?.kind == .tooLarge)
    }

    @Test func everyTruncationIsAnError() {
        let whole = gzipped(text)
        for count in 0..<whole.count {
            #expect(throws: FormatError.self, "cut to \(count) bytes") {
                try Gzip.decompress(Array(whole[..<count]), limit: 1000)
            }
        }
    }

    @Test func truncationIsCalledSo() {
        let error = #expect(throws: FormatError.self) {
            try Gzip.decompress(Array(gzipped(text).dropLast(9)), limit: 1000)
        }
        #expect(error?.kind == .truncated)
    }

    @Test(arguments: [1, 5]) func wrongTrailerIsAnError(fromEnd offset: Int) {
        // The last eight bytes are the checksum and the length.
        var bytes = gzipped(text)
        bytes[bytes.count - offset] ^= 0x40
        let error = #expect(throws: FormatError.self) { try Gzip.decompress(bytes, limit: 1000) }
        #expect(error?.kind == .checksumMismatch)
    }

    @Test(arguments: [[0], [0x1f], [1, 2, 3, 4], [0x1f, 0x8b, 9, 9]] as [[UInt8]])
    func trailingGarbageIsAnError(garbage: [UInt8]) {
        let error = #expect(throws: FormatError.self) {
            try Gzip.decompress(gzipped(text) + garbage, limit: 1000)
        }
        #expect(error?.kind == .malformed)
    }

    @Test func garbledBytesNeverCrash() {
        let whole = gzipped((0..<2000).map { UInt8(truncatingIfNeeded: $0 * $0) })
        for position in whole.indices {
            var bytes = whole
            bytes[position] ^= 0xff
            // A changed time or operating system in the header is no error; everything else is.
            _ = try? Gzip.decompress(bytes, limit: 4000)
        }
    }

    @Test func otherDataIsNotGzip() {
        let error = #expect(throws: FormatError.self) { try Gzip.decompress(text, limit: 1000) }
        #expect(error?.kind == .malformed)
    }
}
