import Foundation
import Testing
import ThawFormats
import ThawTensor

@Suite struct IDXFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [
        Tensor(shape: [2, 3], scalars: [0, 1, 2, 253, 254, 255] as [UInt8]),
        Tensor(shape: [4], scalars: [Int32.min, -1, 0, Int32.max]),
        Tensor(shape: [1, 2, 2], scalars: [-1.5, 0, Float.pi, .infinity] as [Float]),
        Tensor(shape: [2], scalars: [-1e300, 2.5e-308] as [Double]),
        Tensor(scalar: Int32(-7)),
        Tensor.zeros([0, 28, 28], dtype: .uint8),
        Tensor.arange(600_000, dtype: .float32).reshaped(to: [1000, 600]),
    ])
    func roundTrip(tensor: Tensor) throws {
        let url = folder.file("tensor.idx")
        try IDXFile.write(tensor, to: url)
        #expect(try IDXFile.read(url) == tensor)
    }

    @Test func signedBytesBecomeInt32() throws {
        let url = try folder.file("a", holding: idxHeader(0x09, [5]) + [0x80, 0xff, 0, 1, 0x7f])
        #expect(try IDXFile.read(url) == Tensor([-128, -1, 0, 1, 127] as [Int32]))
    }

    @Test func shortsBecomeInt32() throws {
        let url = try folder.file("a", holding: idxHeader(0x0B, [3]) + [0x80, 0, 0xff, 0xfe, 1, 2])
        #expect(try IDXFile.read(url) == Tensor([-32768, -2, 258] as [Int32]))
    }

    @Test func elementsAreBigEndian() throws {
        let url = folder.file("a")
        try IDXFile.write(Tensor([1] as [Int32]), to: url)
        #expect(try [UInt8](Data(contentsOf: url)) == [0, 0, 0x0C, 1, 0, 0, 0, 1, 0, 0, 0, 1])
    }

    @Test func gzipIsRecognisedByContents() throws {
        let url = try folder.file("labels.idx", holding: gzipped(idxHeader(0x08, [3]) + [7, 8, 9]))
        #expect(try IDXFile.read(url) == Tensor([7, 8, 9] as [UInt8]))
        let plain = try folder.file("labels.gz", holding: idxHeader(0x08, [3]) + [7, 8, 9])
        #expect(try IDXFile.read(plain) == Tensor([7, 8, 9] as [UInt8]))
    }

    @Test(arguments: [
        (idxHeader(0x08, [4]) + [1, 2, 3], FormatError.Kind.truncated),
        (idxHeader(0x08, [2]) + [1, 2, 3], .malformed),
        ([], .truncated),
        ([0, 0, 8], .truncated),
        ([0, 0, 8, 3, 0, 0, 0, 1], .truncated),
        (idxHeader(0x0A, [1]) + [0], .malformed),
        ([1, 0, 8, 1, 0, 0, 0, 0], .malformed),
        // 2^96 elements, and the same behind an extent of 0: the product overflows.
        (idxHeader(0x0E, [.max, .max, .max]), .malformed),
        (idxHeader(0x0E, [0, .max, .max, .max]), .malformed),
        // 16 TiB promised by 12 bytes.
        (idxHeader(0x08, [4096, .max]), .truncated),
    ])
    func hostileFiles(bytes: [UInt8], kind: FormatError.Kind) throws {
        let plain = try folder.file("plain", holding: bytes)
        let error = #expect(throws: FormatError.self) { try IDXFile.read(plain) }
        #expect(error?.kind == kind)
        #expect(error?.description.contains(plain.path) == true)
        let packed = try folder.file("packed", holding: gzipped(bytes))
        #expect(throws: FormatError.self) { try IDXFile.read(packed) }
    }

    @Test func packedClaimBeyondTheFileIsRefused() throws {
        // 4 GiB promised by some 30 bytes: more than any deflate stream of that size can hold.
        let url = try folder.file("a", holding: gzipped(idxHeader(0x08, [.max])))
        #expect(throws: FormatError.self) { try IDXFile.read(url) }
    }

    @Test func packedClaimCostsNoMemory() throws {
        // Incompressible bytes allow for a claim of 4 GB; the data behind it is 4 MB, and the file is refused
        // after these.
        var stream = RandomStream(seed: 1)
        let noise = (0..<4 << 20).map { _ in UInt8(truncatingIfNeeded: stream.nextUInt32()) }
        let url = try folder.file("a", holding: gzipped(idxHeader(0x08, [4_000_000_000]) + noise))
        let error = #expect(throws: FormatError.self) { try IDXFile.read(url) }
        #expect(error?.kind == .truncated)
        #expect(error?.got == "\(4 << 20)")
    }

    @Test func packedClaimBeyondTheLimitIsRefused() throws {
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        let url = try folder.file("a", holding: gzipped(idxHeader(0x08, [1 << 20]) + zeros))
        let error = #expect(throws: FormatError.self) { try IDXFile.read(url, limit: 1 << 19) }
        #expect(error?.kind == .tooLarge)
        #expect(try IDXFile.read(url).count == 1 << 20)
    }

    @Test func everyTruncationIsAnError() throws {
        let whole = gzipped(idxHeader(0x0B, [20]) + (0..<40).map { UInt8($0) })
        for count in 0..<whole.count {
            let url = try folder.file("a", holding: Array(whole[..<count]))
            #expect(throws: FormatError.self, "cut to \(count) bytes") { try IDXFile.read(url) }
        }
    }

    @Test func truncationSaysHowMuchIsMissing() throws {
        var stream = RandomStream(seed: 2)
        let noise = (0..<5000).map { _ in UInt8(truncatingIfNeeded: stream.nextUInt32()) }
        let whole = idxHeader(0x08, [50, 100]) + noise
        let plain = try folder.file("plain", holding: Array(whole.prefix(4012)))
        var error = #expect(throws: FormatError.self) { try IDXFile.read(plain) }
        #expect(error?.description.contains("expected 5012 bytes, got 4012") == true)
        let packed = gzipped(whole)
        let cut = try folder.file("packed", holding: Array(packed.prefix(packed.count / 2)))
        error = #expect(throws: FormatError.self) { try IDXFile.read(cut) }
        #expect(error?.kind == .truncated && error?.expected == "5000 bytes")
        let found = try #require(error?.got.flatMap { Int($0) })
        #expect((1000..<5000).contains(found), "as much as the compressed half holds")
        let header = try folder.file("header", holding: Array(gzipped(whole).prefix(12)))
        error = #expect(throws: FormatError.self) { try IDXFile.read(header) }
        #expect(error?.expected == "4 bytes" && error?.got == "0")
    }

    @Test func missingFileAndFolder() {
        let missing = #expect(throws: FormatError.self) { try IDXFile.read(folder.file("absent")) }
        #expect(missing?.kind == .unreadable)
        let directory = #expect(throws: FormatError.self) { try IDXFile.read(folder.url) }
        #expect(directory?.kind == .unreadable)
    }

    @Test(arguments: [DType.int64, .bool, .float16])
    func otherTypesAreRefusedWithARemedy(dtype: DType) throws {
        let error = #expect(throws: FormatError.self) {
            try IDXFile.write(.zeros([2], dtype: dtype), to: folder.file("a"))
        }
        #expect(error?.kind == .unsupported)
        #expect(error?.description.contains("cast(to:)") == true)
        #expect(try folder.names.isEmpty)
    }
}

/// The files as Debian's package dataset-fashion-mnist installs them.
@Suite(
    .enabled(
        if: FileManager.default.fileExists(atPath: "/usr/share/datasets/fashion-mnist"),
        "needs /usr/share/datasets/fashion-mnist (package dataset-fashion-mnist)"))
struct FashionMNISTFileTests {
    let folder = URL(fileURLWithPath: "/usr/share/datasets/fashion-mnist")

    @Test func testSet() throws {
        let images = try IDXFile.read(folder.appendingPathComponent("t10k-images-idx3-ubyte.gz"))
        #expect(images.shape == [10_000, 28, 28])
        #expect(images.dtype == .uint8)
        let labels = try IDXFile.read(folder.appendingPathComponent("t10k-labels-idx1-ubyte.gz"))
        #expect(labels.shape == [10_000])
        // The published test set begins with an ankle boot, a pullover and two pairs of trousers, and is
        // balanced.
        #expect(labels.prefix(4).ints == [9, 2, 1, 1])
        let counts = labels.ints.reduce(into: [Int](repeating: 0, count: 10)) { $0[$1] += 1 }
        #expect(counts == [Int](repeating: 1000, count: 10))
    }
}
