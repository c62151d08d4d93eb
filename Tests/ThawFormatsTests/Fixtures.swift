import Foundation
import ThawFuzzing

/// A folder of its own for one test, removed with everything in it at the end.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("thaw-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
        try? FileManager.default.removeItem(at: url)
    }

    func file(_ name: String) -> URL { url.appendingPathComponent(name) }

    func file(_ name: String, holding bytes: [UInt8]) throws -> URL {
        try Data(bytes).write(to: file(name))
        return file(name)
    }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
    }
}

/// The gzip member that holds `bytes`.
func gzipped(_ bytes: [UInt8]) -> [UInt8] { HandmadeFiles.gzipped(bytes) }

/// An IDX header with big-endian extents.
func idxHeader(_ code: UInt8, _ extents: [UInt32]) -> [UInt8] {
    [0, 0, code, UInt8(extents.count)]
        + extents.flatMap { extent in
            withUnsafeBytes(of: extent.bigEndian) { Array($0) }
        }
}

/// A ustar header block for a member.
func tarHeader(_ name: String, size: Int, type: Character = "0") -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ offset: Int) {
        for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
    }
    func octal(_ value: Int, width: Int) -> String {
        let digits = String(value, radix: 8)
        return String(repeating: "0", count: width - digits.count) + digits
    }
    put(name, 0)
    put("0000644", 100)
    put(octal(size, width: 11), 124)
    put("        ", 148)
    put(String(type), 156)
    put("ustar", 257)
    put("00", 263)
    let sum = block.reduce(0) { $0 + Int($1) }
    put(octal(sum, width: 6), 148)
    block[154] = 0
    return block
}

/// A member of a tar archive: header, contents, padding.
func tarMember(_ name: String, _ contents: [UInt8], type: Character = "0") -> [UInt8] {
    let padding = (512 - contents.count % 512) % 512
    return tarHeader(name, size: contents.count, type: type) + contents
        + [UInt8](repeating: 0, count: padding)
}

let tarEnd = [UInt8](repeating: 0, count: 1024)
