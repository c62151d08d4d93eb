import Foundation
import Testing

@testable import ThawCommand

/// What commands print with.
@Suite struct ConsoleTests {
    @Test func tablesAreAligned() {
        var table = TextTable([("name", .left), ("size", .right), ("", .left)])
        table.add(["a", "12,345", ""])
        table.add(["longer", "1", "x"])
        #expect(table.text == "name      size\na       12,345\nlonger       1  x")
    }

    @Test func numbersAreShort() {
        #expect(NumberText.short(0.123456789) == "0.12346")
        #expect(NumberText.short(-1e-9) == "-1e-09")
        #expect(NumberText.short(.nan) == "nan" && NumberText.short(-.infinity) == "-inf")
        #expect(NumberText.short(123_456_789, isWhole: true) == "123456789")
        #expect(NumberText.grouped(-1_234_567) == "-1,234,567" && NumberText.grouped(12) == "12")
        #expect(NumberText.count(1, "tensor") == "1 tensor" && NumberText.count(2, "tensor") == "2 tensors")
        #expect(NumberText.bytes(1023) == "1023 bytes" && NumberText.bytes(1536) == "1.5 KB")
    }

    @Test func jsonHasWordsForWhatIsNotFinite() throws {
        let text = try JSONText.of(["b": Double.nan, "a": -.infinity, "c": 1])
        #expect(text == "{\n  \"a\" : \"-inf\",\n  \"b\" : \"nan\",\n  \"c\" : 1\n}")
    }

    /// Nobody reads on, as behind `head`; a trap would end the tests.
    @Test func aClosedPipeIsNoTrap() throws {
        let before = signal(SIGPIPE, SIG_IGN)
        defer { signal(SIGPIPE, before) }
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        #expect(StandardStream.write("read\n", to: ends[1]))
        close(ends[0])
        #expect(!StandardStream.write("lost\n", to: ends[1]))
        close(ends[1])
    }
}
