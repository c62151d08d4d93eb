import Foundation
import Testing
import ThawTensor

@testable import ThawFormats

@Suite struct NPZFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: ["stored.npz", "deflated.npz"])
    func readsWhatNumPyWrote(name: String) throws {
        let expected: NPYFileTests.Expected = try ArchiveFixtures.decode("numpy.json")
        let contents = try NPZFile.read(ArchiveFixtures.folder.appending(path: "numpy/\(name)"))
        let arrays = try #require(expected.archives[name])
        #expect(contents.names == arrays.compactMap(\.name))
        for array in arrays { #expect(array.matches(contents.tensors[array.name ?? ""]), "\(array)") }
    }

    @Test(arguments: [false, true])
    func roundTrip(isCompressed: Bool) throws {
        let name = isCompressed ? "deflated.npz" : "stored.npz"
        let url = PeerFiles.url(name) ?? folder.file(name)
        var tensors = NPYFileTests.tensors
        tensors["block/dense:0"] = .ones([300, 100])
        try NPZFile.write(tensors, isCompressed: isCompressed, to: url)
        let read = try NPZFile.read(url)
        #expect(read.names == tensors.keys.sorted())
        #expect(read.tensors.allSatisfy { tensors[$0]?.isBitwiseEqual(to: $1) == true })
        let size = try Data(contentsOf: url).count
        #expect(isCompressed == (size < 120_000))
    }

    @Test func orderAndSelection() throws {
        let url = folder.file("a.npz")
        try NPZFile.write([("b", .ones([1])), ("a", .zeros([2])), ("c", .zeros([3]))], to: url)
        #expect(try NPZFile.read(url).names == ["b", "a", "c"])
        #expect(try NPZFile.read(url, names: ["c", "b"]).names == ["b", "c"])
        let absent = #expect(throws: FormatError.self) { try NPZFile.read(url, names: ["d"]) }
        #expect(absent?.description.contains("\"a.npy\"") == true)
        let twice = #expect(throws: FormatError.self) {
            try NPZFile.write([("b", .ones([1])), ("b", .zeros([2]))], to: url)
        }
        #expect(twice?.kind == .unsupported)
        #expect(throws: FormatError.self) { try NPZFile.write(["../a": .ones([1])], to: url) }
        let brain = #expect(throws: FormatError.self) {
            try NPZFile.write(["a": .ones([1], dtype: .bfloat16)], to: url)
        }
        #expect(brain?.description.contains("\"a\"") == true)
        #expect(try NPZFile.read(url).names == ["b", "a", "c"], "the old file is whole")
    }

    @Test func whatIsNoArray() throws {
        let array = try ArchiveFixtures.bytes("numpy/vector.npy")
        let objects = try ArchiveFixtures.bytes("numpy/object.npy")
        let items = [
            ZipArchive.Item("a.npy", contents: array), ZipArchive.Item("o.npy", contents: objects),
            ZipArchive.Item("readme", contents: [1]),
        ]
        let bytes = try ZipArchive.bytes(of: items)
        #expect(try NPZFile.read(bytes, names: ["a"]).tensors["a"]?.count == 5)
        let error = #expect(throws: FormatError.self) { try NPZFile.read(bytes, file: "x.npz") }
        #expect(error?.description.contains("x.npz, array \"o\"") == true)
        #expect(throws: FormatError.self) { try NPZFile.read(bytes, names: ["readme"]) }
    }

    @Test func limits() throws {
        let url = folder.file("a.npz")
        try NPZFile.write(["a": .zeros([1000]), "b": .zeros([1000])], isCompressed: true, to: url)
        #expect(try NPZFile.read(url, limit: 8200).names.count == 2)
        for limit in [8000, 4200, 3000] {
            let error = #expect(throws: FormatError.self) { try NPZFile.read(url, limit: limit) }
            #expect(error?.kind == .tooLarge)
        }
    }
}
