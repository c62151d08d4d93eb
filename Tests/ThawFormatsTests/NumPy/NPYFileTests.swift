import Foundation
import Testing
import ThawTensor

@testable import ThawFormats

@Suite struct NPYFileTests {
    struct Expected: Decodable {
        var read: [String: ExpectedTensor]
        var refused: [String: String]
        var archives: [String: [ExpectedTensor]]
    }

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// One tensor of every type that NumPy has, and shapes of every kind.
    static let tensors: [String: Tensor] = [
        "float32": Tensor(shape: [2, 3], scalars: [-1.5, 0, 0.1, .infinity, 0x1p-140, 3] as [Float]),
        "float64": Tensor([-1e300, 2.5e-308] as [Double]),
        "float16": Tensor([1.5, -65504, 6e-8] as [Double]).cast(to: .float16),
        "int64": Tensor([Int64.min, .max]), "int32": Tensor(shape: [1, 2], scalars: [Int32.min, .max]),
        "uint8": Tensor([0, 128, 255] as [UInt8]), "bool": Tensor([true, false, true]),
        "scalar": Tensor(scalar: Float(7)), "nothing": .zeros([0, 5]), "deep": .ones([1, 1, 2, 1, 3]),
    ]

    @Test func readsWhatNumPyWrote() throws {
        let expected: Expected = try ArchiveFixtures.decode("numpy.json")
        #expect(expected.read.count == 29)
        for (name, values) in expected.read {
            let tensor = try NPYFile.read(ArchiveFixtures.bytes("numpy/\(name)"))
            #expect(values.matches(tensor), "\(name): \(tensor)")
        }
    }

    @Test func refusesWhatIsNoNumber() throws {
        let expected: Expected = try ArchiveFixtures.decode("numpy.json")
        for (name, part) in expected.refused {
            let error = #expect(throws: FormatError.self) {
                try NPYFile.read(ArchiveFixtures.bytes("numpy/\(name)"))
            }
            #expect(error?.kind == .unsupported, "\(name)")
            #expect(error?.description.contains(part) == true, "\(name): \(String(describing: error))")
        }
    }

    @Test func roundTrip() throws {
        for (name, tensor) in Self.tensors {
            let url = PeerFiles.url("\(name).npy") ?? folder.file("\(name).npy")
            try NPYFile.write(tensor, to: url)
            #expect(try NPYFile.read(url).isBitwiseEqual(to: tensor), "\(name)")
        }
        let error = #expect(throws: FormatError.self) {
            try NPYFile.write(.ones([1], dtype: .bfloat16), to: folder.file("a.npy"))
        }
        #expect(error?.description.contains("cast(to: .float32)") == true)
        #expect(throws: FormatError.self) { try NPYFile.write(.ones([1]), to: folder.file("absent/a.npy")) }
        let deep = #expect(throws: FormatError.self) {
            try NPYFile.write(.ones([Int](repeating: 1, count: 65)), to: folder.file("a.npy"))
        }
        #expect(deep?.kind == .unsupported)
    }

    static func file(_ header: String, data: Int = 0, version: UInt8 = 1, length: Int? = nil) -> [UInt8] {
        let count = length ?? header.utf8.count
        let width = version == 1 ? 2 : 4
        return [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, version, 0] + little(UInt32(count)).prefix(width)
            + Array(header.utf8) + [UInt8](repeating: 0, count: data)
    }

    private static let start = "{'descr': '<f4', 'fortran_order': False, 'shape': "

    @Test(
        arguments: [
            ("\(start)(2,)}", 8, nil), ("\(start)(2L,), }\n", 8, nil), ("\(start)()}", 4, nil),
            (" { 'shape' : ( 1 , 2 ) ,\"descr\":\"<f4\",'fortran_order':True } ", 8, nil),
            ("\(start)(2,)}", 7, "size of the file"), ("\(start)(2,)}", 9, "size of the file"),
            ("\(start)(2)}", 8, "no tuple"), ("\(start)[2]}", 8, "expected"),
            ("\(start)(-2,)}", 8, "whole number"),
            ("\(start)(2.0,)}", 8, "no tuple"), ("\(start)(1 2)}", 8, "no tuple"),
            ("\(start)(1152921504606846976,)}", 4, "absurd"),
            ("\(start)(1152921504606846975,)}", 4, "size of the file"),
            ("\(start)(4611686018427387904, 4)}", 4, "absurd"),
            ("\(start)(0, 4611686018427387904, 4)}", 0, "absurd"),
            ("\(start)(99999999999999999999,)}", 0, "too large"),
            ("\(start)(\(String(repeating: "1,", count: 65)))}", 4, "axes"),
            ("\(start)(2,)}x", 8, "follows"), ("\(start)(2,), 'shape': (2,)}", 8, "twice"),
            ("\(start)(2,), 'more': 1}", 8, "unknown field"), ("{'descr': '<f4'}", 0, "lacks"),
            ("{}", 0, "lacks"),
            ("", 0, "expected"), ("{", 0, "expected"), ("[]", 0, "expected"), ("{'descr", 0, "does not end"),
            ("{'descr': '<f\\x34', 'fortran_order': False, 'shape': ()}", 4, "escape"),
            ("{'descr': '<f4', 'fortran_order': 0, 'shape': ()}", 4, "True or False"),
            ("{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': ()}", 8, "text was expected"),
            ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}", 4, "structured"),
            ("{'descr': '|O', 'fortran_order': False, 'shape': ()}", 4, "execute"),
            ("{'descr': '', 'fortran_order': False, 'shape': ()}", 4, "refused"),
            (
                "{'descr': __import__('os').system('id'), 'fortran_order': False, 'shape': ()}", 4,
                "text was expected"
            ),
        ] as [(String, Int, String?)])
    func headers(header: String, data: Int, part: String?) throws {
        let bytes = Self.file(header, data: data)
        guard let part else {
            for version in 1...3 {
                _ = try NPYFile.read(Self.file(header, data: data, version: UInt8(version)))
            }
            return
        }
        let error = #expect(throws: FormatError.self) { try NPYFile.read(bytes, file: "a.npy") }
        #expect(error?.description.contains(part) == true, "\(String(describing: error)): \(header)")
        #expect(error?.file == "a.npy")
    }

    @Test func beginnings() {
        for bytes in [
            [], [0x93], [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], Self.file("{}", version: 4),
            Self.file("{}", length: 3), Self.file("{}", version: 2, length: Int(UInt32.max)),
            Array("{'descr': 1}".utf8),
        ] as [[UInt8]] {
            #expect(throws: FormatError.self) { try NPYFile.read(bytes) }
        }
    }

    @Test func bytesThatAreNoBool() throws {
        for order in ["False", "True"] {
            let header = "{'descr': '|b1', 'fortran_order': \(order), 'shape': (2, 2)}"
            var bytes = Self.file(header, data: 4)
            bytes[bytes.count - 1] = 2
            let error = #expect(throws: FormatError.self) { try NPYFile.read(bytes) }
            #expect(error?.got == "2")
        }
    }

    @Test func everyTruncationIsAnError() throws {
        let whole = try ArchiveFixtures.bytes("numpy/fortran.npy")
        for count in 0..<whole.count {
            #expect(throws: FormatError.self) { try NPYFile.read(Array(whole[..<count])) }
        }
    }
}
