import Foundation
import Testing
import ThawFormats
import ThawTensor

@Suite struct SafetensorsFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The tensors of Fixtures/make_safetensors.py.
    static func expected() -> [String: Tensor] {
        [
            "block/dense_1/kernel": Tensor(
                shape: [2, 3],
                scalars: [-1.5, 0, 0.1, .infinity, Float(sign: .plus, exponent: -140, significand: 1), 3]),
            "double": Tensor([-1e300, 2.5e-308] as [Double]),
            "half": Tensor([1.5, -65504, 6e-8] as [Double]).cast(to: .float16),
            "brain": Tensor([1.5, -2, 0x1p-126] as [Double]).cast(to: .bfloat16),
            "long": Tensor([Int64.min, .max]),
            "int": Tensor(shape: [1, 2], scalars: [Int32.min, .max]),
            "byte": Tensor([0, 128, 255] as [UInt8]),
            "flag": Tensor([true, false, true]),
            "scalar": Tensor(scalar: Float(7)),
            "nothing": .zeros([0, 5]),
            "odd \"name\" \\ ü中😀\n": Tensor([9] as [UInt8]),
        ]
    }

    static func reference() throws -> [UInt8] {
        let url = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/reference.safetensors")
        return try [UInt8](Data(contentsOf: url))
    }

    /// A file of a header and some bytes of data.
    static func file(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
        let count = length ?? UInt64(header.utf8.count)
        return withUnsafeBytes(of: count.littleEndian) { Array($0) } + Array(header.utf8)
            + [UInt8](repeating: 0, count: data)
    }

    @Test func readsWhatTheFormatsLibraryWrote() throws {
        let contents = try SafetensorsFile.read(Self.reference())
        let expected = Self.expected()
        #expect(contents.tensors.keys.sorted() == expected.keys.sorted())
        for (name, tensor) in expected {
            #expect(contents.tensors[name]?.isBitwiseEqual(to: tensor) == true, "\(name)")
        }
        #expect(contents.metadata == ["format": "pt", "note": "a \"text\"\tü"])
    }

    @Test func roundTrip() throws {
        let url = PeerFiles.url("thaw.safetensors") ?? folder.file("a.safetensors")
        let written = SafetensorsFile.Contents(
            tensors: Self.expected(), metadata: ["a": "\u{1}\u{7f}\"\\/", "b": "", "format": "thaw"])
        try SafetensorsFile.write(written.tensors, metadata: written.metadata, to: url)
        let read = try SafetensorsFile.read(url)
        #expect(read.metadata == written.metadata)
        #expect(read.tensors.keys.sorted() == written.tensors.keys.sorted())
        #expect(read.tensors.allSatisfy { written.tensors[$0]?.isBitwiseEqual(to: $1) == true })
        let bytes = try [UInt8](Data(contentsOf: url))
        #expect(bytes[0] % 8 == 0, "the data is aligned")
        let empty = folder.file("b.safetensors")
        try SafetensorsFile.write([:], to: empty)
        #expect(try SafetensorsFile.read(empty) == SafetensorsFile.Contents(tensors: [:]))
    }

    private static let pair =
        #""a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[3],"data_offsets":"#

    @Test(
        arguments: [
            ("", 0, "does not begin"), ("[]", 0, "does not begin"), ("{", 0, "expected"),
            ("{}x", 0, "follows"),
            ("{\(pair)[2,5]}}", 5, nil), ("{\(pair)[2,5]}}  \n", 5, nil), (" {}", 0, "does not begin"),
            ("{\(pair)[1,4]}}", 5, "begins at byte 1"), ("{\(pair)[3,6]}}", 6, "begins at byte 3"),
            ("{\(pair)[2,5]}}", 6, "data does not fit"), ("{\(pair)[2,5]}}", 4, "data does not fit"),
            ("{\(pair)[2,6]}}", 6, "takes 3 bytes"), ("{\(pair)[5,2]}}", 5, "offsets"),
            ("{\(pair)[2]}}", 5, "offsets"),
            ("{\(pair)[2,5,7]}}", 5, "longer"), ("{\(pair)[-2,5]}}", 5, "whole number"),
            ("{\(pair)[2.0,5]}}", 5, "expected"), ("{\(pair)[02,5]}}", 5, "whole number"),
            ("{\(pair)[2,99999999999999999999]}}", 5, "too large"),
            (
                #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}}"#,
                2, "twice"
            ),
            (#"{"a":{"dtype":"U8","dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 2, "twice"),
            (#"{"a":{"dtype":"U8","shape":[2]}}"#, 2, "lacks"),
            (#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2],"more":1}}"#, 2, "unknown field"),
            (#"{"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}"#, 2, "not supported"),
            (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0, "absurd"),
            (#"{"a":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}}"#, 0, "absurd"),
            (
                #"{"a":{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,4611686018427387904]}}"#,
                4, "does not fit"
            ),
            (#"{"__metadata__":{"a":"b"},"__metadata__":{}}"#, 0, "twice"),
            (#"{"__metadata__":{"a":1}}"#, 0, "expected"),
            (#"{"__metadata__":{"a":"b","a":"c"}}"#, 0, "twice"),
            (#"{"__metadata__":{"a":"\ud800"}}"#, 0, "surrogate"),
            (#"{"__metadata__":{"a":"\ud83d\ude00\u00fc"}}"#, 0, nil),
            (#"{"__metadata__":{"a":"\x"}}"#, 0, "escape"),
            (#"{"__metadata__":{"a":"\u12"#, 0, "end"), ("{\"__metadata__\":{\"a\":\"\n\"}}", 0, "control"),
            (#"{"a":{"a":{"a":{"a":{}}}}}"#, 0, "unknown field"),
            (String(repeating: #"{"a":"#, count: 100_000), 0, "unknown field"),
        ] as [(String, Int, String?)])
    func headers(header: String, data: Int, part: String?) throws {
        let bytes = Self.file(header, data: data)
        guard let part else {
            _ = try SafetensorsFile.read(bytes)
            return
        }
        let error = #expect(throws: FormatError.self) { try SafetensorsFile.read(bytes, file: "weights") }
        #expect(
            error?.description.contains(part) == true, "\(String(describing: error)): \(header.prefix(200))")
        #expect(error?.file == "weights")
    }

    @Test func lengthOfTheHeader() throws {
        for (length, kind) in [
            (3, FormatError.Kind.truncated), (.max, .malformed), (100_000_001, .malformed),
        ]
            as [(UInt64, FormatError.Kind)]
        {
            let error = #expect(throws: FormatError.self) {
                try SafetensorsFile.read(Self.file("{}", length: length))
            }
            #expect(error?.kind == kind)
        }
        for count in 0..<8 {
            #expect(throws: FormatError.self) {
                try SafetensorsFile.read([UInt8](repeating: 0, count: count))
            }
        }
    }

    @Test func bytesThatAreNoBool() {
        let header = #"{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}"#
        let error = #expect(throws: FormatError.self) {
            try SafetensorsFile.read(Self.file(header) + [1, 2])
        }
        #expect(error?.description.contains("BOOL") == true)
    }

    @Test func everyTruncationIsAnError() throws {
        let whole = try Self.reference()
        for count in 0..<whole.count {
            #expect(throws: FormatError.self, "cut to \(count) bytes") {
                try SafetensorsFile.read(Array(whole[..<count]))
            }
        }
    }

    /// Changed, lost, doubled and foreign bytes: an error or tensors, never the end of the process.
    @Test func mutantsNeverCrash() throws {
        let whole = try Self.reference()
        let headerEnd = 8 + Int(whole[0]) + Int(whole[1]) << 8
        let words = [
            "\"", "{", "}", "[", "]", "9999999999999999999", "-1", "\\u", "\\ud800", ",", ":", "0", "F64",
        ]
        var stream = RandomStream(seed: 20)
        func pick(_ count: Int) -> Int { Int(stream.nextUInt32() % UInt32(max(1, count))) }
        var (read, refused) = (0, 0)
        for round in 0..<6000 {
            var mutant = whole
            for _ in 0...pick(4) where !mutant.isEmpty {
                // Most of what can go wrong is in the header.
                let place = pick(round % 4 == 0 ? mutant.count : min(headerEnd, mutant.count))
                switch pick(6) {
                case 0: mutant[place] = UInt8(pick(256))
                case 1: mutant[place] ^= 1 << UInt8(pick(8))
                case 2: mutant.remove(at: place)
                case 3: mutant.insert(UInt8(pick(256)), at: place)
                case 4: mutant.insert(contentsOf: Array(words[pick(words.count)].utf8), at: place)
                default:
                    let end = min(mutant.count, place + pick(40))
                    mutant.insert(contentsOf: Array(mutant[place..<end]), at: pick(mutant.count))
                }
            }
            if round % 2 == 0, mutant.count > 8 {
                // A length that fits again, so that the parser sees the damage.
                let end = UInt64(max(0, headerEnd - 8 + mutant.count - whole.count))
                mutant.replaceSubrange(0..<8, with: withUnsafeBytes(of: end.littleEndian) { Array($0) })
            }
            do throws(FormatError) {
                let contents = try SafetensorsFile.read(mutant)
                #expect(contents.tensors.values.allSatisfy { $0.byteCount <= mutant.count })
                read += 1
            } catch {
                refused += 1
            }
        }
        #expect(read > 100 && refused > 3000, "\(read) read, \(refused) refused")
    }

    @Test func filesThatCannotBe() throws {
        let missing = #expect(throws: FormatError.self) { try SafetensorsFile.read(folder.file("absent")) }
        #expect(missing?.kind == .unreadable)
        let reserved = #expect(throws: FormatError.self) {
            try SafetensorsFile.write(["__metadata__": .zeros([1])], to: folder.file("a"))
        }
        #expect(reserved?.kind == .unsupported)
        let folderless = #expect(throws: FormatError.self) {
            try SafetensorsFile.write([:], to: folder.file("absent/a"))
        }
        #expect(folderless?.kind == .unwritable)
        let large = try folder.file("large", holding: Self.reference())
        let limited = #expect(throws: FormatError.self) { try SafetensorsFile.read(large, limit: 100) }
        #expect(limited?.kind == .tooLarge)
    }
}
