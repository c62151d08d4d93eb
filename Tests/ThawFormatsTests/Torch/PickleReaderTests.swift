import Testing

@testable import ThawFormats

@Suite struct PickleReaderTests {
    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    static func read(_ value: [UInt8]) throws -> TorchValue {
        try TorchCheckpoint.read(Pickle.archive(value)).root
    }

    @Test(
        arguments: [
            (Pickle.global("os", "system"), "os.system"),
            (Pickle.call(Pickle.global("posix", "system"), [Pickle.text("id")]), "posix.system"),
            (Pickle.call(Pickle.global("builtins", "eval"), [Pickle.text("1")]), "builtins.eval"),
            (Pickle.text("os") + Pickle.text("system") + [0x93], "os.system"),
            (Pickle.global("torch", "load"), "torch.load"),
            (Pickle.global("torch.serialization", "load"), "torch.serialization.load"),
            (bytes("(X\0\0\0\0ios\nsystem\n"), "os.system"),
            (
                Pickle.call(Pickle.global("_codecs", "encode"), [Pickle.text("a"), Pickle.text("rot13")]),
                "_codecs"
            ),
            (Pickle.call(Pickle.global("torch", "FloatStorage"), [Pickle.integer(1 << 60)]), "as a function"),
            (bytes("]") + bytes("}b"), "__setstate__"),
            (
                Pickle.tuple([Pickle.text("module"), bytes("N"), bytes("N"), bytes("N"), bytes("N")])
                    + bytes("Q"), "module"
            ),
        ] as [([UInt8], String)])
    func nothingIsExecuted(value: [UInt8], part: String) {
        let error = #expect(throws: FormatError.self) { try Self.read(value) }
        #expect(error?.kind == .unsupported)
        #expect(error?.description.contains("would execute") == true, "\(String(describing: error))")
        #expect(error?.description.contains(part) == true, "\(String(describing: error))")
    }

