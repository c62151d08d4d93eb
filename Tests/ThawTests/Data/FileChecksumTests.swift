import Foundation
import Testing
import ThawTensor

@testable import Thaw

@Suite struct FileChecksumTests {
    /// The digests that RFC 1321 and FIPS 180 give for "abc".
    private static let md5 = "900150983cd24fb0d6963f7d28e17f72"
    private static let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test func contentsAreCompared() throws {
        let folder = try DataFolder()
        try folder.write(Array("abc".utf8), to: "file")
        let file = folder.file("file")
        for checksum in [
            FileChecksum.md5(Self.md5), .sha256(Self.sha256), .sha256(String(Self.sha256.prefix(8))),
        ] {
            #expect(try checksum.difference(in: file) == nil)
        }
        let other = try FileChecksum.md5(String(repeating: "0", count: 32)).difference(in: file)
        #expect(other?.hasSuffix("got \(Self.md5)") == true)
        #expect(try FileChecksum.sha256("ba7816c").difference(in: file) != nil)
        #expect(try FileChecksum.sha256("").difference(in: file) != nil)
        #expect(throws: DownloadError.self) { try FileChecksum.md5("").difference(in: folder.file("none")) }
    }

    @Test func largeFilesInPieces() throws {
        let folder = try DataFolder()
        let bytes = (0..<(3 << 20) + 7).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try folder.write(bytes, to: "file")
        #expect(
            try FileChecksum.sha256(SHA256Digest.hex(of: bytes)).difference(in: folder.file("file")) == nil)
    }
}
