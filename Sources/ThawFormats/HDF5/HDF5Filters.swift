/// What was done to each chunk before it was stored, and how to undo it.
struct HDF5Filters {
    private struct Filter {
        var identifier: Int
        var values: [Int]
    }

    private var filters: [Filter] = []

    var isEmpty: Bool { filters.isEmpty }

    /// No filters.
    init() {}

    /// Reads a filter pipeline message, versions 1 and 2.
    init(_ cursor: inout HDF5Cursor) throws(FormatError) {
        let version = try cursor.version(1...2)
        let count = try cursor.number(1)
        if version == 1 { try cursor.skip(6) }
        guard count <= 32 else { throw cursor.source.malformed("a dataset has \(count) filters") }
        for _ in 0..<count {
            let identifier = try cursor.number(2)
            let nameLength = version == 1 || identifier >= 256 ? try cursor.number(2) : 0
            try cursor.skip(2)
            let valueCount = try cursor.number(2)
            try cursor.skip(version == 1 ? (nameLength + 7) / 8 * 8 : nameLength)
            var values: [Int] = []
            for _ in 0..<valueCount { values.append(try cursor.number(4)) }
            if version == 1, valueCount % 2 == 1 { try cursor.skip(4) }
            filters.append(Filter(identifier: identifier, values: values))
        }
    }

    /// The contents of a chunk.
    ///
    /// - Parameters:
    ///   - stored: the chunk as it is stored.
    ///   - mask: a bit for each filter that was left out.
    ///   - count: the bytes that the chunk has.
    ///   - source: the file.
    func undone(
        _ stored: ArraySlice<UInt8>, mask: UInt32, count: Int, _ source: HDF5Source
    ) throws(FormatError) -> ArraySlice<UInt8> {
        var bytes = stored
        for (place, filter) in filters.enumerated().reversed() where mask >> UInt32(place) & 1 == 0 {
            switch filter.identifier {
            case 1:
                // A checksum may have been added before.
                let limit = count + 4 * filters.prefix(place).count { $0.identifier == 3 }
                bytes = try Zlib.decompress(bytes, limit: limit, file: source.file)[...]
            case 2: bytes = try unshuffled(bytes, filter, source)
            case 3: bytes = try verified(bytes, source)
            default:
                let names = [4: "szip", 5: "n-bit", 6: "scale-offset", 32000: "lzf"]
                throw source.unsupported(
                    "a dataset in this HDF5 file went through an unknown filter",
                    expected: "gzip, shuffle or fletcher32",
                    got: names[filter.identifier] ?? "filter \(filter.identifier)")
            }
        }
        guard bytes.count == count else {
            throw source.malformed("a chunk of \(count) bytes has \(bytes.count)")
        }
        return bytes
    }

    /// Puts the bytes of elements together that were stored byte by byte: all first ones, all second ones,
    /// and so on.
    private func unshuffled(
        _ bytes: ArraySlice<UInt8>, _ filter: Filter, _ source: HDF5Source
    ) throws(FormatError) -> ArraySlice<UInt8> {
        guard let size = filter.values.first, size > 0 else {
            throw source.malformed("a dataset was shuffled by elements without a size")
        }
        let count = bytes.count / size
        if size == 1 || count <= 1 { return bytes }
        let result = [UInt8](unsafeUninitializedCapacity: bytes.count) { target, written in
            bytes.withUnsafeBufferPointer { shuffled in
                for byte in 0..<size {
                    for index in 0..<count { target[index * size + byte] = shuffled[byte * count + index] }
                }
                // What is left behind the last whole element was not moved.
                for index in count * size..<shuffled.count { target[index] = shuffled[index] }
            }
            written = bytes.count
        }
        return result[...]
    }

    private func verified(
        _ bytes: ArraySlice<UInt8>, _ source: HDF5Source
    ) throws(FormatError) -> ArraySlice<UInt8> {
        guard bytes.count >= 4 else { throw source.malformed("a chunk is shorter than its checksum") }
        let content = bytes.dropLast(4)
        let stored = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard !source.verifiesChecksums || HDF5Checksum.fletcher32(content) == stored else {
            throw FormatError(
                .checksumMismatch, file: source.file,
                what: "the checksum of a chunk does not match its contents", remedy: "Get the file again")
        }
        return content
    }
}
