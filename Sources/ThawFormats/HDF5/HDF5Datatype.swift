/// How elements lie in the file.
struct HDF5Datatype: Equatable {
    enum Text: Equatable {
        /// Up to the first zero byte.
        case zeroTerminated
        /// Without zeros at its end.
        case zeroPadded
        /// Without spaces at its end.
        case spacePadded
        /// In the global heap.
        case variable
    }

    var element: HDF5ElementType
    /// The bytes that one element takes; at least 1.
    var byteCount: Int
    var isBigEndian = false
    var text: Text?

    init(_ cursor: inout HDF5Cursor) throws(FormatError) {
        self = try Self.read(&cursor, depth: 0)
    }

    private init(_ element: HDF5ElementType, _ byteCount: Int, isBigEndian: Bool = false, text: Text? = nil) {
        self.element = element
        self.byteCount = byteCount
        self.isBigEndian = isBigEndian
        self.text = text
    }

    private static func read(_ cursor: inout HDF5Cursor, depth: Int) throws(FormatError) -> HDF5Datatype {
        let first = try cursor.byte()
        let version = first >> 4
        let bits = try cursor.number(3)
        let byteCount = try cursor.number(4)
        guard (1...5).contains(version) else {
            throw cursor.source.unsupported(
                "an element type in this HDF5 file has an unknown version", expected: "1 to 5",
                got: "\(version)")
        }
        guard byteCount > 0 else { throw cursor.source.malformed("an element type has no size") }
        switch first & 15 {
        case 0: return try wholeNumber(&cursor, bits, byteCount)
        case 1: return try floatingPoint(&cursor, bits, byteCount)
        case 3:
            let kinds: [Text] = [.zeroTerminated, .zeroPadded, .spacePadded]
            guard bits & 15 < kinds.count else {
                throw cursor.source.malformed("a text is padded in an unknown way")
            }
            return HDF5Datatype(.text, byteCount, text: kinds[bits & 15])
        case 5: return HDF5Datatype(.opaque(byteCount: byteCount), byteCount)
        case 8 where depth == 0: return try enumeration(&cursor, bits, byteCount, version)
        case 9 where bits & 15 == 1:
            guard byteCount == 8 + cursor.source.addressSize else {
                throw cursor.source.malformed("a text of variable length takes \(byteCount) bytes")
            }
            return HDF5Datatype(.text, byteCount, text: .variable)
        case let kind:
            let names = [
                2: "points in time", 4: "bit fields", 6: "compounds (complex numbers are such)",
                7: "references", 8: "enumerations", 9: "lists of variable length", 10: "arrays",
                11: "complex numbers",
            ]
            return HDF5Datatype(.other(names[Int(kind)] ?? "elements of the unknown kind \(kind)"), byteCount)
        }
    }

    private static func wholeNumber(
        _ cursor: inout HDF5Cursor, _ bits: Int, _ byteCount: Int
    ) throws(FormatError) -> HDF5Datatype {
        let offset = try cursor.number(2)
        let precision = try cursor.number(2)
        let isSigned = bits & 8 != 0
        let types: [Int: (HDF5ElementType, HDF5ElementType)] = [
            1: (.uint8, .int8), 2: (.uint16, .int16), 4: (.uint32, .int32), 8: (.uint64, .int64),
        ]
        guard let pair = types[byteCount], offset == 0, precision == 8 * byteCount else {
            let what = "whole numbers of \(precision) bits in \(byteCount) bytes"
            return HDF5Datatype(.other(what), byteCount)
        }
        return HDF5Datatype(isSigned ? pair.1 : pair.0, byteCount, isBigEndian: bits & 1 != 0)
    }

    private static func floatingPoint(
        _ cursor: inout HDF5Cursor, _ bits: Int, _ byteCount: Int
    ) throws(FormatError) -> HDF5Datatype {
        let offset = try cursor.number(2)
        let precision = try cursor.number(2)
        var fields: [Int] = [byteCount, offset, precision, bits >> 8 & 0xFF]
        // Place and size of the exponent, then of the mantissa.
        for _ in 0..<4 { fields.append(try cursor.number(1)) }
        fields.append(try cursor.number(4))
        let known: [(HDF5ElementType, [Int])] = [
            (.float16, [2, 0, 16, 15, 10, 5, 0, 10, 15]), (.bfloat16, [2, 0, 16, 15, 7, 8, 0, 7, 127]),
            (.float32, [4, 0, 32, 31, 23, 8, 0, 23, 127]), (.float64, [8, 0, 64, 63, 52, 11, 0, 52, 1023]),
        ]
        // The normalisation 2: the leading one is not stored. Bit 6 would be the order of a VAX.
        guard bits >> 4 & 3 == 2, bits & 0x40 == 0, let type = known.first(where: { $0.1 == fields }) else {
            let what = "floating-point numbers of \(precision) bits in \(byteCount) bytes, not of IEEE 754"
            return HDF5Datatype(.other(what), byteCount)
        }
        return HDF5Datatype(type.0, byteCount, isBigEndian: bits & 1 != 0)
    }

    /// h5py's bool is an enumeration of one byte with the members FALSE = 0 and TRUE = 1.
    private static func enumeration(
        _ cursor: inout HDF5Cursor, _ bits: Int, _ byteCount: Int, _ version: UInt8
    ) throws(FormatError) -> HDF5Datatype {
        let base = try read(&cursor, depth: 1)
        let isByte = base.element == .int8 || base.element == .uint8
        guard isByte, byteCount == 1, bits & 0xFFFF == 2 else {
            return HDF5Datatype(.other("enumerations"), byteCount)
        }
        var names: [String] = []
        for _ in 0..<2 {
            let start = cursor.position
            var name: [UInt8] = []
            while case let byte = try cursor.byte(), byte != 0 { name.append(byte) }
            if version < 3 { cursor.align(from: start) }
            names.append(String(decoding: name, as: UTF8.self))
        }
        let values = (try cursor.byte(), try cursor.byte())
        let isBool = names == ["FALSE", "TRUE"] && values == (0, 1)
        return HDF5Datatype(isBool ? .bool : .other("enumerations"), 1)
    }
}
