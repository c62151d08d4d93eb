/// B-trees of version 2, which list links, attributes, large heap objects and chunks.
enum HDF5BTree2 {
    private struct Node {
        var address: Int
        var recordCount: Int
        var depth: Int
    }

    /// The shape of nodes, as the root's header tells.
    private struct Layout {
        var nodeSize: Int
        var recordSize: Int
        /// The bytes that a count of records in a child takes.
        var countSize: Int
        /// The bytes that a count of all records below a child takes, by the depth of the child.
        var totalSizes: [Int]
        /// The most records of a node, by its depth.
        var mostRecords: [Int]
    }

    /// Where the records of a tree are.
    ///
    /// - Parameters:
    ///   - source: the file.
    ///   - address: the tree's header.
    ///   - type: the type of record that is expected.
    static func records(
        _ source: HDF5Source, at address: Int, type: Int
    ) throws(FormatError) -> [Range<Int>] {
        let count = 22 + source.addressSize + source.lengthSize
        var cursor = try source.cursor(at: address, count: count, of: "a B-tree")
        let start = cursor.position
        try cursor.expect("BTHD")
        try cursor.version(0...0)
        guard try cursor.number(1) == type else { throw source.malformed("a B-tree is of another type") }
        let nodeSize = try cursor.number(4)
        let recordSize = try cursor.number(2)
        let depth = try cursor.number(2)
        try cursor.skip(2)
        let root = try cursor.address()
        let rootCount = try cursor.number(2)
        let total = try cursor.length()
        try source.verifyChecksum(start..<cursor.position, of: cursor.part)
        guard let root else { return [] }
        let layout = try layout(source, nodeSize: nodeSize, recordSize: recordSize, depth: depth)

        var result: [Range<Int>] = []
        var open = [Node(address: root, recordCount: rootCount, depth: depth)]
        var seen: Set<Int> = [root]
        while let node = open.popLast() {
            let (records, children) = try read(source, node, layout, type: type)
            result += records
            for child in children {
                guard seen.insert(child.address).inserted else {
                    throw source.malformed("a node of a B-tree is listed twice")
                }
                open.append(child)
            }
        }
        guard result.count == total else {
            throw source.malformed("a B-tree has \(result.count) records and says \(total)")
        }
        return result
    }

    /// The sizes follow from the most records that nodes of each depth can have.
    private static func layout(
        _ source: HDF5Source, nodeSize: Int, recordSize: Int, depth: Int
    ) throws(FormatError) -> Layout {
        // Signature, version, type and checksum.
        let prefix = 10
        guard nodeSize > prefix, recordSize > 0, nodeSize - prefix >= recordSize, depth <= 32 else {
            throw source.malformed("a B-tree has nodes of \(nodeSize) bytes, records of \(recordSize)")
        }
        let leaf = (nodeSize - prefix) / recordSize
        var layout = Layout(
            nodeSize: nodeSize, recordSize: recordSize, countSize: size(of: leaf), totalSizes: [0],
            mostRecords: [leaf])
        var most = leaf
        for level in 0..<depth {
            let pointer = source.addressSize + layout.countSize + layout.totalSizes[level]
            guard nodeSize >= prefix + pointer else {
                throw source.malformed("a B-tree's nodes are too small")
            }
            let records = (nodeSize - prefix - pointer) / (recordSize + pointer)
            let (product, overflow) = most.multipliedReportingOverflow(by: records + 1)
            let (sum, carry) = product.addingReportingOverflow(records)
            guard records > 0, !overflow, !carry else { throw source.malformed("a B-tree is absurdly deep") }
            most = sum
            layout.totalSizes.append(size(of: most))
            layout.mostRecords.append(records)
        }
        return layout
    }

    /// The bytes that numbers up to `limit` take.
    private static func size(of limit: Int) -> Int {
        (Int.bitWidth - limit.leadingZeroBitCount + 7) / 8
    }

    private static func read(
        _ source: HDF5Source, _ node: Node, _ layout: Layout, type: Int
    ) throws(FormatError) -> ([Range<Int>], [Node]) {
        guard node.recordCount <= layout.mostRecords[node.depth] else {
            throw source.malformed("a node of a B-tree is said to have \(node.recordCount) records")
        }
        var cursor = try source.cursor(from: node.address, of: "a B-tree")
        let start = cursor.position
        try cursor.expect(node.depth == 0 ? "BTLF" : "BTIN")
        try cursor.version(0...0)
        guard try cursor.number(1) == type else { throw source.malformed("a B-tree is of another type") }
        try source.charge(10 + node.recordCount * layout.recordSize)
        var records: [Range<Int>] = []
        for _ in 0..<node.recordCount { records.append(try cursor.take(layout.recordSize)) }
        var children: [Node] = []
        if node.depth > 0 {
            let totalSize = layout.totalSizes[node.depth - 1]
            for _ in 0...node.recordCount {
                let address = try cursor.requiredAddress()
                let count = try cursor.number(layout.countSize)
                try cursor.skip(totalSize)
                children.append(Node(address: address, recordCount: count, depth: node.depth - 1))
            }
            try source.charge(children.count * (source.addressSize + layout.countSize + totalSize))
        }
        try source.verifyChecksum(start..<cursor.position, of: cursor.part)
        return (records, children)
    }
}
