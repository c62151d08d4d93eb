import Foundation
import Testing

@testable import ThawFormats

@Suite struct ZipArchiveTests {
    typealias Item = ZipArchive.Item

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static let text = Array("one two three, ".utf8)
    static let long = [UInt8](repeating: 7, count: 300_000)

    static let items = [
        Item("b.txt", contents: text), Item("a/deep/er", contents: long, isCompressed: true),
        Item("a/empty", contents: []), Item("ü", contents: Array(0...255), isCompressed: true),
    ]

    @Test func roundTrip() throws {
        let url = PeerFiles.url("thaw.zip") ?? folder.file("a.zip")
        try ZipArchive.write(Self.items, to: url)
        let archive = try ZipArchive(url)
        #expect(archive.entries.map(\.name) == ["b.txt", "a/deep/er", "a/empty", "ü"])
        #expect(archive.entries.map(\.isCompressed) == [false, true, false, true])
        #expect(try archive.read("b.txt") == Self.text)
        #expect(try archive.read("a/deep/er") == Self.long)
        #expect(try archive.read("a/empty") == [])
        #expect(try archive.read("ü") == Array(0...255))
        let entry = try #require(archive.entry(named: "a/deep/er"))
        #expect(entry.size == 300_000 && entry.compressedSize < 1000)
        #expect(archive.entry(named: "a/deep") == nil)
    }

    @Test func sameContentSameBytes() throws {
        try ZipArchive.write(Self.items, to: folder.file("a.zip"))
        let first = try Data(contentsOf: folder.file("a.zip"))
        try ZipArchive.write(Self.items, to: folder.file("a.zip"))
        #expect(try Data(contentsOf: folder.file("a.zip")) == first)
        #expect(try ZipArchive.bytes(of: Self.items) == [UInt8](first))
        #expect(try folder.names == ["a.zip"])
    }

    @Test func emptyArchive() throws {
        try ZipArchive.write([], to: folder.file("a.zip"))
        #expect(try ZipArchive(folder.file("a.zip")).entries.isEmpty)
    }

    @Test func foldersAreNoFiles() throws {
        let zip = HandmadeZip(entries: [.init("a/", []), .init("a/b", [1])])
        let archive = try ZipArchive(zip.bytes)
        #expect(archive.entries.map(\.name) == ["a/b"])
        #expect(try archive.read("a/b") == [1])
    }

