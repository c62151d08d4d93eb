/// Reads one pickle (PEP 307, 3154 and 574; protocols 2 to 5) that holds tensors and containers, and executes nothing.
///
/// Python's own reader imports and calls whatever a pickle names. This one knows the names in ``PickleGlobal`` and builds what
/// they would give. Anything else is an object that stays shut: it is called by its name, and what is done with it does nothing.
/// Names that only an attack has are an error.
struct PickleReader {
    /// More values than any checkpoint has; each takes some memory that the file does not.
    static let largestCount = 1 << 21

    let file: String
    let bytes: [UInt8]
    /// Where the next operation is; after ``read()``, where the pickle ended.
    private(set) var position: Int

    /// What lists, tuples and dictionaries hold, by number.
    var containers: [[PickleValue]] = []
    var storages: [TorchStorage] = []
    var views: [TorchView] = []

    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private var spent = 0

    /// A reader of the pickle that begins at `start`.
    init(_ bytes: [UInt8], start: Int = 0, file: String) {
        self.bytes = bytes
        self.file = file
        position = start
    }

    /// Reads up to the end of the pickle and returns what it stands for.
    mutating func read() throws(FormatError) -> PickleValue {
        while true {
            let place = position
            let code = try byte()
            if code == UInt8(ascii: ".") { return try pop() }
            guard try step(code) else {
                let hexadecimal = String(code, radix: 16)
                throw unsupported(
                    "the operation \(hexadecimal) at byte \(place) of the pickle is not one that tensors need"
                )
            }
        }
    }

    /// Accounts for values that the file does not hold by itself.
    mutating func spend(_ count: Int) throws(FormatError) {
        spent += count
        guard spent <= Self.largestCount else {
            throw FormatError(
                .tooLarge, file: file, what: "the pickle holds too many values",
                expected: "at most \(Self.largestCount)",
                remedy: "Save only the state_dict: torch.save(model.state_dict(), path)")
        }
    }

    // MARK: Operations

    private mutating func step(_ code: UInt8) throws(FormatError) -> Bool {
        switch code {
        case 0x80:  // PROTO
            let version = try byte()
            guard (2...5).contains(version) else {
                throw unsupported("the pickle is of protocol \(version), not 2 to 5")
            }
        case 0x95: _ = try count(width: 8)  // FRAME
        case UInt8(ascii: "("): marks.append(stack.count)
        case UInt8(ascii: "0"): _ = try pop()
        case UInt8(ascii: "1"): _ = try popToMark()
        case UInt8(ascii: "N"): try push(.none)
        case 0x88: try push(.bool(true))
        case 0x89: try push(.bool(false))
        default: return try stepNumber(code)
        }
        return true
    }

    private mutating func stepNumber(_ code: UInt8) throws(FormatError) -> Bool {
        switch code {
        case UInt8(ascii: "J"): try push(.integer(Int(Int32(truncatingIfNeeded: try unsigned(4)))))
        case UInt8(ascii: "K"): try push(.integer(Int(try unsigned(1))))
        case UInt8(ascii: "M"): try push(.integer(Int(try unsigned(2))))
        case 0x8A: try pushLong(try count(width: 1))
        case 0x8B: try pushLong(try count(width: 4))
        case UInt8(ascii: "G"): try push(.number(Double(bitPattern: try unsigned(8).byteSwapped)))
        case UInt8(ascii: "C"): try push(.bytes(Array(try text(width: 1))))
        case UInt8(ascii: "B"): try push(.bytes(Array(try text(width: 4))))
        case 0x8E, 0x96: try push(.bytes(Array(try text(width: 8))))
        case 0x8C: try pushText(try text(width: 1))
        case UInt8(ascii: "X"): try pushText(try text(width: 4))
        case 0x8D: try pushText(try text(width: 8))
        // What Python 2 calls str may be either.
        case UInt8(ascii: "U"): try pushBytes(try text(width: 1))
        case UInt8(ascii: "T"): try pushBytes(try text(width: 4))
        default: return try stepContainer(code)
        }
        return true
    }

    private mutating func stepContainer(_ code: UInt8) throws(FormatError) -> Bool {
        switch code {
        case UInt8(ascii: "]"), 0x8F: try push(.list(place([])))  // a set is a list here
        case UInt8(ascii: "l"), 0x91: try push(.list(place(try popToMark())))
        case UInt8(ascii: "a"): try extend([try pop()], by: 1)
        case UInt8(ascii: "e"), 0x90: try extend(try popToMark(), by: 1)
        case UInt8(ascii: ")"): try push(.tuple(place([])))
        case UInt8(ascii: "t"): try push(.tuple(place(try popToMark())))
        case 0x85, 0x86, 0x87: try push(.tuple(place(try pop(Int(code) - 0x84))))
        case UInt8(ascii: "}"): try push(.dictionary(place([])))
        case UInt8(ascii: "d"):
            let items = try popToMark()
            try push(.dictionary(place([])))
            try extend(items, by: 2)
        case UInt8(ascii: "s"): try extend(try pop(2), by: 2)
        case UInt8(ascii: "u"): try extend(try popToMark(), by: 2)
        default: return try stepMemory(code)
        }
        return true
    }

