/// What is checked before libzip sees an archive: that its last records do not make it allocate or search without bounds.
enum ZipTail {
    /// The least that an entry takes in the directory.
    private static let directoryEntry = 46
    /// The last record alone.
    private static let shortest = 22
    /// The last record, with the longest comment, and the locator of the 64-bit record before it.
    private static let longest = shortest + 0xFFFF + 20
    /// libzip tries every place that looks like the last record, and may read a whole directory for each. An archive that
    /// is stored in another one has a record of its own.
    private static let mostRecords = 2

    /// Throws `malformed` when the end of `bytes` claims more entries than the archive can hold, or has so many last records
    /// that trying them all would take forever.
    static func check(_ bytes: [UInt8], file: String) throws(FormatError) {
        // libzip takes an empty file for an empty archive.
        guard bytes.count >= shortest else {
            throw FormatError(
                bytes.starts(with: [0x50, 0x4B]) ? .truncated : .malformed, file: file,
                what: "this is too short for a zip archive", expected: "at least \(shortest) bytes",
                got: "\(bytes.count)")
        }
        var places: [Int] = []
        var records = 0
        bytes.withUnsafeBufferPointer { bytes in
            for place in stride(from: max(0, bytes.count - longest), to: bytes.count - 3, by: 1)
            where bytes[place] == 0x50 && bytes[place + 1] == 0x4B {
                if bytes[place + 2] == 5, bytes[place + 3] == 6 { records += 1 }
                if bytes[place + 2] == 6, bytes[place + 3] == 7 { places.append(place) }
            }
        }
        guard records <= mostRecords, places.count <= mostRecords else {
            throw FormatError(
                .malformed, file: file, what: "the zip archive has more than one end",
                remedy: "Get the file again")
        }
        for place in places {
            // The locator names the place of the 64-bit record, which holds the count twice.
            guard let record = number(bytes, at: place + 8).flatMap({ Int(exactly: $0) }),
                record <= bytes.count - 56, bytes[record..<record + 4].elementsEqual([0x50, 0x4B, 6, 6])
            else { continue }
            for field in [24, 32] {
                let count = number(bytes, at: record + field) ?? 0
                guard count <= UInt64(bytes.count / directoryEntry) else {
                    throw FormatError(
                        .malformed, file: file, what: "the zip archive claims more entries than it can hold",
                        expected: "at most \(bytes.count / directoryEntry)", got: "\(count)",
                        remedy: "Do not trust this file")
                }
            }
        }
    }

    private static func number(_ bytes: [UInt8], at place: Int) -> UInt64? {
        guard place <= bytes.count - 8 else { return nil }
        return bytes[place..<place + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
