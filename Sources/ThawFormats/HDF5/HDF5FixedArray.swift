/// The list of chunks of a dataset that cannot grow.
enum HDF5FixedArray {
    /// Calls `body` with the number and the place of each entry, but not for those on pages that were never
    /// written.
    static func read(
        _ source: HDF5Source, at address: Int, _ body: (Int, Range<Int>) throws(FormatError) -> Void
    ) throws(FormatError) {
        let count = 12 + source.lengthSize + source.addressSize
        var header = try source.cursor(at: address, count: count, of: "a list of chunks")
        let start = header.position
        try header.expect("FAHD")
        try header.version(0...0)
        let client = try header.byte()
        let entrySize = try header.number(1)
        let pageBits = try header.number(1)
        let total = try header.length()
        let block = try header.address()
        try source.verifyChecksum(start..<header.position, of: header.part)
        guard let block else { return }
        guard entrySize > 0, pageBits < 32, total <= source.bytes.count / entrySize else {
            throw source.malformed("a list of \(total) chunks does not fit into the file")
        }

        var cursor = try source.cursor(from: block, of: "a list of chunks")
        let blockStart = cursor.position
        try cursor.expect("FADB")
        try cursor.version(0...0)
        guard try cursor.byte() == client, try cursor.requiredAddress() == address else {
            throw source.malformed("a list of chunks belongs to another dataset")
        }
        let pageLength = 1 << pageBits
        let isPaged = total > pageLength
        let pageCount = isPaged ? (total - 1) / pageLength + 1 : 0
        let flags = try cursor.take((pageCount + 7) / 8)
        try source.charge(32 + flags.count + total * entrySize)
        if !isPaged {
            let entries = try cursor.take(total * entrySize)
            try source.verifyChecksum(blockStart..<cursor.position, of: cursor.part)
            for number in 0..<total {
                let place = entries.lowerBound + number * entrySize
                try body(number, place..<place + entrySize)
            }
            return
        }
        try source.verifyChecksum(blockStart..<cursor.position, of: cursor.part)
        try cursor.skip(4)
        for page in 0..<pageCount {
            let first = page * pageLength
            let length = min(pageLength, total - first)
            let entries = try cursor.take(length * entrySize)
            try cursor.skip(4)
            guard source.bytes[flags.lowerBound + page / 8] & (0x80 >> UInt8(page % 8)) != 0 else { continue }
            try source.verifyChecksum(entries, of: cursor.part)
            for number in 0..<length {
                let place = entries.lowerBound + number * entrySize
                try body(first + number, place..<place + entrySize)
            }
        }
    }
}