    private mutating func stepMemory(_ code: UInt8) throws(FormatError) -> Bool {
        switch code {
        case UInt8(ascii: "q"): memo[Int(try unsigned(1))] = try top()
        case UInt8(ascii: "r"): memo[Int(try unsigned(4))] = try top()
        case 0x94: memo[memo.count] = try top()
        case UInt8(ascii: "h"): try pushMemo(try unsigned(1))
        case UInt8(ascii: "j"): try pushMemo(try unsigned(4))
        case UInt8(ascii: "c"): try pushGlobal(module: try line(), name: try line())
        case 0x93:
            let names = try pop(2)
            guard case .string(let module) = names[0], case .string(let name) = names[1] else {
                throw malformed("a name is no text")
            }
            try pushGlobal(module: module, name: name)
        case UInt8(ascii: "i"):
            let (module, name) = (try line(), try line())
            throw refused("\(module).\(name)")
        case UInt8(ascii: "R"), 0x81: try push(try call(pop(2)))
        case 0x92: try push(try call(Array(pop(3).prefix(2))))  // NEWOBJ_EX, with named arguments
        case UInt8(ascii: "b"): try build()
        case UInt8(ascii: "Q"): try push(try persistent(try pop()))
        default: return false
        }
        return true
    }

    // MARK: The stack

    mutating func push(_ value: PickleValue) throws(FormatError) {
        try spend(1)
        stack.append(value)
    }

    func top() throws(FormatError) -> PickleValue {
        guard let value = stack.last, stack.count > marks.last ?? 0 else {
            throw malformed("its stack is empty")
        }
        return value
    }

    mutating func pop() throws(FormatError) -> PickleValue {
        let value = try top()
        stack.removeLast()
        return value
    }

    private mutating func pop(_ count: Int) throws(FormatError) -> [PickleValue] {
        guard stack.count - (marks.last ?? 0) >= count else { throw malformed("its stack is empty") }
        let values = Array(stack.suffix(count))
        stack.removeLast(count)
        return values
    }

    private mutating func popToMark() throws(FormatError) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw malformed("a mark is missing") }
        let values = Array(stack[mark...])
        stack.removeSubrange(mark...)
        return values
    }

    mutating func place(_ items: [PickleValue]) -> Int {
        containers.append(items)
        return containers.count - 1
    }

    /// Adds to the list (by 1) or dictionary (by 2) that is on top of the stack.
    private mutating func extend(_ items: [PickleValue], by step: Int) throws(FormatError) {
        switch try top() {
        case .list(let index) where step == 1: containers[index] += items
        case .dictionary(let index) where step == 2 && items.count % 2 == 0: containers[index] += items
        case .object: return
        case let other: throw malformed("something is put into \(other.kind)")
        }
    }

    private mutating func pushMemo(_ key: UInt64) throws(FormatError) {
        guard let value = memo[Int(key)] else {
            throw malformed("it refers to the value \(key), which is not there")
        }
        try push(value)
    }

    private mutating func pushGlobal(module: String, name: String) throws(FormatError) {
        if let global = PickleGlobal(module: module, name: name) { return try push(.global(global)) }
        let called = "\(module).\(name)"
        guard !PickleGlobal.isAttack(module: module, name: name) else { throw refused(called) }
        try push(.object(String(called.prefix(200))))
    }

    private mutating func pushLong(_ count: Int) throws(FormatError) {
        let digits = try take(count)
        guard count > 8 else {
            let isNegative = digits.last.map { $0 >= 0x80 } ?? false
            let value = digits.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
            return try push(.integer(value))
        }
        try push(.largeInteger(Array(digits)))
    }

    private mutating func pushText(_ bytes: ArraySlice<UInt8>) throws(FormatError) {
        // Python writes lone surrogates as if they were characters; a name never holds one.
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw malformed("a text is not valid UTF-8")
        }
        try push(.string(text))
    }

    private mutating func pushBytes(_ bytes: ArraySlice<UInt8>) throws(FormatError) {
        try push(String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(Array(bytes)))
    }

    // MARK: Bytes

    private mutating func take(_ count: Int) throws(FormatError) -> ArraySlice<UInt8> {
        guard count <= bytes.count - position else {
            throw FormatError(
                .truncated, file: file, what: "the pickle ends too early",
                expected: "\(count) bytes from byte \(position)", got: "\(bytes.count - position)",
                remedy: "Get the file again")
        }
        position += count
        return bytes[position - count..<position]
    }

    private mutating func byte() throws(FormatError) -> UInt8 {
        let part = try take(1)
        return part[part.startIndex]
    }

    private mutating func unsigned(_ width: Int) throws(FormatError) -> UInt64 {
        try take(width).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A length that what is left can hold.
    private mutating func count(width: Int) throws(FormatError) -> Int {
        let value = try unsigned(width)
        guard value <= UInt64(bytes.count - position) else {
            throw FormatError(
                .truncated, file: file, what: "a length in the pickle leaves the file",
                expected: "at most \(bytes.count - position) bytes", got: "\(value)",
                remedy: "Get the file again")
        }
        return Int(value)
    }

    private mutating func text(width: Int) throws(FormatError) -> ArraySlice<UInt8> {
        try take(try count(width: width))
    }

    private mutating func line() throws(FormatError) -> String {
        let part = bytes[position..<min(position + 1024, bytes.count)]
        guard let end = part.firstIndex(of: 0x0A), let text = String(validating: part[..<end], as: UTF8.self)
        else {
            throw malformed("a name does not end")
        }
        position = end + 1
        return text
    }
}
