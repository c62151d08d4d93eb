import Foundation
import Testing
import ThawTensor

@testable import ThawFormats

@Suite struct HDF5FileTests {
    /// Everything in every file: names in order, shapes, types, values, attributes.
    @Test(arguments: HDF5Fixtures.names())
    func readsWhatH5pyWrote(name: String) throws {
        let expected = try HDF5Fixtures.Expected.beside(name, in: HDF5Fixtures.folder)
        #expect(!expected.members.isEmpty || !expected.attributes.isEmpty)
        try HDF5Fixtures.compare(HDF5Fixtures.file(name).root, expected)
    }

    @Test func fixturesAreThere() { #expect(HDF5Fixtures.names().count > 15) }

    /// `make_hdf5.py --describe FOLDER FILES` writes such a folder from any files.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["THAW_TEST_HDF5"] != nil))
    func filesOfYourOwn() throws {
        let folder = URL(filePath: ProcessInfo.processInfo.environment["THAW_TEST_HDF5"] ?? "")
        for name in HDF5Fixtures.names(in: folder) {
            let file = try HDF5File(folder.appending(path: "\(name).h5"))
            try HDF5Fixtures.compare(file.root, HDF5Fixtures.Expected.beside(name, in: folder))
            print("\(name): \(try file.root.datasets().count) datasets agree with h5py")
        }
    }

    @Test func pathsAndKeras() throws {
        let file = try HDF5Fixtures.file("keras2_earliest")
        let weights = try file.group("model_weights")
        #expect(try weights.attributes["layer_names"]?.strings == ["dense", "flatten", "bn"])
        #expect(try weights.group("flatten").attributes["weight_names"]?.strings == [])
        #expect(try file.root.attributes["keras_version"]?.string == "2.4.0")
        let kernel = try file.dataset("/model_weights/dense//dense/kernel:0")
        #expect(kernel.path == "model_weights/dense/dense/kernel:0")
        #expect(try kernel.dtype == .float32)
        #expect(try kernel.readTensor()[element: 1, 0] == -1.5)
        #expect(try file.root["model_weights/absent"] == nil)
        #expect(try file.root.datasets().map(\.path).first == "model_weights/bn/bn/beta:0")
        #expect(try file.root.datasets().count == 7)
        for (path, part) in [
            ("model_weights/absent", "there is no"), ("model_weights", "is no dataset"),
            ("model_weights/dense/dense/kernel:0/x", "goes through a dataset"),
        ] {
            let error = #expect(throws: FormatError.self) { try file.dataset(path) }
            #expect(error?.description.contains(part) == true, "\(String(describing: error))")
        }
        #expect(throws: FormatError.self) { try file.group("model_weights/dense/dense/kernel:0") }
    }

    @Test func bfloat16AsKerasStoresIt() throws {
        let dataset = try HDF5Fixtures.file("keras3").dataset("layers/half/vars/0")
        #expect(try dataset.elementType == .bfloat16)
        #expect(try dataset.readTensor().doubles == [1.5, -2, 0x1p-126])
        let plain = try HDF5Fixtures.file("scalars_earliest").dataset("opaque")
        #expect(try plain.elementType == .opaque(byteCount: 3))
    }

    @Test func namesInSeveralAttributes() throws {
        for name in ["attributes_earliest", "attributes_latest"] {
            let attributes = try HDF5Fixtures.file(name).root.attributes
            let expected = (0..<3).flatMap { ["\($0)/kernel:0", "\($0)/bias:0"] }
            #expect(try attributes.strings(named: "split") == expected)
            #expect(try attributes.strings(named: "names") == ["kernel:0", "bias:0"])
            #expect(try attributes.strings(named: "absent") == nil)
            #expect(try attributes["nothing"]?.strings == [])
            #expect(throws: FormatError.self) { try attributes["number"]?.string }
            #expect(throws: FormatError.self) { try attributes["text"]?.tensor }
            #expect(throws: FormatError.self) { try attributes["names"]?.string }
        }
    }

    @Test(arguments: ["links_earliest", "links_latest"])
    func linksThatAreNotFollowed(name: String) throws {
        let file = try HDF5Fixtures.file(name)
        for (path, part) in [("soft", "\"/group/data\""), ("external", "another file"), ("type", "neither")] {
            let error = #expect(throws: FormatError.self) { try file.root[path] }
            #expect(error?.kind == .unsupported)
            #expect(error?.description.contains("\"\(path)\"") == true)
            #expect(error?.description.contains(part) == true, "\(String(describing: error))")
        }
        // A group inside of itself.
        #expect(try file.dataset("group/circle/circle/circle/data").readTensor().count == 3)
        #expect(try file.group("group").datasets().map(\.path) == ["group/data"])
    }

    @Test func everyTruncationIsAnError() throws {
        for name in ["links_latest", "links_earliest", "early_latest"] {
            let whole = try HDF5Fixtures.bytes(name)
            for count in 0..<whole.count {
                #expect(throws: FormatError.self, "\(name) cut to \(count) bytes") {
                    try HDF5File(Array(whole[..<count]))
                }
            }
        }
    }

    @Test func filesAreFreed() throws {
        weak var source: HDF5Source?
        do {
            let file = try HDF5Fixtures.file("attributes_latest")
            var visitor = HDF5Visitor()
            visitor.visit(file.root)
            source = file.root.object.source
            #expect(source != nil)
        }
        #expect(source == nil)
    }

    @Test func whatIsNoHDF5File() throws {
        let error = #expect(throws: FormatError.self) { try HDF5File([1, 2, 3], file: "weights") }
        #expect(error?.description.contains("not an HDF5 file") == true)
        #expect(error?.file == "weights")
        let missing = #expect(throws: FormatError.self) { try HDF5File(URL(filePath: "/absent.h5")) }
        #expect(missing?.kind == .unreadable)
        #expect(HDF5File.isHDF5(try HDF5Fixtures.bytes("user_block")))
        #expect(!HDF5File.isHDF5([0x89]))
    }

    @Test func aChangedStructureFailsItsChecksum() throws {
        var bytes = try HDF5Fixtures.bytes("keras2_latest")
        let place = try #require(
            bytes.indices.first { bytes[$0...].starts(with: Array("model_weights".utf8)) })
        bytes[place] = UInt8(ascii: "n")
        let error = #expect(throws: FormatError.self) { try HDF5File(bytes).root.names }
        #expect(error?.kind == .checksumMismatch)
    }
}
