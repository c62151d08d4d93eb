/// An object of a file: its header, and what was read of it so far.
final class HDF5Object {
    let source: HDF5Source
    let header: HDF5ObjectHeader
    private var knownLinks: [HDF5Link]?
    private var linkPlaces: [String: Int] = [:]
    private var knownAttributes: [HDF5Attribute]?
    /// The chunks of a dataset, once they were listed.
    var chunks: [HDF5Chunk]?

    var address: Int { header.address }

    init(_ source: HDF5Source, at address: Int) throws(FormatError) {
        self.source = source
        header = try HDF5ObjectHeader(source, at: address)
    }

    /// Whether the object is a group: it has links, or could have.
    var isGroup: Bool {
        header.has(HDF5Message.Kind.symbolTable) || header.has(HDF5Message.Kind.linkInfo)
            || header.has(HDF5Message.Kind.groupInfo) || header.has(HDF5Message.Kind.link)
    }

    var isDataset: Bool { header.has(HDF5Message.Kind.layout) }

    func links() throws(FormatError) -> [HDF5Link] {
        if let knownLinks { return knownLinks }
        let links = try HDF5Links.read(header)
        knownLinks = links
        for (place, link) in links.enumerated() { linkPlaces[link.name] = place }
        return links
    }

    func link(named name: String) throws(FormatError) -> HDF5Link? {
        let links = try links()
        return linkPlaces[name].map { links[$0] }
    }

    func attributes() throws(FormatError) -> [HDF5Attribute] {
        if let knownAttributes { return knownAttributes }
        let attributes = try HDF5Attributes.read(header)
        knownAttributes = attributes
        return attributes
    }

    /// The type of the elements of a dataset, which may be kept in an object of its own.
    func datatype() throws(FormatError) -> HDF5Datatype {
        guard let message = try header.message(HDF5Message.Kind.datatype) else {
            throw source.malformed("a dataset lacks the type of its elements")
        }
        var cursor = HDF5Cursor(source: source, range: message.range, part: "an element type")
        return try source.datatype(&cursor, isShared: message.isShared)
    }
}

extension HDF5Source {
    /// An element type that is here, or in the object that a reference here names.
    func datatype(_ cursor: inout HDF5Cursor, isShared: Bool) throws(FormatError) -> HDF5Datatype {
        guard isShared else { return try HDF5Datatype(&cursor) }
        let version = try cursor.version(1...3)
        let type = try cursor.byte()
        if version == 1 { try cursor.skip(6) }
        guard version < 3 || type == 2 else {
            throw unsupported("an element type in this HDF5 file is shared in a table of messages")
        }
        let address = try cursor.requiredAddress()
        if let known = sharedTypes[address] { return known }
        let header = try HDF5ObjectHeader(self, at: address)
        guard let message = try header.message(HDF5Message.Kind.datatype) else {
            throw malformed("a shared element type is not there")
        }
        var inner = try header.cursor(message, of: "an element type")
        let result = try HDF5Datatype(&inner)
        sharedTypes[address] = result
        return result
    }
}

/// The objects of a file that were opened.
///
/// Objects hold the source and not the catalog, so that nothing holds itself.
final class HDF5Catalog {
    let source: HDF5Source
    private var objects: [Int: HDF5Object] = [:]

    init(_ source: HDF5Source) { self.source = source }

    /// The object whose header is at an address.
    func object(at address: Int) throws(FormatError) -> HDF5Object {
        if let known = objects[address] { return known }
        let object = try HDF5Object(source, at: address)
        objects[address] = object
        return object
    }
}
