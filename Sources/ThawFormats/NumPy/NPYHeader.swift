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
    private var scanner: TextScanner

    /// Reads the header that takes up all of `bytes`.
    init(_ bytes: ArraySlice<UInt8>, file: String) throws(FormatError) {
        self.file = file
        scanner = TextScanner(bytes, of: "the header of this .npy file", file: file)
        try parse()
    }

    private mutating func parse() throws(FormatError) {
        var seen: Set<String> = []
        try scanner.expect("{")
        while !scanner.accept("}") {
            let field = try scanner.plainText()
            guard seen.insert(field).inserted else {
                throw malformed("it has the field \(field.prefix(80)) twice")
            }
            try scanner.expect(":")
            switch field {
            case "descr": try type()
            case "fortran_order": isFortranOrder = try bool()
            case "shape": shape = try extents()
            default: throw malformed("it has an unknown field \"\(field.prefix(80))\"")
            }
            if !scanner.accept(",") {
                try scanner.expect("}")
                break
            }
        }
        guard seen.count == 3 else { throw malformed("it lacks descr, fortran_order or shape") }
        try scanner.expectEnd()
    }

    private mutating func type() throws(FormatError) {
        guard !scanner.accept("[") else {
            throw unsupported("a structured type", remedy: "Save each field as an array of its own")
        }
        let text = try scanner.plainText()
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
        try scanner.expect("(")
        var result: [Int] = []
        while !scanner.accept(")") {
            guard result.count < Self.largestRank else {
                throw malformed("its shape has more than \(Self.largestRank) axes")
            }
            result.append(try scanner.number())
            // Python 2 put an L behind whole numbers.
            _ = scanner.accept("L")
            if !scanner.accept(",") {
                // (3) is a number and no tuple, but () and (3,) are.
                guard result.count > 1 else { throw malformed("its shape is no tuple") }
                try scanner.expect(")")
                break
            }
        }
        return result
    }

    private mutating func bool() throws(FormatError) -> Bool {
        if scanner.accept(word: "True") { return true }
        if scanner.accept(word: "False") { return false }
        throw malformed("True or False was expected for fortran_order")
    }

    private func malformed(_ what: String) -> FormatError { scanner.malformed(what) }

    private func unsupported(_ what: String, remedy: String) -> FormatError {
        FormatError(
            .unsupported, file: file, what: "the array holds \(what), which is refused",
            expected: "bool, or whole or floating-point numbers", remedy: remedy)
    }
}
