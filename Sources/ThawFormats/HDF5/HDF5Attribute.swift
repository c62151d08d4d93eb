public import ThawTensor

/// A small value with a name, beside a group or dataset of an HDF5 file.
public struct HDF5Attribute {
    /// The attribute's name.
    public let name: String
    /// The extent of every axis; `[]` for a scalar, `nil` for an attribute without a value (h5py's `Empty`).
    public let shape: [Int]?
    let order: Int?
    private let source: HDF5Source
    private let object: Int
    private let type: HDF5Datatype
    private let range: Range<Int>

    /// The type of the elements.
    public var elementType: HDF5ElementType { type.element }

    /// The only text.
    ///
    /// - Throws: ``FormatError`` unless the attribute holds one text, in UTF-8.
    public var string: String {
        get throws(FormatError) {
            let texts = try strings
            guard texts.count == 1 else {
                throw source.unsupported(
                    "the attribute \(hdf5Quoted(name)) was to be a text", got: "\(texts.count) texts")
            }
            return texts[0]
        }
    }

    /// The texts, in row-major order.
    ///
    /// An attribute without elements gives none, whatever its type: Keras writes an empty list of names as an
    /// array of numbers.
    ///
    /// - Throws: ``FormatError`` unless all elements are texts, in UTF-8.
    public var strings: [String] {
        get throws(FormatError) { try elements().strings() }
    }

    /// The numbers, as ``HDF5Dataset/readTensor()`` gives them.
    ///
    /// - Throws: ``FormatError`` unless the elements are numbers.
    public var tensor: Tensor {
        get throws(FormatError) { try elements().tensor() }
    }

    /// Reads an attribute message.
    init(
        _ message: HDF5Cursor, order: Int?, object: Int
    ) throws(FormatError) {
        var cursor = message
        source = cursor.source
        self.object = object
        self.order = order
        let version = try cursor.version(1...3)
        // In version 1 this byte is reserved.
        let flags = version == 1 ? try cursor.byte() & 0 : try cursor.byte()
        let sizes = (try cursor.number(2), try cursor.number(2), try cursor.number(2))
        if version == 3 { try cursor.skip(1) }
        var nameCursor = try cursor.part(sizes.0, isPadded: version == 1)
        name = try nameCursor.text(sizes.0)
        var typeCursor = try cursor.part(sizes.1, isPadded: version == 1)
        type = try source.datatype(&typeCursor, isShared: flags & 1 != 0)
        guard flags & 2 == 0 else {
            throw source.unsupported("the shape of an attribute in this HDF5 file is shared")
        }
        var spaceCursor = try cursor.part(sizes.2, isPadded: version == 1)
        shape = try HDF5Dataspace(&spaceCursor).shape
        range = cursor.position..<cursor.end
    }

    private func elements() throws(FormatError) -> HDF5Elements {
        let what = "the attribute \(hdf5Quoted(name))"
        let count = try HDF5Elements.byteCount(source, shape, type, of: what)
        guard count <= range.count else {
            throw FormatError(
                .truncated, file: source.file, what: "\(what) is shorter than its shape \(shape ?? []) says",
                expected: "\(count) bytes", got: "\(range.count)", remedy: "Get the file again")
        }
        return HDF5Elements(
            source: source, type: type, shape: shape,
            bytes: source.bytes[range.lowerBound..<range.lowerBound + count],
            claim: HDF5Source.Claim(object: object, place: range.lowerBound), what: what)
    }
}
