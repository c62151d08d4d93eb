import Testing
import ThawTensor

@Suite struct SHA256HasherTests {
    /// Known answers from FIPS 180-4's examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func knownAnswers(text: String, digest: String) {
        #expect(SHA256Digest.hex(of: Array(text.utf8)) == digest)
    }

    @Test func piecesGiveTheDigestOfTheWhole() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        var hasher = SHA256Hasher()
        for start in stride(from: 0, to: 1000, by: 77) {
            hasher.update(Array(bytes[start..<min(start + 77, 1000)]))
        }
        hasher.update([])
        #expect(hasher.finalize() == SHA256Digest.hex(of: bytes))
    }

    @Test func tensorsCanBeDigested() {
        let digest = Tensor([1.0]).withUnsafeBytes { SHA256Digest.hex(of: $0) }
        #expect(digest == SHA256Digest.hex(of: [0, 0, 0x80, 0x3F]))
    }
}
