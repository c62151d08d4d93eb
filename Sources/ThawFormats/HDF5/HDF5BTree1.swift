/// B-trees of version 1, which list symbol nodes and chunks.
enum HDF5BTree1 {
    struct Entry {
        /// Where the key in front of the child is.
        var key: Range<Int>
        /// The address that the tree lists.
        var child: Int
    }

    private struct Node {
        var address: Int
        /// The level that it must have; `nil` for the root.
        var level: Int?
    }

    /// What the leaves of a tree list.
    ///
    /// Levels fall from node to node and no node is read twice, so that the walk ends.
    ///
    /// - Parameters:
    ///   - source: the file.
    ///   - address: the root's address.
    ///   - type: 0 for groups, 1 for chunks.
    ///   - keySize: the bytes that a key takes.
    static func children(
        _ source: HDF5Source, at address: Int, type: Int, keySize: Int
    ) throws(FormatError) -> [Entry] {
        var result: [Entry] = []
        var open = [Node(address: address, level: nil)]
        var seen: Set<Int> = [address]
        while let node = open.popLast() {
            var cursor = try source.cursor(from: node.address, of: "a B-tree")
            try cursor.expect("TREE")
            guard try cursor.number(1) == type else { throw source.malformed("a B-tree is of another type") }
            let level = try cursor.number(1)
            guard level == node.level ?? level else {
                throw source.malformed("the levels of a B-tree do not fit")
            }
            let count = try cursor.number(2)
            // Siblings.
            try cursor.skip(2 * source.addressSize)
            try source.charge(24 + count * (keySize + source.addressSize))
            var entries: [Entry] = []
            for _ in 0..<count {
                entries.append(Entry(key: try cursor.take(keySize), child: try cursor.requiredAddress()))
            }
            if level == 0 {
                result += entries
                continue
            }
            for entry in entries.reversed() {
                guard seen.insert(entry.child).inserted else {
                    throw source.malformed("a node of a B-tree is listed twice")
                }
                open.append(Node(address: entry.child, level: level - 1))
            }
        }
        return result
    }
}
