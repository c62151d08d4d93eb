import Foundation
import Testing
import ThawFormats

@Suite struct FileBytesTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func wholeFile() throws {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        let url = try folder.file("a", holding: bytes)
        #expect(try FileBytes.read(path: url.path) == bytes)
        #expect(try FileBytes.read(path: folder.file("empty", holding: []).path).isEmpty)
    }

    @Test func limitIsExact() throws {
        let path = try folder.file("a", holding: [1, 2, 3]).path
        #expect(try FileBytes.read(path: path, limit: 3) == [1, 2, 3])
        let error = #expect(throws: FormatError.self) { try FileBytes.read(path: path, limit: 2) }
        #expect(error?.kind == .tooLarge)
    }

    @Test func sparseFileIsNotAllocated() throws {
        let url = try folder.file("a", holding: [])
        let file = try FileHandle(forWritingTo: url)
        try file.truncate(atOffset: 1 << 40)
        try file.close()
        let error = #expect(throws: FormatError.self) { try FileBytes.read(path: url.path) }
        #expect(error?.kind == .tooLarge)
    }

    @Test func pipesAndDevicesAreRefused() {
        let pipe = folder.file("pipe").path
        #expect(mkfifo(pipe, 0o600) == 0)
        for path in [pipe, "/dev/zero", folder.url.path, folder.file("absent").path] {
            let error = #expect(throws: FormatError.self) { try FileBytes.read(path: path) }
            #expect(error?.kind == .unreadable)
        }
    }
}
