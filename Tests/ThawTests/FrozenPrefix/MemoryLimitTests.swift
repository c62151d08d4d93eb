import Foundation
import Testing

@testable import Thaw

@Suite struct MemoryLimitTests {
    @Test func theLeastLimitCounts() throws {
        let folder = try TestFolder()
        func write(_ text: String, _ path: String) throws {
            let url = folder.file(path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        func limit() -> Int? {
            MemoryLimit.ofControlGroups(
                groups: folder.file("groups").path, root: folder.file("root").path)
        }
        #expect(limit() == nil)
        try write("9:name=systemd:/\n0::/a/b\n", "groups")
        #expect(limit() == nil)
        try write("max\n", "root/a/b/memory.max")
        #expect(limit() == nil)
        try write("4096\n", "root/a/memory.max")
        try write("8192\n", "root/memory.max")
        #expect(limit() == 4096)
        try write("4:cpu,memory:/c\n5:pids:/a\n", "groups")
        try write("512\n", "root/memory/c/memory.limit_in_bytes")
        #expect(limit() == 512)
        // What cannot be meant is passed over.
        try write("-1\nx\n", "root/memory/c/memory.limit_in_bytes")
        #expect(limit() == nil)
        #expect(MemoryLimit.bytes > 1 << 20)
    }
}
