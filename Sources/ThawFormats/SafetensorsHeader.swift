/// The header of a safetensors file: JSON of one fixed shape, read without trusting it.
///
/// ```
/// {"__metadata__": {"name": "text", ...}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}
/// ```
///
/// Nothing else is accepted: no other fields, no nesting, no field twice. Memory grows with the header's own size only.
struct SafetensorsHeader {
    struct Entry {
        var name: String
        var type = ""
        var shape: [Int] = []
        var begin = 0
        var end = 0
    }

    private(set) var entries: [Entry] = []
    private(set) var metadata: [String: String] = [:]

    private var scanner: TextScanner

    /// Reads the header that takes up all of `bytes`.
    init(_ bytes: ArraySlice<UInt8>, file: String) throws(FormatError) {
        scanner = TextScanner(bytes, of: "the header of this safetensors file", file: file)
        try parse()
    }

    private mutating func parse() throws(FormatError) {
        guard scanner.isNext("{") else { throw malformed("it does not begin with {") }
        var names: Set<String> = []
        var hasMetadata = false
        try object { parser, name throws(FormatError) in
            if name == "__metadata__" {
                guard !hasMetadata else { throw parser.malformed("__metadata__ occurs twice") }
                hasMetadata = true
                try parser.object { parser, key throws(FormatError) in
                    guard parser.metadata[key] == nil else {
                        throw parser.malformed("the metadata \"\(key.prefix(80))\" occurs twice")
                    }
                    parser.metadata[key] = try parser.scanner.jsonText()
                }
            } else {
                guard names.insert(name).inserted else {
                    throw parser.malformed("the tensor \"\(name.prefix(80))\" occurs twice")
                }
                parser.entries.append(try parser.entry(named: name))
            }
        }
        try scanner.expectEnd()
    }

    private mutating func entry(named name: String) throws(FormatError) -> Entry {
        var entry = Entry(name: name)
        var seen: Set<String> = []
        try object { parser, field throws(FormatError) in
            guard seen.insert(field).inserted else {
                throw parser.malformed(
                    "tensor \"\(name.prefix(80))\" has the field \(field.prefix(80)) twice")
            }
            switch field {
            case "dtype": entry.type = try parser.scanner.jsonText()
            case "shape": entry.shape = try parser.numbers(atMost: 255)
            case "data_offsets":
                let offsets = try parser.numbers(atMost: 2)
                guard offsets.count == 2, offsets[0] <= offsets[1] else {
                    throw parser.malformed("tensor \"\(name.prefix(80))\" has the offsets \(offsets)")
                }
                (entry.begin, entry.end) = (offsets[0], offsets[1])
            default:
                throw parser.malformed(
                    "tensor \"\(name.prefix(80))\" has an unknown field \"\(field.prefix(80))\"")
            }
        }
        guard seen.count == 3 else {
            throw malformed("tensor \"\(name.prefix(80))\" lacks dtype, shape or data_offsets")
        }
        return entry
    }

    private mutating func object(
        _ member: (inout SafetensorsHeader, String) throws(FormatError) -> Void
    ) throws(FormatError) {
        try scanner.expect("{")
        if scanner.accept("}") { return }
        repeat {
            let name = try scanner.jsonText()
            try scanner.expect(":")
            try member(&self, name)
        } while scanner.accept(",")
        try scanner.expect("}")
    }

    private mutating func numbers(atMost limit: Int) throws(FormatError) -> [Int] {
        try scanner.expect("[")
        if scanner.accept("]") { return [] }
        var result: [Int] = []
        repeat {
            guard result.count < limit else { throw malformed("a list is longer than \(limit)") }
            result.append(try scanner.number())
        } while scanner.accept(",")
        try scanner.expect("]")
        return result
    }

    func malformed(_ what: String) -> FormatError { scanner.malformed(what) }
}
