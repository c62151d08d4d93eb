/// A fractal heap, which holds links and attributes that do not fit into an object's header.
///
/// Managed objects lie in direct blocks, which a table of rows lists: rows 0 and 1 have blocks of the first
/// size, each further row of twice the size. Rows of larger blocks than a direct one may be list indirect
/// blocks, tables themselves.
struct HDF5FractalHeap {
    let source: HDF5Source
    private let address: Int
    private var identifierSize = 0
    private var hasChecksums = false
    private var largestManaged = 0
    private var width = 0
    private var firstSize = 0
    private var largestDirect = 0
    private var spaceBits = 0
    private var rootRows = 0
    private var root: Int?
    private var hugeIndex: Int?
    /// Blocks whose checksum was compared.
    private var verified: Set<Int> = []
    /// Large objects by their number, once they were looked up.
    private var huge: [Int: Range<Int>]?

    init(_ source: HDF5Source, at address: Int) throws(FormatError) {
        self.source = source
        self.address = address
        let count = 22 + 12 * source.lengthSize + 3 * source.addressSize
        var cursor = try source.cursor(at: address, count: count, of: "a heap")
        let start = cursor.position
        try cursor.expect("FRHP")
        try cursor.version(0...0)
        identifierSize = try cursor.number(2)
        let filterSize = try cursor.number(2)
        hasChecksums = try cursor.byte() & 2 != 0
        largestManaged = try cursor.number(4)
        _ = try cursor.length()
        hugeIndex = try cursor.address()
        _ = try cursor.length()
        _ = try cursor.address()
        // Sizes and counts of managed, large and tiny objects.
        try cursor.skip(8 * source.lengthSize)
        width = try cursor.number(2)
        firstSize = try cursor.length()
        largestDirect = try cursor.length()
        spaceBits = try cursor.number(2)
        try cursor.skip(2)
        root = try cursor.address()
        rootRows = try cursor.number(2)
        guard filterSize == 0 else {
            throw source.unsupported("a heap of links or attributes in this HDF5 file is compressed")
        }
        try source.verifyChecksum(start..<cursor.position, of: cursor.part)
        guard Self.isPowerOfTwo(width), Self.isPowerOfTwo(firstSize), Self.isPowerOfTwo(largestDirect),
            firstSize <= largestDirect, largestDirect <= 1 << 32, (1...60).contains(spaceBits),
            (1...64).contains(identifierSize), rootRows <= 64
        else { throw source.malformed("a heap has absurd sizes") }
    }

    private static func isPowerOfTwo(_ value: Int) -> Bool { value > 0 && value & (value - 1) == 0 }

    private var offsetSize: Int { (spaceBits + 7) / 8 }

    /// Where the object is that the identifier in `range` names.
    mutating func object(_ range: Range<Int>, of part: String) throws(FormatError) -> Range<Int> {
        guard range.count >= identifierSize else {
            throw source.malformed("the place of \(part) in a heap is too short")
        }
        var cursor = HDF5Cursor(
            source: source, range: range.lowerBound..<range.lowerBound + identifierSize, part: part)
        let flags = try cursor.byte()
        guard flags >> 6 == 0 else { throw source.unsupported("a heap in this HDF5 file is of a newer kind") }
        let found: Range<Int>
        switch flags >> 4 & 3 {
        case 0: found = try managed(&cursor)
        case 1: found = try large(&cursor)
        case 2:
            // Tiny objects are in the identifier itself; long identifiers have a longer count.
            var count = Int(flags & 15)
            if identifierSize > 18 { count = count << 8 | (try cursor.number(1)) }
            found = try cursor.take(count + 1)
        default: throw source.malformed("an object in a heap is of an unknown kind")
        }
        try source.charge(found.count)
        return found
    }

    // MARK: Managed objects

    private mutating func managed(_ cursor: inout HDF5Cursor) throws(FormatError) -> Range<Int> {
        let lengthSize = min(Self.size(of: largestDirect - 1), Self.size(of: largestManaged))
        let offset = try cursor.number(offsetSize)
        let count = try cursor.number(lengthSize)
        guard let root, offset < 1 << spaceBits else {
            throw source.malformed("an object lies outside of its heap")
        }
        var block = (address: root, start: 0, size: firstSize)
        if rootRows > 0 {
            guard let found = try directBlock(root, rows: rootRows, holding: offset) else {
                throw source.malformed("an object lies outside of its heap")
            }
            block = found
        }
        let place = offset - block.start
        guard place >= 0, place <= block.size, count <= block.size - place else {
            throw source.malformed("an object lies outside of its block")
        }
        let range = try source.range(at: block.address, count: block.size, of: "a heap's block")
        try checkBlock(range, "FHDB", start: block.start)
        return range.lowerBound + place..<range.lowerBound + place + count
    }

