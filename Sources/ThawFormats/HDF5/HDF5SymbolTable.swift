/// The links of a group in the oldest form: a B-tree of symbol nodes, whose names are in a local heap.
enum HDF5SymbolTable {
    /// Reads a symbol table message and everything that it refers to.
    static func read(_ message: inout HDF5Cursor) throws(FormatError) -> [HDF5Link] {
        let source = message.source
        let tree = try message.requiredAddress()
        let names = try localHeap(source, at: try message.requiredAddress())
        var links: [HDF5Link] = []
        var seen: Set<Int> = []
        for address in try HDF5BTree1.children(source, at: tree, type: 0, keySize: source.lengthSize) {
            guard seen.insert(address.child).inserted else {
                throw source.malformed("a symbol node is listed twice")
            }
            var cursor = try source.cursor(from: address.child, of: "a symbol node")
            try cursor.expect("SNOD")
            try cursor.version(1...1)
            try cursor.skip(1)
            let count = try cursor.number(2)
            try source.charge(8 + count * (2 * source.addressSize + 24))
            for _ in 0..<count { links.append(try entry(&cursor, names)) }
        }
        return links
    }

    private static func entry(
        _ cursor: inout HDF5Cursor, _ names: Range<Int>
    ) throws(FormatError) -> HDF5Link {
        let nameOffset = try cursor.number(cursor.source.addressSize)
        let address = try cursor.address()
        let cacheType = try cursor.number(4)
        try cursor.skip(4)
        let scratch = try cursor.number(4)
        try cursor.skip(12)
        let name = try text(cursor.source, names, nameOffset)
        // 2: a soft link, whose path is in the heap too.
        if cacheType == 2 {
            return HDF5Link(name: name, target: .soft(try text(cursor.source, names, scratch)))
        }
        guard let address else { throw cursor.source.malformed("a symbol lacks an address") }
        return HDF5Link(name: name, target: .object(address))
    }

    private static func localHeap(_ source: HDF5Source, at address: Int) throws(FormatError) -> Range<Int> {
        let count = 8 + 2 * source.lengthSize + source.addressSize
        var cursor = try source.cursor(at: address, count: count, of: "a local heap")
        try cursor.expect("HEAP")
        try cursor.version(0...0)
        try cursor.skip(3)
        let size = try cursor.length()
        _ = try cursor.optionalLength()
        return try source.range(at: try cursor.requiredAddress(), count: size, of: "a local heap")
    }

    /// A text in the heap, which ends with a zero byte.
    private static func text(
        _ source: HDF5Source, _ heap: Range<Int>, _ offset: Int
    ) throws(FormatError) -> String {
        guard offset < heap.count else { throw source.malformed("a name lies outside of its heap") }
        let start = heap.lowerBound + offset
        guard let end = source.bytes[start..<heap.upperBound].firstIndex(of: 0) else {
            throw source.malformed("a name in a local heap does not end")
        }
        try source.charge(end - start)
        return try source.text(start..<end, part: "a local heap")
    }
}
