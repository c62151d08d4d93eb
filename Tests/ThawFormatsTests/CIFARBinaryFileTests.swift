import Testing
import ThawFormats
import ThawTensor

@Suite struct CIFARBinaryFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Planes whose bytes tell colour and position apart.
    func record(_ labels: [UInt8], offset: Int = 0) -> [UInt8] {
        labels + (0..<3072).map { UInt8(truncatingIfNeeded: $0 / 1024 * 64 + $0 % 61 + offset) }
    }

    @Test func planesBecomeChannels() throws {
        let url = try folder.file("batch.bin", holding: record([3]) + record([9], offset: 5))
        let (images, labels) = try CIFARBinaryFile.read(url)
        #expect(images.shape == [2, 32, 32, 3])
        #expect(images.dtype == .uint8)
        #expect(labels == Tensor([3, 9] as [Int32]))
        // Row 2, column 7 is pixel 71 of each plane.
        for channel in 0..<3 {
            let position = channel * 1024 + 71
            let value = Double(channel * 64 + position % 61)
            #expect(images[element: 0, 2, 7, channel] == value)
            #expect(images[element: 1, 2, 7, channel] == value + 5)
        }
    }

    @Test func gzipIsRecognised() throws {
        let url = try folder.file("batch.bin", holding: gzipped(record([3])))
        #expect(try CIFARBinaryFile.read(url).labels.ints == [3])
    }

    @Test func hundredHasTwoLabels() throws {
        let url = try folder.file("train.bin", holding: record([19, 99]) + record([0, 42]))
        let (images, coarse, fine) = try CIFARBinaryFile.readHundred(url)
        #expect(images.shape == [2, 32, 32, 3])
        #expect(coarse.ints == [19, 0])
        #expect(fine.ints == [99, 42])
        #expect(images[element: 1, 0, 1, 0] == 1)
    }

    @Test func labelsOutOfRange() throws {
        let ten = try folder.file("ten", holding: record([3]) + record([10]))
        let error = #expect(throws: FormatError.self) { try CIFARBinaryFile.read(ten) }
        #expect(error?.description.contains("record 1") == true)
        #expect(error?.got == "10")
        let coarse = try folder.file("coarse", holding: record([20, 0]))
        #expect(throws: FormatError.self) { try CIFARBinaryFile.readHundred(coarse) }
        let fine = try folder.file("fine", holding: record([0, 100]))
        #expect(throws: FormatError.self) { try CIFARBinaryFile.readHundred(fine) }
    }

    @Test(arguments: [0, 1, 3072, 3074, 2 * 3073 - 1])
    func wrongSizes(count: Int) throws {
        let url = try folder.file("batch.bin", holding: [UInt8](repeating: 0, count: count))
        #expect(throws: FormatError.self) { try CIFARBinaryFile.read(url) }
    }

    @Test func bombIsRefused() throws {
        let bomb = gzipped([UInt8](repeating: 0, count: 3073 * 1000))
        let url = try folder.file("batch.bin", holding: bomb)
        let error = #expect(throws: FormatError.self) { try CIFARBinaryFile.read(url, limit: 1 << 20) }
        #expect(error?.kind == .tooLarge)
    }
}
