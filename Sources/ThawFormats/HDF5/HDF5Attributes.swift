/// The attributes of a group or dataset of an HDF5 file, in the order in which h5py gives them: that of their
/// names, or that of their creation where the file keeps it.
public struct HDF5Attributes: RandomAccessCollection {
    private let attributes: [HDF5Attribute]
    private let source: HDF5Source

    init(_ object: HDF5Object) throws(FormatError) {
        attributes = try object.attributes()
        source = object.source
    }

    /// The index of the first attribute.
    public var startIndex: Int { 0 }
    /// One past the index of the last attribute.
    public var endIndex: Int { attributes.count }
    /// The attribute at an index.
    public subscript(index: Int) -> HDF5Attribute { attributes[index] }

    /// The names of all attributes.
    public var names: [String] { attributes.map(\.name) }

    /// The attribute of a name, or `nil`.
    public subscript(name: String) -> HDF5Attribute? { attributes.first { $0.name == name } }

    /// The texts of an attribute that may be spread over several.
    ///
    /// An array of texts of more than 64 KiB does not fit into an attribute. Keras then writes
    /// `weight_names0`, `weight_names1` and so on in place of `weight_names`; these are put together again.
    ///
    /// - Returns: the texts, or `nil` when there is neither the attribute nor the first part.
    /// - Throws: ``FormatError`` when there is one that does not hold texts.
    public func strings(named name: String) throws(FormatError) -> [String]? {
        if let attribute = self[name] { return try attribute.strings }
        let byName = Dictionary(uniqueKeysWithValues: attributes.map { ($0.name, $0) })
        var result: [String]?
        var part = 0
        while let attribute = byName["\(name)\(part)"] {
            result = try (result ?? []) + attribute.strings
            part += 1
        }
        return result
    }
}

extension HDF5Attributes {
    /// Reads the attributes of an object, in its header or in a heap.
    static func read(_ header: HDF5ObjectHeader) throws(FormatError) -> [HDF5Attribute] {
        let source = header.source
        var attributes: [HDF5Attribute] = []
        for message in header.messages where message.kind == HDF5Message.Kind.attribute {
            let cursor = try header.cursor(message, of: "an attribute")
            attributes.append(
                try HDF5Attribute(cursor, order: message.order, object: header.address))
        }
        if let message = try header.message(HDF5Message.Kind.attributeInfo) {
            var cursor = try header.cursor(message, of: "the list of attributes")
            try readDense(&cursor, header, into: &attributes)
        }
        var names: Set<String> = []
        for attribute in attributes where !names.insert(attribute.name).inserted {
            throw source.malformed("an object has the attribute \(hdf5Quoted(attribute.name)) twice")
        }
        if header.tracksAttributeOrder, attributes.allSatisfy({ $0.order != nil }) {
            return attributes.sorted { ($0.order ?? 0) < ($1.order ?? 0) }
        }
        return attributes.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private static func readDense(
        _ cursor: inout HDF5Cursor, _ header: HDF5ObjectHeader, into attributes: inout [HDF5Attribute]
    ) throws(FormatError) {
        let source = header.source
        try cursor.version(0...0)
        if try cursor.byte() & 1 != 0 { try cursor.skip(2) }
        let heapAddress = try cursor.address()
        let indexAddress = try cursor.address()
        guard let heapAddress else { return }
        guard let indexAddress else { throw source.malformed("a list of attributes lacks its index") }
        var heap = try HDF5FractalHeap(source, at: heapAddress)
        for record in try HDF5BTree2.records(source, at: indexAddress, type: 8) {
            // The place in the heap, flags, the order of creation, the name's hash.
            guard record.count >= 17 else { throw source.malformed("an index of attributes is too narrow") }
            let object = try heap.object(record, of: "an attribute")
            var rest = HDF5Cursor(
                source: source, range: record.upperBound - 9..<record.upperBound, part: "an attribute")
            guard try rest.byte() & 2 == 0 else {
                throw source.unsupported("an attribute in this HDF5 file is shared between objects")
            }
            let message = HDF5Cursor(source: source, range: object, part: "an attribute")
            attributes.append(
                try HDF5Attribute(message, order: try rest.number(4), object: header.address))
        }
    }
}
