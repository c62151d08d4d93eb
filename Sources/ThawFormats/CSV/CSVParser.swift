/// Splits a text into rows of fields, without copying it.
struct CSVParser {
    /// Where a field lies, without its quotation marks and the blanks around it.
    struct Field {
        var range: Range<Int>
        var isQuoted: Bool
        /// The line on which it begins, from 1.
        var line: Int
    }

    let file: String
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    /// The line on which the row that was read last begins, from 1.
    private(set) var rowLine = 1

    private static let comma = UInt8(ascii: ","), quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")

    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
        // Windows puts a byte-order mark in front of UTF-8.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// Reads a row; false at the end.
    mutating func nextRow(into fields: inout [Field]) throws(FormatError) -> Bool {
        fields.removeAll(keepingCapacity: true)
        if isRestBlank() { return false }
        rowLine = line
        while true {
            fields.append(try field(number: fields.count + 1))
            guard position < bytes.count else { return true }
            let byte = bytes[position]
            position += 1
            if byte == Self.comma { continue }
            // A field ends before a comma, the end of a line or the end of the text.
            if byte == Self.carriageReturn { position += 1 }
            line += 1
            return true
        }
    }

    private mutating func field(number: Int) throws(FormatError) -> Field {
        skipBlanks()
        if position < bytes.count, bytes[position] == Self.quote { return try quotedField(number: number) }
        let start = position
        while position < bytes.count, bytes[position] != Self.comma, !isAtEndOfLine {
            let byte = bytes[position]
            guard byte != Self.quote, byte != 0, byte != Self.carriageReturn else {
                throw malformed(
                    number, byte == Self.quote ? "a quotation mark inside a field" : "a byte of \(byte)")
            }
            position += 1
        }
        var end = position
        while end > start, Self.isBlank(bytes[end - 1]) { end -= 1 }
        return Field(range: start..<end, isQuoted: false, line: line)
    }

    private mutating func quotedField(number: Int) throws(FormatError) -> Field {
        let first = line
        position += 1
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == Self.lineFeed { line += 1 }
            guard byte == Self.quote else { continue }
            // Two of them stand for one.
            if position < bytes.count, bytes[position] == Self.quote {
                position += 1
                continue
            }
            let field = Field(range: start..<position - 1, isQuoted: true, line: first)
            skipBlanks()
            guard position == bytes.count || bytes[position] == Self.comma || isAtEndOfLine else {
                throw malformed(number, "something behind a closing quotation mark")
            }
            return field
        }
        throw FormatError(
            .truncated, file: file,
            what: "line \(first), column \(number) opens a quotation mark that is never closed",
            remedy: "Close it, or get the file again")
    }

    private var isAtEndOfLine: Bool {
        bytes[position] == Self.lineFeed
            || bytes[position] == Self.carriageReturn && position + 1 < bytes.count
                && bytes[position + 1] == Self.lineFeed
    }

    /// Whether nothing but empty lines follows.
    private func isRestBlank() -> Bool {
        var place = position
        while place < bytes.count {
            let byte = bytes[place]
            guard Self.isBlank(byte) || byte == Self.lineFeed || byte == Self.carriageReturn else {
                return false
            }
            place += 1
        }
        return true
    }

    private mutating func skipBlanks() {
        while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == 9 }

    private func malformed(_ column: Int, _ what: String) -> FormatError {
        FormatError(
            .malformed, file: file, what: "line \(line), column \(column) holds \(what)",
            expected: "numbers with commas between them, or fields in quotation marks",
            remedy: "Check that this is a CSV file")
    }

    // MARK: - Contents

    /// The text of a field.
    func text(_ field: Field) -> String {
        let text = String(decoding: bytes[field.range], as: UTF8.self)
        guard field.isQuoted else { return text }
        var result = ""
        var isSecond = false
        for character in text.unicodeScalars {
            isSecond = character == "\"" && !isSecond
            if !isSecond { result.unicodeScalars.append(character) }
        }
        return result
    }

    /// The number that a field holds; nil if it is none, or larger than float64 can be.
    func number(_ field: Field) -> Double? {
        bytes.withUnsafeBufferPointer { bytes in
            var text = UnsafeBufferPointer(rebasing: bytes[field.range])
            // Blanks inside quotation marks.
            while let first = text.first, Self.isBlank(first) { text = .init(rebasing: text.dropFirst()) }
            while let last = text.last, Self.isBlank(last) { text = .init(rebasing: text.dropLast()) }
            return DecimalNumber.parse(text)
        }
    }
}
