import CZlib
import Foundation
import Testing
import ThawTensor

@testable import ThawFormats

/// What the scripts beside the fixtures wrote down about an array.
struct ExpectedTensor: Decodable {
    var name: String?
    var dtype: String
    var shape: [Int]
    var values: [String]

    /// Whether `tensor` has this type, shape and values.
    func matches(_ tensor: Tensor?) -> Bool {
        guard let tensor, tensor.dtype.rawValue == dtype, tensor.shape == shape else { return false }
        return tensor.dtype.isFloatingPoint
            ? tensor.doubles == values.compactMap(Double.init)
            : tensor.scalars(as: Int64.self) == values.compactMap(Int64.init)
    }
}

enum ArchiveFixtures {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    static func bytes(_ path: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: folder.appending(path: path)))
    }

    static func decode<Value: Decodable>(_ path: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: path)))
    }

    static func names(_ subfolder: String, ending: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: subfolder).path)
            .filter { $0.hasSuffix(ending) }.sorted()
    }
}

/// The bytes of a number, little-endian.
func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

/// A zip archive made by hand, so that it can lie.
struct HandmadeZip {
    struct Entry {
        var name: [UInt8]
        var data: [UInt8]
        var method: UInt16 = 0
        var flags: UInt16 = 0
        var size: UInt32
        var compressedSize: UInt32
        var checksum: UInt32
        /// Where the entry begins, if it is not written after the one before it.
        var place: Int?

        init(_ name: String, _ data: [UInt8]) {
            self.name = Array(name.utf8)
            self.data = data
            size = UInt32(data.count)
            compressedSize = UInt32(data.count)
            checksum = UInt32(data.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32(data.count)) })
        }
    }

    var entries: [Entry]
    var tail: [UInt8] = []
    var claimedCount: UInt16?

    var bytes: [UInt8] {
        var result: [UInt8] = []
        var places: [Int] = []
        for entry in entries {
            places.append(entry.place ?? result.count)
            if entry.place == nil { result += local(entry) }
        }
        let start = result.count
        for (entry, place) in zip(entries, places) {
            result += [0x50, 0x4B, 1, 2] + little(UInt16(20)) + little(UInt16(20)) + fields(entry)
            result += [UInt8](repeating: 0, count: 10) + little(UInt32(place)) + entry.name
        }
        let size = result.count - start
        let count = claimedCount ?? UInt16(entries.count)
        result += tail
        result += [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + little(count) + little(count)
        return result + little(UInt32(size)) + little(UInt32(start)) + [0, 0]
    }

    /// What stands before an entry's data, and the data.
    func local(_ entry: Entry) -> [UInt8] {
        [0x50, 0x4B, 3, 4] + little(UInt16(20)) + fields(entry) + entry.name + entry.data
    }

    private func fields(_ entry: Entry) -> [UInt8] {
        little(entry.flags) + little(entry.method) + [0, 0, 0x21, 0] + little(entry.checksum)
            + little(entry.compressedSize) + little(entry.size) + little(UInt16(entry.name.count)) + [0, 0]
    }
}

/// The raw deflate stream of `bytes`: a gzip member without header and trailer.
func deflated(_ bytes: [UInt8]) -> [UInt8] { Array(gzipped(bytes).dropFirst(10).dropLast(8)) }
