/// The list of chunks of a dataset that grows along one axis.
///
/// The first entries are in the index block. All others are in data blocks, which form groups ("super
/// blocks"): with m the smallest number of entries of a data block, group u has 2^(u/2) data blocks of m
/// 2^((u+1)/2) entries, halves rounded down. The index block lists the data blocks of the first groups, and
/// super blocks for the others. Large data blocks consist of pages.
struct HDF5ExtensibleArray {
    let source: HDF5Source
    private let address: Int
    private var client: UInt8 = 0
    private var entrySize = 0
    private var offsetSize = 0
    private var firstCount = 0
    private var smallestBlock = 0
    private var smallestPointers = 0
    private var pageLength = 0
    private var groupCount = 0
    private var indexBlock: Int?

    init(_ source: HDF5Source, at address: Int) throws(FormatError) {
        self.source = source
        self.address = address
        let count = 12 + 6 * source.lengthSize + source.addressSize
        var cursor = try source.cursor(at: address, count: count, of: "a list of chunks")
        let start = cursor.position
        try cursor.expect("EAHD")
        try cursor.version(0...0)
        client = try cursor.byte()
        entrySize = try cursor.number(1)
        let countBits = try cursor.number(1)
        firstCount = try cursor.number(1)
        smallestBlock = try cursor.number(1)
        smallestPointers = try cursor.number(1)
        let pageBits = try cursor.number(1)
        // Statistics.
        try cursor.skip(6 * source.lengthSize)
        indexBlock = try cursor.address()
        try source.verifyChecksum(start..<cursor.position, of: cursor.part)
        func isPowerOfTwo(_ value: Int) -> Bool { value > 0 && value & (value - 1) == 0 }
        guard entrySize > 0, countBits <= 48, pageBits <= 32, isPowerOfTwo(smallestBlock),
            isPowerOfTwo(smallestPointers), countBits >= smallestBlock.trailingZeroBitCount
        else { throw source.malformed("a list of chunks has absurd sizes") }
        offsetSize = (countBits + 7) / 8
        pageLength = 1 << pageBits
        groupCount = 1 + countBits - smallestBlock.trailingZeroBitCount
    }

    private func blockCount(_ group: Int) -> Int { 1 << (group / 2) }
    private func blockLength(_ group: Int) -> Int { smallestBlock << ((group + 1) / 2) }

    /// Calls `body` with the number and the place of each entry of every block that is there.
    func read(_ body: (Int, Range<Int>) throws(FormatError) -> Void) throws(FormatError) {
        guard let indexBlock else { return }
        var cursor = try source.cursor(from: indexBlock, of: "a list of chunks")
        let start = cursor.position
        try expectStart(&cursor, "EAIB")
        let entries = try cursor.take(firstCount * entrySize)
        let directGroups = min(groupCount, 2 * smallestPointers.trailingZeroBitCount)
        var blocks: [(address: Int?, first: Int, length: Int)] = []
        var groups: [(address: Int?, first: Int, group: Int)] = []
        var number = firstCount
        for group in 0..<groupCount {
            if group < directGroups {
                for _ in 0..<blockCount(group) {
                    blocks.append((try cursor.address(), number, blockLength(group)))
                    number += blockLength(group)
                }
            } else {
                groups.append((try cursor.address(), number, group))
                number += blockCount(group) * blockLength(group)
            }
        }
        try source.charge(cursor.position - start)
        try source.verifyChecksum(start..<cursor.position, of: cursor.part)

        try visit(entries, first: 0, body)
        for block in blocks {
            guard let address = block.address else { continue }
            guard block.length <= pageLength else {
                throw source.unsupported("the list of chunks of a dataset has an unusual shape")
            }
            try readBlock(address, first: block.first, length: block.length, pages: nil, body)
        }
        for group in groups {
            if let address = group.address { try readGroup(address, group.group, first: group.first, body) }
        }
    }

    private func expectStart(_ cursor: inout HDF5Cursor, _ signature: String) throws(FormatError) {
        try cursor.expect(signature)
        try cursor.version(0...0)
        guard try cursor.byte() == client, try cursor.requiredAddress() == address else {
            throw source.malformed("a list of chunks belongs to another dataset")
        }
    }

    private func readGroup(
        _ address: Int, _ group: Int, first: Int, _ body: (Int, Range<Int>) throws(FormatError) -> Void
    ) throws(FormatError) {
        var cursor = try source.cursor(from: address, of: "a list of chunks")
        let start = cursor.position
        try expectStart(&cursor, "EASB")
        try cursor.skip(offsetSize)
        let (count, length) = (blockCount(group), blockLength(group))
        let pageCount = length > pageLength ? length / pageLength : 0
        let flagBytes = (pageCount + 7) / 8
        // A bit for each page that was written.
        let flags = try cursor.take(count * flagBytes)
        let list = try cursor.take(count * source.addressSize)
        try source.charge(cursor.position - start)
        try source.verifyChecksum(start..<cursor.position, of: cursor.part)
        var addresses = HDF5Cursor(source: source, range: list, part: cursor.part)
        for block in 0..<count {
            guard let address = try addresses.address() else { continue }
            var pages: [Bool]?
            if pageCount > 0 {
                pages = (0..<pageCount).map { page in
                    let bit = block * pageCount + page
                    return source.bytes[flags.lowerBound + bit / 8] & (0x80 >> UInt8(bit % 8)) != 0
                }
            }
            try readBlock(address, first: first + block * length, length: length, pages: pages, body)
        }
    }

    private func readBlock(
        _ address: Int, first: Int, length: Int, pages: [Bool]?,
        _ body: (Int, Range<Int>) throws(FormatError) -> Void
    ) throws(FormatError) {
        var cursor = try source.cursor(from: address, of: "a list of chunks")
        let start = cursor.position
        try expectStart(&cursor, "EADB")
        try cursor.skip(offsetSize)
        guard let pages else {
            let entries = try cursor.take(length * entrySize)
            try source.charge(cursor.position - start)
            try source.verifyChecksum(start..<cursor.position, of: cursor.part)
            try visit(entries, first: first, body)
            return
        }
        try source.verifyChecksum(start..<cursor.position, of: cursor.part)
        try cursor.skip(4)
        for (page, isWritten) in pages.enumerated() {
            let entries = try cursor.take(pageLength * entrySize)
            try cursor.skip(4)
            guard isWritten else { continue }
            try source.charge(entries.count)
            try source.verifyChecksum(entries, of: cursor.part)
            try visit(entries, first: first + page * pageLength, body)
        }
    }

    private func visit(
        _ entries: Range<Int>, first: Int, _ body: (Int, Range<Int>) throws(FormatError) -> Void
    ) throws(FormatError) {
        for (number, place) in stride(from: entries.lowerBound, to: entries.upperBound, by: entrySize)
            .enumerated()
        {
            try body(first + number, place..<place + entrySize)
        }
    }
}
