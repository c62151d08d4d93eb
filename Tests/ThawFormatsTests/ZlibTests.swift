import CZlib
import Testing

@testable import ThawFormats

@Suite struct ZlibTests {
    private static func compressed(_ bytes: [UInt8]) throws -> [UInt8] {
        var result = [UInt8](repeating: 0, count: Int(compressBound(UInt(bytes.count))))
        var count = UInt(result.count)
        try #require(compress(&result, &count, bytes, UInt(bytes.count)) == Z_OK)
        return Array(result[..<Int(count)])
    }

    @Test(arguments: [0, 1, 1000, 1 << 20])
    func roundTrip(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 100) }
        let data = try Self.compressed(bytes)
        #expect(try Zlib.decompress(data[...], limit: count, file: "data") == bytes)
        #expect(try Zlib.decompress(data[...], limit: 1 << 40, file: "data") == bytes)
        if count > 0 {
            let error = #expect(throws: FormatError.self) {
                try Zlib.decompress(data[...], limit: count - 1, file: "data")
            }
            #expect(error?.kind == .tooLarge)
        }
        for length in 0..<data.count where length < 200 {
            #expect(throws: FormatError.self) {
                try Zlib.decompress(data[..<length], limit: count, file: "data")
            }
        }
    }

    @Test func damage() throws {
        var data = try Self.compressed([UInt8](repeating: 7, count: 500))
        data[data.count - 1] ^= 1
        let error = #expect(throws: FormatError.self) {
            try Zlib.decompress(data[...], limit: 500, file: "weights")
        }
        #expect(error?.kind == .malformed)
        #expect(error?.file == "weights")
    }
}
