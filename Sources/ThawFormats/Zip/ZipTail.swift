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

    /// Throws `malformed` when the end of the archive claims more entries than the archive can hold, or has so many last records
    /// that trying them all would take forever.
    static func check(_ archive: StoredBytes, file: String) throws(FormatError) {
        // libzip takes an empty file for an empty archive.
        guard archive.count >= shortest else {
            throw FormatError(
                try archive.bytes(0..<min(2, archive.count)) == [0x50, 0x4B] ? .truncated : .malformed,
                file: file,
                what: "this is too short for a zip archive", expected: "at least \(shortest) bytes",
                got: "\(archive.count)")
        }
        let start = max(0, archive.count - longest)
        let tail = try archive.bytes(start..<archive.count)
        var places: [Int] = []
        var records = 0
        tail.withUnsafeBufferPointer { bytes in
            for place in 0..<bytes.count - 3
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
            guard let claimed = number(tail, at: place + 8).flatMap({ Int(exactly: $0) }),
                claimed <= archive.count - 56
            else { continue }
            let record = try archive.bytes(claimed..<claimed + 56)
            guard record.starts(with: [0x50, 0x4B, 6, 6]) else { continue }
            for field in [24, 32] {
                let count = number(record, at: field) ?? 0
                guard count <= UInt64(archive.count / directoryEntry) else {
                    throw FormatError(
                        .malformed, file: file, what: "the zip archive claims more entries than it can hold",
                        expected: "at most \(archive.count / directoryEntry)", got: "\(count)",
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
