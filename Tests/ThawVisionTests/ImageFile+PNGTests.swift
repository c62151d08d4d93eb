import Foundation
import Testing
import ThawTensor
import ThawVision

/// PNG files that are written.
@Suite struct ImageFilePNGTests {
    @Test(arguments: [[1, 1, 3], [7, 5, 3], [64, 200, 3], [3, 1, 3]])
    func picturesComeBackToTheBit(_ shape: [Int]) throws {
        var stream = RandomStream(seed: 6)
        let pixels = (0..<shape.reduce(1, *)).map { _ in UInt8(stream.int(in: 0..<256)) }
        let picture = Tensor(shape: shape, scalars: pixels)
        #expect(try ImageFile.decode(ImageFile.png(of: picture)) == picture)
    }

    @Test func greyBecomesThreeEqualChannels() throws {
        let grey = Tensor(shape: [4, 6, 1], scalars: (0..<24).map { UInt8(10 * $0) })
        let back = try ImageFile.decode(ImageFile.png(of: grey))
        #expect(back.shape == [4, 6, 3])
        #expect(back.ints == grey.ints.flatMap { [$0, $0, $0] })
    }

    /// The parts of the file with the checksums that the format asks for; zlib's for no bytes is known.
    @Test func theFileIsOfChunks() throws {
        let bytes = try ImageFile.png(of: Tensor(shape: [1, 2, 3], scalars: [1, 2, 3, 4, 5, 6] as [UInt8]))
        #expect(
            bytes.prefix(16).elementsEqual([
                0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52,
            ]))
        #expect(bytes[16..<29].elementsEqual([0, 0, 0, 2, 0, 0, 0, 1, 8, 2, 0, 0, 0]))
        #expect(bytes.suffix(12).elementsEqual([0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82]))
    }

    @Test func smoothPicturesAreSmallFiles() throws {
        let plain = Tensor.full([100, 100, 3], 77, dtype: .uint8)
        #expect(try ImageFile.png(of: plain).count < 300)
    }
}