    /// The bytes that numbers up to `limit` take.
    private static func size(of limit: Int) -> Int {
        max(1, (Int.bitWidth - limit.leadingZeroBitCount + 7) / 8)
    }

    /// The rows before the first of indirect blocks.
    private var directRows: Int { largestDirect.trailingZeroBitCount - firstSize.trailingZeroBitCount + 2 }

    private func blockSize(row: Int) throws(FormatError) -> Int {
        guard firstSize.trailingZeroBitCount + row + width.trailingZeroBitCount < 62 else {
            throw source.malformed("a heap has absurdly many rows")
        }
        return row == 0 ? firstSize : firstSize << (row - 1)
    }

    /// The direct block with the byte `offset` of the heap, below an indirect block.
    private mutating func directBlock(
        _ first: Int, rows firstRows: Int, holding offset: Int
    ) throws(FormatError) -> (address: Int, start: Int, size: Int)? {
        var (address, rows, origin) = (first, firstRows, 0)
        // Blocks shrink from table to table.
        while true {
            let directCount = min(rows, directRows) * width
            let count = 9 + source.addressSize + offsetSize + rows * width * source.addressSize
            let range = try source.range(at: address, count: count, of: "a heap's table")
            try checkBlock(range, "FHIB", start: origin)
            var start = origin
            var found: (row: Int, column: Int, size: Int)?
            for row in 0..<rows where found == nil {
                let size = try blockSize(row: row)
                let column = (offset - start) / size
                if column < width { found = (row, column, size) } else { start += size * width }
                if let found { start += found.column * size }
            }
            guard let found else { return nil }
            let index = found.row * width + found.column
            let place = range.lowerBound + 5 + source.addressSize + offsetSize + index * source.addressSize
            var cursor = HDF5Cursor(
                source: source, range: place..<place + source.addressSize, part: "a heap's table")
            guard let child = try cursor.address() else { return nil }
            if index < directCount { return (child, start, found.size) }
            let innerRows =
                found.size.trailingZeroBitCount - width.trailingZeroBitCount
                - firstSize.trailingZeroBitCount + 1
            guard innerRows > 0, innerRows < rows else {
                throw source.malformed("a heap's tables do not fit")
            }
            (address, rows, origin) = (child, innerRows, start)
        }
    }

    /// Compares what stands at the start of a block with where it was found, and its checksum.
    private mutating func checkBlock(
        _ range: Range<Int>, _ signature: String, start: Int
    ) throws(FormatError) {
        guard verified.insert(range.lowerBound).inserted else { return }
        try source.charge(range.count)
        var cursor = HDF5Cursor(source: source, range: range, part: "a heap's block")
        try cursor.expect(signature)
        try cursor.version(0...0)
        let owner = try cursor.requiredAddress()
        let offset = try cursor.number(offsetSize)
        guard owner == address, offset == start else {
            throw source.malformed("a heap's block belongs elsewhere")
        }
        if signature == "FHIB" {
            try source.verifyChecksum(range.lowerBound..<range.upperBound - 4, of: cursor.part)
        } else if hasChecksums, source.verifiesChecksums {
            // The checksum stands in the block's front, and was zero when it was computed.
            let place = try cursor.take(4)
            var block = Array(source.bytes[range])
            let stored = place.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(source.bytes[$1]) }
            for index in place { block[index - range.lowerBound] = 0 }
            guard HDF5Checksum.lookup3(block, 0..<block.count) == stored else {
                throw FormatError(
                    .checksumMismatch, file: source.file,
                    what: "the checksum of a heap's block does not match its contents",
                    remedy: "Get the file again")
            }
        }
    }

    // MARK: Large objects

    /// An object that lies in the file by itself: its address and length are in the identifier, or in a tree
    /// under a number.
    private mutating func large(_ cursor: inout HDF5Cursor) throws(FormatError) -> Range<Int> {
        if identifierSize > source.addressSize + source.lengthSize {
            let address = try cursor.requiredAddress()
            return try source.range(at: address, count: try cursor.length(), of: "a large heap object")
        }
        let number = try cursor.number(min(cursor.count, 8))
        if huge == nil { huge = try largeObjects() }
        guard let range = huge?[number] else { throw source.malformed("a large object is not in its heap") }
        return range
    }

    private func largeObjects() throws(FormatError) -> [Int: Range<Int>] {
        guard let hugeIndex else { throw source.malformed("a heap of large objects lacks its index") }
        var result: [Int: Range<Int>] = [:]
        for record in try HDF5BTree2.records(source, at: hugeIndex, type: 1) {
            var cursor = HDF5Cursor(source: source, range: record, part: "a large heap object")
            let address = try cursor.requiredAddress()
            let range = try source.range(at: address, count: try cursor.length(), of: cursor.part)
            result[try cursor.length()] = range
        }
        return result
    }
}
