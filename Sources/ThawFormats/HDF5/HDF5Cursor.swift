/// Reads little-endian numbers from a part of an HDF5 file, and never beyond its end.
struct HDF5Cursor {
    let source: HDF5Source
    /// An index into the bytes of the source.
    private(set) var position: Int
    let end: Int
    /// What errors call the part.
    let part: String

    init(source: HDF5Source, range: Range<Int>, part: String) {
        self.source = source
        position = range.lowerBound
        end = range.upperBound
        self.part = part
    }

    /// The number of bytes left.
    var count: Int { end - position }

    /// The place of the next `count` bytes, which are skipped.
    mutating func take(_ count: Int) throws(FormatError) -> Range<Int> {
        guard count >= 0, count <= end - position else {
            throw FormatError(
                .truncated, file: source.file, what: "\(part) of this HDF5 file ends too early",
                expected: "\(count) further bytes", got: "\(end - position)", remedy: "Get the file again")
        }
        position += count
        return position - count..<position
    }

    mutating func skip(_ count: Int) throws(FormatError) { _ = try take(count) }

    /// Skips to a multiple of 8 bytes behind `start`; the end is as good.
    mutating func align(from start: Int) {
        position = min(end, position + (8 - (position - start) % 8) % 8)
    }

    /// A reader of the next `count` bytes, which are skipped, with what pads them to a multiple of 8 bytes.
    mutating func part(_ count: Int, isPadded: Bool) throws(FormatError) -> HDF5Cursor {
        let range = try take(count)
        if isPadded { align(from: range.lowerBound) }
        return HDF5Cursor(source: source, range: range, part: part)
    }

    /// A number of 0 to 8 bytes.
    mutating func unsigned(_ count: Int) throws(FormatError) -> UInt64 {
        guard count <= 8 else { throw source.malformed("\(part) has a number of \(count) bytes") }
        let range = try take(count)
        var value: UInt64 = 0
        for index in range.reversed() { value = value << 8 | UInt64(source.bytes[index]) }
        return value
    }

    mutating func byte() throws(FormatError) -> UInt8 {
        source.bytes[try take(1).lowerBound]
    }

    /// A number of up to 8 bytes that is no larger than an `Int`.
    mutating func number(_ count: Int) throws(FormatError) -> Int {
        guard let value = Int(exactly: try unsigned(count)) else {
            throw source.malformed("\(part) has an absurd number")
        }
        return value
    }

    mutating func length() throws(FormatError) -> Int { try number(source.lengthSize) }

    /// A length whose largest value means that there is none.
    mutating func optionalLength() throws(FormatError) -> Int? {
        let value = try unsigned(source.lengthSize)
        if value == UInt64.max >> UInt64(64 - 8 * source.lengthSize) { return nil }
        guard let length = Int(exactly: value) else {
            throw source.malformed("\(part) has an absurd number")
        }
        return length
    }

    /// An address inside the file, or `nil` for the undefined one.
    mutating func address() throws(FormatError) -> Int? {
        let value = try unsigned(source.addressSize)
        if value == UInt64.max >> UInt64(64 - 8 * source.addressSize) { return nil }
        guard let address = Int(exactly: value), address <= source.bytes.count - source.base else {
            throw FormatError(
                .truncated, file: source.file, what: "\(part) of this HDF5 file points outside of it",
                expected: "an address below \(source.bytes.count)", got: "\(value)",
                remedy: "Get the file again")
        }
        return address
    }

    /// An address that must be there.
    mutating func requiredAddress() throws(FormatError) -> Int {
        guard let address = try address() else { throw source.malformed("\(part) lacks an address") }
        return address
    }

    mutating func expect(_ signature: String) throws(FormatError) {
        let range = try take(signature.utf8.count)
        guard source.bytes[range].elementsEqual(signature.utf8) else {
            throw source.malformed("\(part) does not begin with \(signature)")
        }
    }

    /// A version byte that must be one of those given.
    @discardableResult
    mutating func version(_ known: ClosedRange<UInt8>) throws(FormatError) -> UInt8 {
        let version = try byte()
        guard known.contains(version) else {
            throw source.unsupported(
                "\(part) of this HDF5 file has an unknown version",
                expected: "\(known.lowerBound) to \(known.upperBound)", got: "\(version)")
        }
        return version
    }

    /// A text of `count` bytes, up to the first zero byte.
    mutating func text(_ count: Int) throws(FormatError) -> String {
        let range = try take(count)
        return try source.text(range, part: part)
    }
}

extension HDF5Source {
    /// The text in a range, up to the first zero byte if there is one.
    func text(_ range: Range<Int>, part: String) throws(FormatError) -> String {
        let content = bytes[range].prefix { $0 != 0 }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw malformed("\(part) has a text that is not UTF-8")
        }
        return text
    }
}
