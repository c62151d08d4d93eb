public import Foundation

/// Reads TensorBoard's event files for tests, written from the format's description: checks every checksum.
public struct EventFileReader {
    /// One number or histogram.
    public struct Entry: Equatable {
        /// What it is called.
        public var name: String
        /// Its step.
        public var step = 0
        /// When it was measured, in seconds since 1970.
        public var time = 0.0
        /// The number; nil for a histogram.
        public var value: Float?
        /// Minimum, maximum, count, sum and sum of squares; nil for a number.
        public var histogram: [Double]?
        /// The right edges of a histogram's buckets.
        public var limits: [Double] = []
        /// How many numbers its buckets hold.
        public var counts: [Double] = []
    }

    /// What is wrong with a file.
    public struct Damage: Error {
        let what: String
    }

    /// The version that the first record names.
    public private(set) var version = ""
    /// The entries in their order.
    public private(set) var entries: [Entry] = []

    /// Reads all event files of a folder, in the order of their names.
    public static func entries(in folder: URL) throws -> [Entry] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().flatMap {
            try EventFileReader([UInt8](Data(contentsOf: folder.appendingPathComponent($0)))).entries
        }
    }

    /// Reads the bytes of a file.
    public init(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard rest.count >= 12 else { throw Damage(what: "a length is cut off") }
            let length = Int(Self.number(rest.prefix(8)))
            try Self.check(rest.prefix(8), Self.number(rest.dropFirst(8).prefix(4)))
            rest = rest.dropFirst(12)
            guard rest.count >= length + 4 else { throw Damage(what: "a record is cut off") }
            try Self.check(rest.prefix(length), Self.number(rest.dropFirst(length).prefix(4)))
            try event(rest.prefix(length))
            rest = rest.dropFirst(length + 4)
        }
    }

    private mutating func event(_ bytes: ArraySlice<UInt8>) throws {
        var found: [Entry] = []
        var (time, step) = (0.0, 0)
        for (field, value) in try Self.fields(bytes) {
            switch field {
            case 1: time = Double(bitPattern: Self.number(value))
            case 2: step = Int(truncatingIfNeeded: Self.number(value))
            case 3: version = String(decoding: value, as: UTF8.self)
            case 5: found += try Self.fields(value).map { try Self.entry($0.1) }
            default: throw Damage(what: "an event has a field \(field)")
            }
        }
        for index in found.indices { (found[index].step, found[index].time) = (step, time) }
        entries += found
    }

    private static func entry(_ bytes: ArraySlice<UInt8>) throws -> Entry {
        var entry = Entry(name: "")
        for (field, value) in try fields(bytes) {
            switch field {
            case 1: entry.name = String(decoding: value, as: UTF8.self)
            case 2: entry.value = Float(bitPattern: UInt32(number(value)))
            case 5:
                entry.histogram = []
                for (part, contents) in try fields(value) {
                    let numbers = stride(from: 0, to: contents.count, by: 8).map {
                        Double(bitPattern: number(contents.dropFirst($0).prefix(8)))
                    }
                    switch part {
                    case 1...5: entry.histogram? += numbers
                    case 6: entry.limits = numbers
                    default: entry.counts = numbers
                    }
                }
            default: throw Damage(what: "a value has a field \(field)")
            }
        }
        return entry
    }

    /// The fields of a message; a variable-length number is given as eight bytes.
    private static func fields(_ bytes: ArraySlice<UInt8>) throws -> [(Int, ArraySlice<UInt8>)] {
        var rest = bytes
        var result: [(Int, ArraySlice<UInt8>)] = []
        func variable() -> UInt64 {
            var (value, shift): (UInt64, UInt64) = (0, 0)
            while let byte = rest.popFirst() {
                value |= UInt64(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            return value
        }
        while !rest.isEmpty {
            let tag = variable()
            let count: Int
            switch tag & 7 {
            case 0:
                let value = variable()
                result.append(
                    (Int(tag >> 3), ArraySlice((0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })))
                continue
            case 1: count = 8
            case 2: count = Int(variable())
            case 5: count = 4
            default: throw Damage(what: "a field has the wire type \(tag & 7)")
            }
            guard rest.count >= count else { throw Damage(what: "a field is cut off") }
            result.append((Int(tag >> 3), rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return result
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func check(_ bytes: ArraySlice<UInt8>, _ stored: UInt64) throws {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
        }
        crc = ~crc
        guard (crc >> 15 | crc << 17) &+ 0xA282_EAD8 == UInt32(stored) else {
            throw Damage(what: "a checksum is wrong")
        }
    }
}
