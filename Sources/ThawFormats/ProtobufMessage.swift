/// Builds one message in Protocol Buffers' wire format: fields with a number and one of three encodings.
struct ProtobufMessage {
    private(set) var bytes: [UInt8] = []

    private enum WireType: UInt64 {
        case variable = 0
        case eightBytes = 1
        case lengthDelimited = 2
        case fourBytes = 5
    }

    /// Appends a whole number.
    mutating func add(_ field: UInt64, _ value: Int) {
        tag(field, .variable)
        variable(UInt64(bitPattern: Int64(value)))
    }

    /// Appends a double.
    mutating func add(_ field: UInt64, _ value: Double) {
        tag(field, .eightBytes)
        fixed(value.bitPattern)
    }

    /// Appends a float.
    mutating func add(_ field: UInt64, _ value: Float) {
        tag(field, .fourBytes)
        fixed(value.bitPattern)
    }

    /// Appends a text.
    mutating func add(_ field: UInt64, _ text: String) {
        lengthDelimited(field, Array(text.utf8))
    }

    /// Appends a message.
    mutating func add(_ field: UInt64, _ message: ProtobufMessage) {
        lengthDelimited(field, message.bytes)
    }

    /// Appends doubles in the packed form.
    mutating func add(_ field: UInt64, packed values: [Double]) {
        var packed = ProtobufMessage()
        for value in values { packed.fixed(value.bitPattern) }
        lengthDelimited(field, packed.bytes)
    }

    private mutating func lengthDelimited(_ field: UInt64, _ contents: [UInt8]) {
        tag(field, .lengthDelimited)
        variable(UInt64(contents.count))
        bytes += contents
    }

    private mutating func tag(_ field: UInt64, _ type: WireType) { variable(field << 3 | type.rawValue) }

    private mutating func variable(_ value: UInt64) {
        var rest = value
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func fixed(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }
}
