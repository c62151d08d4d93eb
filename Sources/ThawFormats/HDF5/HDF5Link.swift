/// A name in a group, and what it stands for.
struct HDF5Link {
    enum Target {
        /// The address of an object's header.
        case object(Int)
        /// A path in the same file.
        case soft(String)
        /// A path in another file.
        case external
        case unknown(UInt8)
    }

    var name: String
    var target: Target
    /// Its rank among the links in order of creation, where that is kept.
    var order: UInt64?

    init(name: String, target: Target) {
        self.name = name
        self.target = target
    }

    /// Reads a link message.
    init(_ cursor: inout HDF5Cursor) throws(FormatError) {
        try cursor.version(1...1)
        let flags = try cursor.byte()
        let type = flags & 8 != 0 ? try cursor.byte() : 0
        if flags & 4 != 0 { order = try cursor.unsigned(8) }
        if flags & 16 != 0 { try cursor.skip(1) }
        let length = try cursor.number(1 << Int(flags & 3))
        name = try cursor.text(length)
        switch type {
        case 0: target = .object(try cursor.requiredAddress())
        case 1: target = .soft(try cursor.text(try cursor.number(2)))
        case 64: target = .external
        default: target = .unknown(type)
        }
    }
}

/// Reads the links of a group, however they are stored.
enum HDF5Links {
    /// The links of an object, in the order of their names, or of their creation where the file keeps that.
    static func read(_ header: HDF5ObjectHeader) throws(FormatError) -> [HDF5Link] {
        var links: [HDF5Link] = []
        var isTracked = false
        for message in header.messages where message.kind == HDF5Message.Kind.link {
            var cursor = try header.cursor(message, of: "a link")
            links.append(try HDF5Link(&cursor))
        }
        if let message = try header.message(HDF5Message.Kind.linkInfo) {
            var cursor = try header.cursor(message, of: "the list of links")
            isTracked = try readDense(&cursor, into: &links)
        }
        if let message = try header.message(HDF5Message.Kind.symbolTable) {
            var cursor = try header.cursor(message, of: "the list of links")
            links += try HDF5SymbolTable.read(&cursor)
        }
        try check(links, header.source)
        if isTracked, links.allSatisfy({ $0.order != nil }) {
            return links.sorted { ($0.order ?? 0) < ($1.order ?? 0) }
        }
        return links.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Reads the message that says where links are that do not fit into the header, and the links there.
    private static func readDense(
        _ cursor: inout HDF5Cursor, into links: inout [HDF5Link]
    ) throws(FormatError) -> Bool {
        try cursor.version(0...0)
        let flags = try cursor.byte()
        if flags & 1 != 0 { try cursor.skip(8) }
        let heapAddress = try cursor.address()
        let indexAddress = try cursor.address()
        if let heapAddress {
            guard let indexAddress else { throw cursor.source.malformed("a list of links lacks its index") }
            var heap = try HDF5FractalHeap(cursor.source, at: heapAddress)
            for record in try HDF5BTree2.records(cursor.source, at: indexAddress, type: 5) {
                // The name's hash, then the place in the heap.
                guard record.count > 4 else {
                    throw cursor.source.malformed("an index of links is too narrow")
                }
                let object = try heap.object(record.lowerBound + 4..<record.upperBound, of: "a link")
                var link = HDF5Cursor(source: cursor.source, range: object, part: "a link")
                links.append(try HDF5Link(&link))
            }
        }
        return flags & 1 != 0
    }

    private static func check(_ links: [HDF5Link], _ source: HDF5Source) throws(FormatError) {
        var names: Set<String> = []
        for link in links {
            guard !link.name.isEmpty, link.name != ".", !link.name.contains("/") else {
                throw source.malformed("a group has a link named \(hdf5Quoted(link.name))")
            }
            guard names.insert(link.name).inserted else {
                throw source.malformed("a group has the name \(hdf5Quoted(link.name)) twice")
            }
        }
    }
}
