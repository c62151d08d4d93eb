import Foundation
import Testing
import ThawTensor

@testable import ThawFormats

/// Files that were changed in order to do harm.
@Suite struct HDF5HostileTests {
    /// A file with a dataset of an extent that occurs nowhere else in it.
    private static func file() throws -> [UInt8] {
        var writer = HDF5Writer()
        try writer.add(Tensor.zeros([12345]), at: "group/data")
        try writer.add(Tensor.zeros([4, 3]), at: "group/other")
        return try writer.bytes()
    }

    private static func replace(_ bytes: inout [UInt8], _ old: UInt64, by new: UInt64) -> Int {
        let pattern = withUnsafeBytes(of: old.littleEndian) { Array($0) }
        var count = 0
        for place in 0..<bytes.count - 7 where bytes[place...].starts(with: pattern) {
            bytes.replaceSubrange(
                place..<place + 8, with: withUnsafeBytes(of: new.littleEndian) { Array($0) })
            count += 1
        }
        return count
    }

    @Test(
        arguments: [
            1 << 60, 1 << 62, UInt64.max, 1 << 63, 12346, 1 << 32,
        ] as [UInt64])
    func extentsWithoutData(extent: UInt64) throws {
        var bytes = try Self.file()
        #expect(Self.replace(&bytes, 12345, by: extent) > 0)
        let error = #expect(throws: FormatError.self) {
            try HDF5File(bytes).dataset("group/data").readTensor()
        }
        #expect(error != nil)
    }

    /// 2^40 elements of a dataset that was never written need no bytes of the file.
    @Test func hugeDatasetsWithoutAnything() throws {
        for name in ["sparse_earliest", "sparse_latest"] {
            for extent in [1 << 26, 1 << 40, 1 << 60] as [UInt64] {
                var bytes = try HDF5Fixtures.bytes(name)
                #expect(Self.replace(&bytes, 3000, by: extent) > 0)
                let file = try HDF5File(
                    bytes, file: name, contentsLimit: nil, verifiesChecksums: false)
                let error = #expect(throws: FormatError.self) {
                    try file.dataset("pages").readTensor()
                }
                #expect(error != nil, "\(extent)")
            }
        }
    }

    @Test func contentsBeyondTheLimit() throws {
        let bytes = try Self.file()
        let file = try HDF5File(bytes, contentsLimit: 40000)
        #expect(try file.dataset("group/other").readTensor().count == 12)
        let error = #expect(throws: FormatError.self) { try file.dataset("group/data").readTensor() }
        #expect(error?.kind == .tooLarge)
        // Reading the same again costs nothing.
        for _ in 0..<10_000 { _ = try file.dataset("group/other").readTensor() }
    }

    /// Long names above many objects: their paths alone would take a hundred times the file.
    @Test func pathsThatTakeTooMuch() throws {
        var writer = HDF5Writer()
        let folder = (0..<15).map { "\($0)" + String(repeating: "x", count: 1000) }.joined(separator: "/")
        for index in 0..<3000 { try writer.add(Tensor(scalar: index), at: "\(folder)/\(index)") }
        let file = try HDF5File(try writer.bytes(), contentsLimit: 1 << 20)
        #expect(try file.dataset("\(folder)/7").readTensor().item == 7)
        let error = #expect(throws: FormatError.self) { try file.root.datasets() }
        #expect(error?.kind == .tooLarge)
        try writer.addGroup("\(folder)/\(folder)")
        let deep = #expect(throws: FormatError.self) {
            try HDF5File(try writer.bytes()).group("\(folder)/\(folder)")
        }
        #expect(deep?.description.contains("too long") == true)
    }

    @Test func addressesThatLeaveTheFile() throws {
        let whole = try Self.file()
        var refused = 0
        // Each aligned field of the structures, once with each absurd value.
        for place in stride(from: 8, to: 2400, by: 8) {
            for value in [UInt64.max - 1, 1 << 63, UInt64(whole.count), 1 << 40] {
                var bytes = whole
                bytes.replaceSubrange(
                    place..<place + 8, with: withUnsafeBytes(of: value.littleEndian) { Array($0) })
                do throws(FormatError) {
                    for dataset in try HDF5File(bytes).root.datasets() { _ = try dataset.readTensor() }
                } catch { refused += 1 }
            }
        }
        #expect(refused > 100, "\(refused)")
    }
}
