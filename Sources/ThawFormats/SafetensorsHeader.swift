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

    private let file: String
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    /// Reads the header that takes up all of `bytes`.
    init(_ bytes: ArraySlice<UInt8>, file: String) throws(FormatError) {
        self.bytes = bytes
        self.file = file
        position = bytes.startIndex
        try parse()
    }

    private mutating func parse() throws(FormatError) {
        guard bytes.first == UInt8(ascii: "{") else { throw malformed("it does not begin with {") }
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
                    parser.metadata[key] = try parser.string()
                }
            } else {
                guard names.insert(name).inserted else {
                    throw parser.malformed("the tensor \"\(name.prefix(80))\" occurs twice")
                }
                parser.entries.append(try parser.entry(named: name))
            }
        }
        skipSpace()
        guard position == bytes.endIndex else { throw malformed("something follows its end") }
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
            case "dtype": entry.type = try parser.string()
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

    // MARK: JSON

    private mutating func object(
        _ member: (inout SafetensorsHeader, String) throws(FormatError) -> Void
    ) throws(FormatError) {
        try expect("{")
        if accept("}") { return }
        repeat {
            let name = try string()
            try expect(":")
            try member(&self, name)
        } while accept(",")
        try expect("}")
    }

    private mutating func numbers(atMost limit: Int) throws(FormatError) -> [Int] {
        try expect("[")
        if accept("]") { return [] }
        var result: [Int] = []
        repeat {
            guard result.count < limit else { throw malformed("a list is longer than \(limit)") }
            result.append(try number())
        } while accept(",")
        try expect("]")
        return result
    }

    /// A whole number of 0 or more.
    private mutating func number() throws(FormatError) -> Int {
        skipSpace()
        let start = position
        var value = 0
        while position < bytes.endIndex, (0x30...0x39).contains(bytes[position]) {
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int(bytes[position] - 0x30))
            guard !overflow, !carry else { throw malformed("a number is too large") }
            value = sum
            position += 1
        }
        let isPlain = position - start == 1 || position > start && bytes[start] != 0x30
        guard isPlain else { throw malformed("a whole number was expected at byte \(place)") }
        return value
    }

    private mutating func string() throws(FormatError) -> String {
        try expect("\"")
        var text: [UInt8] = []
        while position < bytes.endIndex {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let result = String(validating: text, as: UTF8.self) else {
                    throw malformed("a text is not valid UTF-8")
                }
                return result
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw malformed("a text holds a control character")
            default: text.append(byte)
            }
        }
        throw malformed("a text does not end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(FormatError) {
        guard position < bytes.endIndex else { throw malformed("a text does not end") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try codeUnit()
            if (0xD800..<0xDC00).contains(code) {
                guard bytes[position...].starts(with: [0x5C, 0x75]) else {
                    throw malformed("a surrogate stands alone")
                }
                position += 2
                let low = try codeUnit()
                guard (0xDC00..<0xE000).contains(low) else { throw malformed("a surrogate stands alone") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw malformed("a surrogate stands alone") }
            text += Array(String(Character(scalar)).utf8)
        default: throw malformed("a text holds an unknown escape")
        }
    }

    private mutating func codeUnit() throws(FormatError) -> UInt32 {
        guard bytes.endIndex - position >= 4 else { throw malformed("a text does not end") }
        var code: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw malformed("an escape is not hexadecimal")
            }
            code = code << 4 | UInt32(digit)
        }
        position += 4
        return code
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(FormatError) {
        guard accept(character) else { throw malformed("\(character) was expected at byte \(place)") }
    }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < bytes.endIndex, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private var place: Int { position - bytes.startIndex }

    func malformed(_ what: String) -> FormatError {
        FormatError(
            .malformed, file: file, what: "the header of this safetensors file is wrong: \(what)",
            remedy: "Get the file again")
    }
}
