import Testing
import ThawFormats

@Suite struct TarReaderTests {
    func reader(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> TarReader {
        try TarReader(gzip: gzipped(bytes), limit: limit, file: "a.tar.gz")
    }

    @Test func plainFilesInOrder() throws {
        let archive =
            tarMember("folder/", [], type: "5") + tarMember("folder/a", Array("abc".utf8))
            + tarMember("link", [], type: "2") + tarMember("b", [UInt8](repeating: 7, count: 1024)) + tarEnd
        let tar = try reader(archive)
        let first = try #require(try tar.next())
        #expect(first.name == "folder/a")
        #expect(try tar.contents() == Array("abc".utf8))
        #expect(try tar.next()?.name == "b")
        #expect(try tar.contents().count == 1024)
        #expect(try tar.next() == nil)
    }

    @Test func unreadContentsAreSkipped() throws {
        let tar = try reader(tarMember("a", [1, 2, 3]) + tarMember("b", [4]) + tarEnd)
        _ = try tar.next()
        #expect(try tar.next()?.name == "b")
        #expect(try tar.contents() == [4])
        #expect(try tar.contents() == [])
    }

    @Test func damagedHeader() throws {
        var archive = tarMember("a", [1]) + tarEnd
        archive[0] = UInt8(ascii: "b")
        let error = #expect(throws: FormatError.self) { try reader(archive).next() }
        #expect(error?.kind == .checksumMismatch)
    }

    @Test func claimBeyondTheLimit() throws {
        let tar = try reader(tarHeader("a", size: 0o77_777_777_777), limit: 1 << 20)
        let error = #expect(throws: FormatError.self) { try tar.next() }
        #expect(error?.kind == .tooLarge)
    }

    @Test func claimBeyondTheData() throws {
        let tar = try reader(tarHeader("a", size: 1 << 32), limit: 1 << 40)
        _ = try tar.next()
        let error = #expect(throws: FormatError.self) { try tar.contents() }
        #expect(error?.kind == .truncated)
    }

    @Test func endWithoutMark() throws {
        let tar = try reader(tarMember("a", [1]))
        _ = try tar.next()
        #expect(throws: FormatError.self) { try tar.next() }
    }

    @Test func manyMembersCountAgainstTheLimit() throws {
        let member = tarMember("a", [UInt8](repeating: 0, count: 1000))
        let tar = try reader((0..<100).flatMap { _ in member }, limit: 20_000)
        let error = #expect(throws: FormatError.self) { while try tar.next() != nil {} }
        #expect(error?.kind == .tooLarge)
    }
}