    @Test(arguments: [
        "../a", "a/../b", "a\\..\\b", "/etc/passwd", "\\a", "C:\\a", "c:/a", "..", "a\nb", "../",
    ])
    func namesThatLeave(name: String) throws {
        let zip = HandmadeZip(entries: [.init("ok", [1]), .init(name, [])])
        let error = #expect(throws: FormatError.self) { try ZipArchive(zip.bytes, file: "x.zip") }
        #expect(error?.kind == .malformed && error?.file == "x.zip")
        let refused = #expect(throws: FormatError.self) {
            try ZipArchive.write([Item(name, contents: [])], to: folder.file("a.zip"))
        }
        #expect(refused?.kind == .unsupported)
        #expect(try folder.names.isEmpty)
    }

    @Test func namesThatStay() throws {
        let names = ["kernel:0.npy", "a..b", "...", "a b", ".hidden", "./a"]
        let bytes = try ZipArchive.bytes(of: names.map { Item($0, contents: []) })
        #expect(try ZipArchive(bytes).entries.map(\.name) == names)
    }

    @Test func duplicates() throws {
        let zip = HandmadeZip(entries: [.init("a", [1]), .init("a", [2])])
        #expect(throws: FormatError.self) { try ZipArchive(zip.bytes) }
        let error = #expect(throws: FormatError.self) {
            try ZipArchive.bytes(of: [Item("a", contents: []), Item("a", contents: [])])
        }
        #expect(error?.description.contains("occurs twice") == true)
    }

    func refuses(
        _ part: String, kind: FormatError.Kind, _ change: (inout HandmadeZip.Entry) -> Void
    ) {
        var entry = HandmadeZip.Entry("a", Self.text)
        change(&entry)
        let error = #expect(throws: FormatError.self) {
            let archive = try ZipArchive(HandmadeZip(entries: [entry]).bytes)
            _ = try archive.read("a")
        }
        #expect(
            error?.kind == kind && error?.description.contains(part) == true, "\(String(describing: error))")
    }

    @Test func lies() {
        refuses("encrypted", kind: .unsupported) { $0.flags = 1 }
        refuses("method", kind: .unsupported) { $0.method = 12 }
        refuses("CRC", kind: .checksumMismatch) { $0.checksum ^= 1 }
        refuses("claims more", kind: .malformed) { $0.size += 1 }
        refuses("claims more", kind: .malformed) { $0.size -= 1 }
        refuses("claims more", kind: .malformed) {
            $0.method = 8
            $0.size = 4_000_000_000
        }
        let data = deflated(Self.long)
        for difference in [-1, 1, -200_000] {
            let part = difference > 0 ? "too early" : "longer"
            refuses(part, kind: difference > 0 ? .truncated : .malformed) {
                var entry = HandmadeZip.Entry("a", data)
                entry.method = 8
                entry.size = UInt32(Self.long.count + difference)
                entry.checksum = HandmadeZip.Entry("a", Self.long).checksum
                $0 = entry
            }
        }
    }

    @Test func limits() throws {
        let archive = try ZipArchive(try ZipArchive.bytes(of: Self.items))
        let error = #expect(throws: FormatError.self) { try archive.read("a/deep/er", limit: 299_999) }
        #expect(error?.kind == .tooLarge)
        #expect(try archive.read("a/deep/er", limit: 300_000).count == 300_000)
        let absent = #expect(throws: FormatError.self) { try archive.read("c") }
        #expect(absent?.description.contains("\"b.txt\"") == true)
    }

    /// An entry that lies in the data of another one: the zip bomb of Fifield (2019).
    @Test func overlap() throws {
        var inner = HandmadeZip.Entry("b", [UInt8](repeating: 1, count: 2000))
        let outer = HandmadeZip.Entry("a", HandmadeZip(entries: []).local(inner))
        inner.place = 31
        let bytes = HandmadeZip(entries: [outer, inner]).bytes
        let error = #expect(throws: FormatError.self) { try ZipArchive(bytes) }
        #expect(
            error?.description.contains("claim more than it holds") == true, "\(String(describing: error))")
    }

    @Test func countsThatCannotBe() throws {
        var zip = HandmadeZip(entries: [.init("a", [1])])
        zip.claimedCount = 0xFFFF
        #expect(throws: FormatError.self) { try ZipArchive(zip.bytes) }
        // A 64-bit record, with its locator, that claims 2^32 entries.
        let place = HandmadeZip(entries: zip.entries).bytes.count - 22
        for count in [1 << 32, UInt64.max, 3] {
            var record: [UInt8] =
                [0x50, 0x4B, 6, 6] + little(UInt64(44)) + [45, 0, 45, 0] + [UInt8](repeating: 0, count: 8)
            record += little(count) + little(count) + little(UInt64(47)) + little(UInt64(32))
            zip.tail = record + [0x50, 0x4B, 6, 7, 0, 0, 0, 0] + little(UInt64(place)) + little(UInt32(1))
            #expect(throws: FormatError.self) { try ZipArchive(zip.bytes) }
        }
    }

    @Test func manyEnds() {
        let end = HandmadeZip(entries: []).bytes
        let bytes = (0..<2000).flatMap { _ in end }
        let error = #expect(throws: FormatError.self) { try ZipArchive(bytes) }
        #expect(error?.description.contains("more than one end") == true)
    }

    @Test func everyTruncationIsAnError() throws {
        let whole = try ZipArchive.bytes(of: [
            Item("a", contents: Self.text), Item("b", contents: Self.text, isCompressed: true),
        ])
        for count in 0..<whole.count {
            #expect(throws: FormatError.self, "cut to \(count) bytes") {
                try ZipArchive(Array(whole[..<count]))
            }
        }
        #expect(throws: FormatError.self) { try ZipArchive(Self.text) }
    }

    @Test func unwritable() {
        let error = #expect(throws: FormatError.self) {
            try ZipArchive.write(Self.items, to: folder.file("absent/a.zip"))
        }
        #expect(error?.kind == .unwritable)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full"))
    func fullDisk() throws {
        let file = open("/dev/full", O_WRONLY)
        let writer = AtomicFileWriter(descriptor: file, path: "full")
        #expect(throws: FormatError.self) { try writer.write([1]) }
        let sink = ZipSink(writer)
        try Self.long.withUnsafeBytes { try sink.write($0) }
        #expect(throws: FormatError.self) { try sink.flush() }
    }

    /// The file stays open, and another program may change it.
    @Test(arguments: [0, 40, 5000]) func aFileThatIsCutOffMeanwhileIsAnError(_ size: Int) throws {
        let folder = try TemporaryFolder()
        let url = folder.file("archive.zip")
        try ZipArchive.write([ZipArchive.Item("a", contents: [UInt8](repeating: 7, count: 10_000))], to: url)
        let archive = try ZipArchive(url)
        #expect(try archive.read("a").count == 10_000)
        let file = try FileHandle(forWritingTo: url)
        try file.truncate(atOffset: UInt64(size))
        try file.close()
        #expect(throws: FormatError.self) { try archive.read("a") }
    }
}
