/// The header of a .npy file: a Python dictionary of one fixed shape, read without evaluating it.
///
/// ```
/// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
/// ```
struct NPYHeader {
    /// As many axes as NumPy allows.
    static let largestRank = 64

    private(set) var elements = StoredElements.float32
    private(set) var isBigEndian = false
    private(set) var isFortranOrder = false
    private(set) var shape: [Int] = []

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
        var seen: Set<String> = []
        try expect("{")
        while !accept("}") {
            let field = try string()
            guard seen.insert(field).inserted else {
                throw malformed("it has the field \(field.prefix(80)) twice")
            }
            try expect(":")
            switch field {
            case "descr": try type()
            case "fortran_order": isFortranOrder = try bool()
            case "shape": shape = try extents()
            default: throw malformed("it has an unknown field \"\(field.prefix(80))\"")
            }
            if !accept(",") {
                try expect("}")
                break
            }
        }
        guard seen.count == 3 else { throw malformed("it lacks descr, fortran_order or shape") }
        skipSpace()
        guard position == bytes.endIndex else { throw malformed("something follows its end") }
    }

    private mutating func type() throws(FormatError) {
        guard !accept("[") else {
            throw unsupported("a structured type", remedy: "Save each field as an array of its own")
        }
        let text = try string()
        let code = text.first.map { "<>|=".contains($0) } == true ? String(text.dropFirst()) : text
        isBigEndian = text.hasPrefix(">")
        switch code {
        case "b1", "?": elements = .bool
        case "u1": elements = .uint8
        case "i1": elements = .int8
        case "u2": elements = .uint16
        case "i2": elements = .int16
        case "u4": elements = .uint32
        case "i4": elements = .int32
        case "u8": elements = .uint64
        case "i8": elements = .int64
        case "f2": elements = .float16
        case "f4": elements = .float32
        case "f8": elements = .float64
        default:
            switch code.first {
            case "O":
                throw unsupported(
                    "objects, a pickle that would execute code", remedy: "Save an array of numbers")
            case "c":
                throw unsupported("complex numbers (\(text.prefix(20)))", remedy: "Save .real and .imag")
            case "U", "S", "a":
                throw unsupported("texts (\(text.prefix(20)))", remedy: "Save an array of numbers")
            default:
                throw unsupported(
                    "the type \"\(text.prefix(20))\"", remedy: "Use astype('float32') before saving")
            }
        }
    }

    private mutating func extents() throws(FormatError) -> [Int] {
        try expect("(")
        var result: [Int] = []
        while !accept(")") {
            guard result.count < Self.largestRank else {
                throw malformed("its shape has more than \(Self.largestRank) axes")
            }
            result.append(try number())
            if !accept(",") {
                // (3) is a number and no tuple, but () and (3,) are.
                guard result.count > 1 else { throw malformed("its shape is no tuple") }
                try expect(")")
                break
            }
        }
        return result
    }

    /// A whole number of 0 or more; Python 2 put an L behind it.
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
        guard position > start else { throw malformed("a whole number was expected at byte \(place)") }
        _ = accept("L")
        return value
    }

    private mutating func bool() throws(FormatError) -> Bool {
        skipSpace()
        for (word, value) in [("True", true), ("False", false)]
        where bytes[position...].starts(with: word.utf8) {
            position += word.utf8.count
            return value
        }
        throw malformed("True or False was expected at byte \(place)")
    }

    /// A text between quotes. Escapes occur only in field names of structured types.
    private mutating func string() throws(FormatError) -> String {
        skipSpace()
        guard position < bytes.endIndex, bytes[position] == 0x27 || bytes[position] == 0x22 else {
            throw malformed("a text was expected at byte \(place)")
        }
        let quote = bytes[position]
        position += 1
        guard let end = bytes[position...].firstIndex(of: quote),
            let text = String(validating: bytes[position..<end], as: UTF8.self), !text.contains("\\")
        else { throw malformed("a text does not end, or holds an escape") }
        position = end + 1
        return text
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

    private func malformed(_ what: String) -> FormatError {
        FormatError(
            .malformed, file: file, what: "the header of this .npy file is wrong: \(what)",
            remedy: "Get the file again")
    }

    private func unsupported(_ what: String, remedy: String) -> FormatError {
        FormatError(
            .unsupported, file: file, what: "the array holds \(what), which is refused",
            expected: "bool, or whole or floating-point numbers", remedy: remedy)
    }
}
