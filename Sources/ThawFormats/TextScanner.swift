/// Reads the small texts in which files describe arrays: punctuation, whole numbers and texts in quotation marks.
///
/// Nothing is evaluated, and memory grows with the text only.
struct TextScanner {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    /// What errors call the text, for example "the header of this .npy file".
    private let subject: String
    private let file: String

    /// Starts at the front of `bytes`.
    init(_ bytes: ArraySlice<UInt8>, of subject: String, file: String) {
        self.bytes = bytes
        self.subject = subject
        self.file = file
        position = bytes.startIndex
    }

    /// Whether the next byte is this one; it is not skipped.
    func isNext(_ character: Unicode.Scalar) -> Bool {
        position < bytes.endIndex && bytes[position] == UInt8(ascii: character)
    }

    /// Skips a character, and spaces before it, or throws.
    mutating func expect(_ character: Unicode.Scalar) throws(FormatError) {
        guard accept(character) else { throw malformed("\(character) was expected at byte \(place)") }
    }

    /// Skips a character, and spaces before it, if it is there.
    mutating func accept(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard isNext(character) else { return false }
        position += 1
        return true
    }

    /// Skips a word, and spaces before it, if it is there.
    mutating func accept(word: String) -> Bool {
        skipSpace()
        guard bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    /// A whole number of 0 or more, without zeros in front.
    mutating func number() throws(FormatError) -> Int {
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
        guard position - start == 1 || position > start && bytes[start] != 0x30 else {
            throw malformed("a whole number was expected at byte \(place)")
        }
        return value
    }

    /// A text between single or double quotation marks, which holds no escapes.
    mutating func plainText() throws(FormatError) -> String {
        skipSpace()
        guard isNext("'") || isNext("\"") else { throw malformed("a text was expected at byte \(place)") }
        let quote = bytes[position]
        position += 1
        guard let end = bytes[position...].firstIndex(of: quote),
            let text = String(validating: bytes[position..<end], as: UTF8.self), !text.contains("\\")
        else { throw malformed("a text does not end, or holds an escape") }
        position = end + 1
        return text
    }

    /// A text of JSON.
    mutating func jsonText() throws(FormatError) -> String {
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

    /// Throws unless nothing but spaces is left.
    mutating func expectEnd() throws(FormatError) {
        skipSpace()
        guard position == bytes.endIndex else { throw malformed("something follows its end") }
    }

    /// The error that the text is wrong.
    func malformed(_ what: String) -> FormatError {
        FormatError(
            .malformed, file: file, what: "\(subject) is wrong: \(what)", remedy: "Get the file again")
    }

    private var place: Int { position - bytes.startIndex }

    private mutating func skipSpace() {
        while position < bytes.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    // MARK: Escapes

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
}
