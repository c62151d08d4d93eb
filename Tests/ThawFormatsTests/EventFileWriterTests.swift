import Foundation
import Testing
import ThawTestSupport

@testable import ThawFormats

@Suite struct EventFileWriterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The check value of the algorithm, and those of RFC 3720.
    @Test func checksums() {
        #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
    }

    /// The bytes that TensorBoard's own record writer (2.21) makes of the same events.
    @Test func bytesAreTensorBoards() throws {
        let writer = try EventFileWriter(folder: folder.url)
        try writer.write(
            scalars: [("epoch_loss", 0.25), ("b", -1)], step: 300, time: Date(timeIntervalSince1970: 1.5))
        let histogram = try #require(EventHistogram(of: [1, 2, 2.5, 3], buckets: 2))
        #expect(histogram.counts == [1, 3] && histogram.limits == [2, 3])
        try writer.write(
            histogram: try #require(EventHistogram(of: [1, 2, 2, 3], buckets: 2)), name: "k/histogram",
            step: 0,
            time: Date(timeIntervalSince1970: 2))
        try writer.close()
        let golden =
            "2b00000000000000861bc34b09000000000000f83f10ac022a1d0a110a0a65706f63685f6c6f7373150000803e0a080a016215000080bfea"
            + "907367"
            + "6d000000000000003d4de6710900000000000000402a620a600a0b6b2f686973746f6772616d2a5109000000000000f03f110000000000"
            + "0008401900000000000010402100000000000020402900000000000032403210000000000000004000000000000008403a100000000000"
            + "00f03f0000000000000840fdc9c463"
        let bytes = try [UInt8](Data(contentsOf: writer.url))
        // The first record, with the version, holds the time at which the file was begun.
        #expect(bytes.prefix(12).map { Self.hexadecimal($0) }.joined() == "1800000000000000a37f4b22")
        #expect(bytes.dropFirst(12 + 0x18 + 4).map { Self.hexadecimal($0) }.joined() == golden)
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    @Test func readsBack() throws {
        let writer = try EventFileWriter(folder: folder.file("deep/er"))
        try writer.write(scalars: [("a", .nan), ("", 1e300)], step: -1)
        try writer.write(scalars: [], step: 5)
        try writer.write(scalars: [(String(repeating: "ü", count: 300), 3)], step: Int.max)
        let before = try EventFileReader([UInt8](Data(contentsOf: writer.url))).entries
        #expect(before.count == 3, "what is written is in the file before it is closed")
        try writer.close()
        let reader = try EventFileReader([UInt8](Data(contentsOf: writer.url)))
        #expect(reader.version == "brain.Event:2")
        #expect(reader.entries.map(\.step) == [-1, -1, .max])
        #expect(reader.entries[0].value?.isNaN == true && reader.entries[1].value == .infinity)
        #expect(writer.url.lastPathComponent.hasPrefix("events.out.tfevents."))
        #expect(throws: FormatError.self) { try writer.write(scalars: [("a", 1)], step: 0) }
    }

    @Test func twoWritersHaveTwoFiles() throws {
        let writers = try (0..<3).map { _ in try EventFileWriter(folder: folder.url) }
        #expect(Set(writers.map(\.url)).count == 3)
        #expect(try folder.names.count == 3)
    }

    @Test func histograms() throws {
        let values = (0..<1000).map { Float($0) / 10 }
        let histogram = try #require(EventHistogram(of: values + [.nan, .infinity]))
        #expect(histogram.counts.count == 30 && histogram.limits.count == 30)
        #expect(histogram.count == 1000)
        #expect(histogram.counts.allSatisfy { (33...34).contains($0) })
        #expect(histogram.minimum == 0 && histogram.maximum == Double(Float(99.9)))
        #expect(histogram.limits.last == histogram.maximum)
        #expect(histogram.sum == values.reduce(0) { $0 + Double($1) })
        let constant = try #require(EventHistogram(of: [2, 2, 2]))
        #expect(constant.counts == [3] && constant.limits == [2])
        #expect(EventHistogram(of: []) == nil && EventHistogram(of: [.nan]) == nil)
        let extreme = try #require(EventHistogram(of: [-.greatestFiniteMagnitude, .greatestFiniteMagnitude]))
        #expect(extreme.counts.first == 1 && extreme.counts.last == 1)
    }

    @Test func errors() throws {
        let file = try folder.file("file", holding: [])
        let error = #expect(throws: FormatError.self) { try EventFileWriter(folder: file) }
        #expect(error?.kind == .unwritable)
        let writer = try EventFileWriter(folder: folder.url)
        let long = String(repeating: "x", count: EventFileWriter.longestName + 1)
        let refused = #expect(throws: FormatError.self) { try writer.write(scalars: [(long, 1)], step: 0) }
        #expect(refused?.kind == .unsupported)
    }
}
