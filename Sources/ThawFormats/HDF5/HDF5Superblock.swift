/// The start of an HDF5 file, versions 0 to 3: the sizes of numbers, and where the root group is.
enum HDF5Superblock {
    static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

    /// Where the superblock begins: at the start, or after a block of the user's of 512 bytes or a power of
    /// two times as many.
    static func place(_ bytes: [UInt8]) -> Int? {
        var place = 0
        while place <= bytes.count - signature.count {
            if bytes[place...].starts(with: signature) { return place }
            place = place == 0 ? 512 : place * 2
        }
        return nil
    }

    /// Reads the superblock into `source` and gives the address of the root group's header.
    static func read(_ source: HDF5Source) throws(FormatError) -> Int {
        guard let place = place(source.bytes) else {
            throw FormatError(
                .malformed, file: source.file, what: "this is not an HDF5 file",
                expected: "the bytes 89 48 44 46 0d 0a 1a 0a at the start",
                got: source.bytes.isEmpty ? "an empty file" : "other bytes",
                remedy: "Check that this is an HDF5 file")
        }
        let range = place..<source.bytes.count
        var cursor = HDF5Cursor(source: source, range: range, part: "the superblock")
        try cursor.skip(signature.count)
        let version = try cursor.version(0...3)
        source.base = place
        return version < 2 ? try readOld(&cursor, version) : try readNew(&cursor, from: place)
    }

    private static func readOld(
        _ cursor: inout HDF5Cursor, _ version: UInt8
    ) throws(FormatError) -> Int {
        // The versions of free space, root entry and shared messages, all 0, with a reserved byte.
        try cursor.skip(4)
        try readSizes(&cursor)
        // A reserved byte, the shapes of B-trees, flags.
        try cursor.skip(1 + 4 + 4 + (version == 1 ? 4 : 0))
        try readAddresses(&cursor)
        // The driver's block, then the root's entry: its name's place, then its header.
        _ = try cursor.address()
        _ = try cursor.length()
        return try cursor.requiredAddress()
    }

    private static func readNew(_ cursor: inout HDF5Cursor, from start: Int) throws(FormatError) -> Int {
        try readSizes(&cursor)
        try cursor.skip(1)
        try readAddresses(&cursor)
        let root = try cursor.requiredAddress()
        try cursor.source.verifyChecksum(start..<cursor.position, of: cursor.part)
        return root
    }

    private static func readSizes(_ cursor: inout HDF5Cursor) throws(FormatError) {
        let sizes = (try cursor.number(1), try cursor.number(1))
        guard [2, 4, 8].contains(sizes.0), [2, 4, 8].contains(sizes.1) else {
            throw cursor.source.unsupported(
                "the numbers in this HDF5 file have unknown sizes", expected: "2, 4 or 8 bytes",
                got: "\(sizes.0) and \(sizes.1)")
        }
        (cursor.source.addressSize, cursor.source.lengthSize) = sizes
    }

    /// The base address, one of no interest here, and the end of the file.
    private static func readAddresses(_ cursor: inout HDF5Cursor) throws(FormatError) {
        let source = cursor.source
        let place = source.base
        let base = try cursor.requiredAddress()
        guard base == place else {
            throw source.malformed("its superblock lies at \(place) and says \(base)")
        }
        _ = try cursor.address()
        let end = try cursor.number(source.addressSize)
        guard end <= source.bytes.count else {
            throw FormatError(
                .truncated, file: source.file, what: "this HDF5 file is shorter than it says",
                expected: "\(end) bytes", got: "\(source.bytes.count)", remedy: "Get the file again")
        }
    }
}
