import Foundation
import Testing
import ThawTensor

@testable import ThawFormats

@Suite struct HDF5WriterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static let texts = ["", "plain", "Grüße 中😀", String(repeating: "long ", count: 30_000)]
    static let names = (0..<40).map { "layer_\($0)/kernel:0" }

    /// Every type and kind of attribute that the writer has.
    static func writer() throws -> (HDF5Writer, [String: Tensor]) {
        var tensors = SafetensorsFileTests.expected().filter { !$0.key.hasPrefix("odd") }
        tensors["Größe/kernel:0"] = Tensor([[1, 2], [3, 4]] as [[Float]])
        tensors["matrix"] = Tensor.arange(from: 0, to: 60, by: 0.5).reshaped(to: [2, 3, 4, 5])
        var writer = HDF5Writer()
        try writer.addGroup("empty/inner")
        try writer.addGroup("empty")
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) { try writer.add(tensor, at: name) }
        for (index, text) in texts.enumerated() {
            try writer.setAttribute("text\(index)", string: text, at: "empty")
        }
        try writer.setAttribute("names", strings: names)
        try writer.setAttribute("names", strings: ["ü", "", "abc"], at: "matrix")
        try writer.setAttribute("none", strings: [])
        try writer.setAttribute(
            "many", strings: (0..<300).map { "\($0)" + String(repeating: "x", count: 500) })
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key })
        where name != "brain" && !name.contains("/") {
            try writer.setAttribute("a_\(name)", tensor: tensor)
        }
        return (writer, tensors)
    }

    @Test func roundTrip() throws {
        let (writer, tensors) = try Self.writer()
        let url = PeerFiles.url("thaw.h5") ?? folder.file("a.h5")
        try writer.write(to: url)
        let file = try HDF5File(url)
        for (name, tensor) in tensors {
            #expect(try file.dataset(name).readTensor().isBitwiseEqual(to: tensor), "\(name)")
        }
        #expect(try file.root.datasets().count == tensors.count)
        #expect(try file.group("empty").names == ["inner"])
        for (index, text) in Self.texts.enumerated() {
            #expect(try file.group("empty").attributes["text\(index)"]?.string == text)
        }
        let attributes = try file.root.attributes
        #expect(try attributes["names"]?.strings == Self.names)
        #expect(try attributes["none"]?.strings == [])
        #expect(try file.dataset("matrix").attributes["names"]?.strings == ["ü", "", "abc"])
        #expect(attributes["many"] == nil)
        #expect(try attributes.strings(named: "many")?.count == 300)
        #expect(try attributes.strings(named: "many")?[299].hasPrefix("299x") == true)
        for (name, tensor) in tensors where name != "brain" && !name.contains("/") {
            #expect(try attributes["a_\(name)"]?.tensor.isBitwiseEqual(to: tensor) == true, "\(name)")
        }
        // The same contents give the same bytes.
        #expect(try writer.bytes() == [UInt8](Data(contentsOf: url)))
    }

    @Test func manyGroupsAndEmptyFiles() throws {
        #expect(try HDF5File(HDF5Writer().bytes()).root.names == [])
        var writer = HDF5Writer()
        for index in 0..<2000 { try writer.add(Tensor(scalar: index), at: "group_\(index % 700)/\(index)") }
        let file = try HDF5File(try writer.bytes())
        #expect(try file.root.names.count == 700)
        #expect(try file.dataset("group_3/1403").readTensor().item == 1403)
        #expect(try file.root.datasets().count == 2000)
    }

    @Test func whatCannotBeWritten() throws {
        var writer = HDF5Writer()
        try writer.add(.zeros([2]), at: "a/b")
        let attempts: [(String, (inout HDF5Writer) throws -> Void)] = [
            ("there already", { try $0.add(.zeros([2]), at: "a/b") }),
            ("there already", { try $0.add(.zeros([2]), at: "a") }),
            ("is a dataset", { try $0.add(.zeros([2]), at: "a/b/c") }),
            ("is a dataset", { try $0.addGroup("a/b") }),
            ("not a path", { try $0.addGroup("a//b") }), ("not a path", { try $0.addGroup("/a") }),
            ("not a path", { try $0.addGroup("a/./b") }), ("not a path", { try $0.addGroup("a\0") }),
            ("the root", { try $0.add(.zeros([2]), at: "") }),
            ("axes", { try $0.add(.zeros([Int](repeating: 1, count: 33)), at: "c") }),
            ("nothing at", { try $0.setAttribute("x", string: "", at: "c") }),
            ("zero byte", { try $0.setAttribute("x", string: "a\0b") }),
            ("cannot be named", { try $0.setAttribute("", string: "") }),
            ("too long", { try $0.setAttribute("x", strings: [String(repeating: "x", count: 70_000)]) }),
            ("too large", { try $0.setAttribute("x", tensor: .zeros([20_000])) }),
            ("bfloat16", { try $0.setAttribute("x", tensor: .zeros([2], dtype: .bfloat16)) }),
            (
                "already",
                {
                    try $0.setAttribute("x", string: "")
                    try $0.setAttribute("x", string: "")
                }
            ),
        ]
        for (part, body) in attempts {
            var copy = writer
            let error = #expect(throws: FormatError.self) { try body(&copy) }
            #expect(error?.description.contains(part) == true, "\(part): \(String(describing: error))")
        }
        let error = #expect(throws: FormatError.self) { try writer.write(to: folder.file("absent/a.h5")) }
        #expect(error?.kind == .unwritable)
        #expect(try folder.names.isEmpty)
    }

    @Test func filesFromManyTasks() async throws {
        let expected = try Self.writer().0.bytes()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { (try? Self.writer().0.bytes()) == expected }
            }
            for await isEqual in group { #expect(isEqual) }
        }
    }
}