    /// What no program but its own could make is left shut, with all that is done with it.
    @Test func objectsStayShut() throws {
        let tensor = Pickle.tensor(Pickle.storage("0", count: 1), shape: [1], strides: [1])
        let object = Pickle.global("a", "B") + Self.bytes(")") + [0x81]
        let state = object + Pickle.dictionary([(Pickle.text("c"), tensor)]) + Self.bytes("b")
        let items = object + Self.bytes("(") + Pickle.text("c") + tensor + Self.bytes("u")
        let named = Pickle.global("a", "B") + Self.bytes(")}") + [0x92]
        let list = object + tensor + Self.bytes("a")
        for value in [
            Pickle.global("a", "B"), Pickle.call(Pickle.global("a", "B"), [tensor]), state, items, named,
            list,
        ] {
            let both = Pickle.dictionary([(Pickle.text("x"), value), (Pickle.text("w"), tensor)])
            let checkpoint = try TorchCheckpoint.read(
                Pickle.archive(both, storages: ["0": [0, 0, 0, 0]]))
            #expect(checkpoint.tensors.map(\.name) == ["w"])
            #expect(checkpoint.root["x"] == .object("a.B"))
            #expect(checkpoint.leftOut.map(\.name) == ["x"])
            // Without a tensor there is nothing to read.
            let error = #expect(throws: FormatError.self) {
                try TorchCheckpoint.read(Pickle.archive(value, storages: ["0": [0, 0, 0, 0]]))
            }
            #expect(error?.kind == .unsupported && error?.description.contains("a.B") == true)
        }
    }

    @Test(
        arguments: [
            ("", "stack"), ("0", "stack"), ("t", "mark"), ("u", "mark"), ("e", "mark"),
            ("\u{5}", "operation 5"), ("R", "stack"),
            ("NR", "stack"), ("NNR", "called"), ("K", "early"), ("J123", "early"),
            ("X\u{7f}\u{7f}\u{7f}\u{7f}a", "leaves"),
            ("h\u{1}", "not there"), ("(0", "stack"), ("](00", "stack"), ("Na", "stack"), ("NNa", "put into"),
            ("]Ns", "stack"),
            ("]NNs", "put into"), ("}(Nu", "put into"), ("cos", "does not end"), ("Nq", "early"),
            ("NQ", "no tuple"),
            (")Q", "no known kind"), ("b", "stack"), ("N(b", "stack"), ("I1\n", "operation 49"),
            ("P1\n", "operation 50"),
            ("(}](}(]}Q", "no tuple"), ("X\u{1}\0\0\0\u{7f}X", "early"),
        ] as [(String, String)])
    func whatIsWrong(operations: String, part: String) {
        // Ends with what cannot be the end, so that the operations are what is wrong.
        let error = #expect(throws: FormatError.self) { try Self.read(Self.bytes(operations)) }
        #expect(error?.description.contains(part) == true, "\(operations): \(String(describing: error))")
    }

    @Test func numbers() throws {
        #expect(try Self.read([0x8A, 0]) == .integer(0))
        #expect(try Self.read([0x8A, 1, 0xFF]) == .integer(-1))
        #expect(try Self.read([0x8A, 2, 0xFF, 0]) == .integer(255))
        #expect(try Self.read(Pickle.integer(.min)) == .integer(.min))
        #expect(try Self.read(Self.bytes("J") + [0xFE, 0xFF, 0xFF, 0xFF]) == .integer(-2))
        #expect(try Self.read(Self.bytes("G") + [0x3F, 0xF8, 0, 0, 0, 0, 0, 0]) == .number(1.5))
        #expect(throws: FormatError.self) { try Self.read([0x8A, 9] + [UInt8](repeating: 1, count: 9)) }
        #expect(try Self.read(Self.bytes("U") + [2, 0xC3, 0x28]) == .bytes([0xC3, 0x28]), "Python 2's str")
        #expect(try Self.read(Self.bytes("U") + [1, 0x61]) == .string("a"))
        #expect(throws: FormatError.self) { try Self.read([0x8C, 2, 0xC3, 0x28]) }
    }

    @Test func containersOfPython2() throws {
        let pair = Self.bytes("](") + Pickle.text("a") + [0x88] + Self.bytes("e")
        let value = Pickle.call(
            Pickle.global("collections", "OrderedDict"), [Self.bytes("](") + pair + Self.bytes("e")])
        #expect(try Self.read(value) == .dictionary([.init(key: .string("a"), value: .bool(true))]))
        #expect(try Self.read(Self.bytes("(NNl")) == .list([.none, .none]))
        #expect(try Self.read(Self.bytes("(NNd")) == .dictionary([.init(key: .none, value: .none)]))
    }

    @Test func keysThatOccurTwice() {
        let twice = [(Pickle.text("a"), Self.bytes("N")), (Pickle.text("a"), Self.bytes("N"))]
        #expect(throws: FormatError.self) { try Self.read(Pickle.dictionary(twice)) }
    }

    /// Nothing here may overflow the program's own stack.
    @Test func deepNesting() throws {
        #expect(
            try Self.read(
                [UInt8](repeating: UInt8(ascii: ")"), count: 1) + [UInt8](repeating: 0x85, count: 60))
                != .none)
        for depth in [100, 1_000_000] {
            let tuples = Self.bytes(")") + [UInt8](repeating: 0x85, count: depth)
            let lists =
                [UInt8](repeating: UInt8(ascii: "]"), count: depth)
                + [UInt8](repeating: UInt8(ascii: "a"), count: depth - 1)
            for value in [tuples, lists] {
                let error = #expect(throws: FormatError.self) { try Self.read(value) }
                #expect(error?.description.contains("nested deeper") == true || error?.kind == .tooLarge)
            }
        }
        let itself = Self.bytes("]q\0h\0a")
        #expect(throws: FormatError.self) { try Self.read(itself) }
    }

    /// Thirty lists, each holding the one before it twice.
    @Test func sharingThatUnfolds() {
        let value = Self.bytes("]") + (0..<30).flatMap { _ in Self.bytes("q\0]h\0ah\0a") }
        let error = #expect(throws: FormatError.self) { try Self.read(value) }
        #expect(error?.description.contains("too often") == true)
    }

    @Test func countsAreBounded() {
        let many = [UInt8](repeating: UInt8(ascii: "N"), count: PickleReader.largestCount + 1)
        let error = #expect(throws: FormatError.self) { try Self.read(many) }
        #expect(error?.kind == .tooLarge)
        // A text of a megabyte, made into bytes again and again.
        let text = Pickle.text(String(repeating: "a", count: 1 << 20)) + Self.bytes("q\0")
        let encode =
            Self.bytes("0") + Pickle.global("_codecs", "encode") + Self.bytes("h\0X\u{6}\0\0\0latin1") + [
                0x86
            ]
        let again = (0..<1000).flatMap { _ in encode + Self.bytes("R") }
        let repeated = #expect(throws: FormatError.self) { try Self.read(text + again) }
        #expect(repeated?.kind == .tooLarge)
    }
}
