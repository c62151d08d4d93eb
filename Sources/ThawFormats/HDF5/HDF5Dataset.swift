public import ThawTensor

/// An array in an HDF5 file.
///
/// Only the description is read when a dataset is looked up; ``readTensor()`` reads the elements.
public struct HDF5Dataset {
    /// The path from the root, without a slash at its start.
    public let path: String
    /// The extent of every axis; `[]` for a scalar, `nil` for a dataset that holds nothing (h5py's `Empty`).
    public let shape: [Int]?
    let object: HDF5Object
    private let space: HDF5Dataspace
    private let type: HDF5Datatype

    init(_ object: HDF5Object, path: String) throws(FormatError) {
        self.object = object
        self.path = path
        guard let message = try object.header.message(HDF5Message.Kind.dataspace) else {
            throw object.source.malformed("a dataset lacks its shape")
        }
        var cursor = try object.header.cursor(message, of: "a shape")
        space = try HDF5Dataspace(&cursor)
        shape = space.shape
        type = try object.datatype()
    }

    /// The type of the elements in the file.
    ///
    /// Keras stores bfloat16 as two opaque bytes, with an attribute `dtype` that says so; such a dataset is
    /// of ``HDF5ElementType/bfloat16``.
    public var elementType: HDF5ElementType {
        get throws(FormatError) { try resolvedType().element }
    }

    /// The type of the tensor that ``readTensor()`` gives; `nil` when the elements are no numbers.
    public var dtype: DType? {
        get throws(FormatError) { try elementType.dtype }
    }

    /// The attributes of the dataset.
    ///
    /// - Throws: ``FormatError`` when they are damaged.
    public var attributes: HDF5Attributes {
        get throws(FormatError) { try HDF5Attributes(object) }
    }

    /// The elements as a tensor.
    ///
    /// Elements of a type that `DType` lacks are converted as ``HDF5ElementType/dtype`` says. A dataset
    /// that holds nothing gives a tensor of shape `[0]`. Chunks that were never written hold the dataset's
    /// fill value. Nothing is allocated before the file is known to have the elements.
    ///
    /// - Throws: ``FormatError`` when the dataset is damaged, needs a filter other than gzip, shuffle and
    ///   fletcher32, has no numbers, or is too large for the file.
    public func readTensor() throws(FormatError) -> Tensor {
        try elements().tensor()
    }

    /// The elements as texts, in row-major order.
    ///
    /// - Throws: ``FormatError`` when the dataset is damaged or does not hold texts in UTF-8.
    public func readStrings() throws(FormatError) -> [String] {
        try elements().strings()
    }

    private func resolvedType() throws(FormatError) -> HDF5Datatype {
        guard type.element == .opaque(byteCount: 2), let attribute = try attributes["dtype"],
            attribute.elementType == .text, try attribute.strings == ["bfloat16"]
        else { return type }
        var result = type
        result.element = .bfloat16
        return result
    }

    private var claim: HDF5Source.Claim { HDF5Source.Claim(object: object.address, place: -1) }

    private var what: String { "the dataset \(hdf5Quoted(path))" }

    private func elements() throws(FormatError) -> HDF5Elements {
        let source = object.source
        let type = try resolvedType()
        let count = try HDF5Elements.byteCount(source, shape, type, of: what)
        guard !object.header.has(HDF5Message.Kind.externalFiles) else {
            throw source.unsupported("\(what) is stored in other files")
        }
        return HDF5Elements(
            source: source, type: type, shape: shape, bytes: try bytes(count, type),
            claim: claim, what: what)
    }

    // MARK: Bytes

    private func bytes(_ count: Int, _ type: HDF5Datatype) throws(FormatError) -> ArraySlice<UInt8> {
        let source = object.source
        guard let message = try object.header.message(HDF5Message.Kind.layout) else {
            throw source.malformed("a dataset does not say where it is")
        }
        var cursor = try object.header.cursor(message, of: "the place of a dataset")
        let layout = try HDF5Layout(&cursor)
        if count == 0 { return [] }
        switch layout {
        case .compact(let range): return try prefix(range, count)
        case .contiguous(let address, let stored):
            guard let address else { return try filled(count, type)[...] }
            return try prefix(
                try source.range(at: address, count: stored ?? count, of: what), count)
        case .chunked(let layout): return try assembled(layout, count, type)[...]
        }
    }

    private func prefix(_ range: Range<Int>, _ count: Int) throws(FormatError) -> ArraySlice<UInt8> {
        guard count <= range.count else {
            throw FormatError(
                .truncated, file: object.source.file, what: "\(what) is shorter than its shape says",
                expected: "\(count) bytes", got: "\(range.count)", remedy: "Get the file again")
        }
        return object.source.bytes[range.lowerBound..<range.lowerBound + count]
    }

    /// The value of elements that were never written.
    private func fillValue(_ type: HDF5Datatype) throws(FormatError) -> ArraySlice<UInt8>? {
        let header = object.header
        if let message = try header.message(HDF5Message.Kind.fillValue) {
            var cursor = try header.cursor(message, of: "a fill value")
            let version = try cursor.version(1...3)
            let hasValue: Bool
            if version == 3 {
                hasValue = try cursor.byte() & 0x20 != 0
            } else {
                try cursor.skip(2)
                let isDefined = try cursor.byte() != 0
                hasValue = isDefined || version == 1
            }
            if hasValue { return try fillValue(&cursor, type) }
        } else if let message = try header.message(HDF5Message.Kind.oldFillValue) {
            var cursor = try header.cursor(message, of: "a fill value")
            return try fillValue(&cursor, type)
        }
        return nil
    }

    private func fillValue(
        _ cursor: inout HDF5Cursor, _ type: HDF5Datatype
    ) throws(FormatError) -> ArraySlice<UInt8>? {
        let size = try cursor.number(4)
        // All ones: undefined.
        if size == 0 || size == 0xFFFF_FFFF { return nil }
        guard size == type.byteCount else { throw cursor.source.malformed("a fill value has another type") }
        let value = cursor.source.bytes[try cursor.take(size)]
        return value.allSatisfy { $0 == 0 } ? nil : value
    }

    private func filled(_ count: Int, _ type: HDF5Datatype) throws(FormatError) -> [UInt8] {
        let value = try fillValue(type)
        try object.source.claim(count, claim, of: what)
        guard let value else { return [UInt8](repeating: 0, count: count) }
        return [UInt8](unsafeUninitializedCapacity: count) { target, written in
            for start in stride(from: 0, to: count, by: value.count) {
                for (offset, byte) in value.enumerated() { target[start + offset] = byte }
            }
            written = count
        }
    }

    /// The elements, put together from chunks.
    private func assembled(
        _ layout: HDF5ChunkedLayout, _ count: Int, _ type: HDF5Datatype
    ) throws(FormatError) -> [UInt8] {
        let source = object.source
        guard layout.elementSize == type.byteCount else {
            throw source.malformed("\(what) has elements of \(type.byteCount) bytes, its chunks others")
        }
        let grid = try HDF5ChunkGrid(shape ?? [], largest: space.largest, chunk: layout.chunk, source)
        var filters = HDF5Filters()
        if let message = try object.header.message(HDF5Message.Kind.filters) {
            var cursor = try object.header.cursor(message, of: "a filter")
            filters = try HDF5Filters(&cursor)
        }
        let chunks = try listed(layout, grid, isFiltered: !filters.isEmpty)
        // Before anything is decompressed: what all chunks become, what they are.
        let (whole, overflow) = chunks.count.multipliedReportingOverflow(by: layout.byteCount)
        guard !overflow else { throw source.malformed("\(what) has absurdly large chunks") }
        try source.claim(whole, claim, of: what)
        let stored = chunks.reduce(0) { $0 &+ $1.count }
        guard stored <= source.bytes.count else { throw source.malformed("the chunks of \(what) overlap") }

        // The first chunk is decompressed before memory is taken for the whole.
        var first = try chunks.first.map { (chunk) throws(FormatError) in
            try contents(chunk, layout, grid, filters)
        }
        var result = try filled(count, type)
        for chunk in chunks {
            let contents = if let first { first } else { try contents(chunk, layout, grid, filters) }
            first = nil
            HDF5ChunkCopy.copy(
                contents, to: &result, place: grid.place(of: chunk.index), grid: grid,
                elementSize: type.byteCount)
        }
        return result
    }

    private func listed(
        _ layout: HDF5ChunkedLayout, _ grid: HDF5ChunkGrid, isFiltered: Bool
    ) throws(FormatError) -> [HDF5Chunk] {
        if let known = object.chunks { return known }
        var index = HDF5ChunkIndex(object.source, layout, grid, isFiltered: isFiltered)
        let chunks = try index.list()
        object.chunks = chunks
        return chunks
    }

    private func contents(
        _ chunk: HDF5Chunk, _ layout: HDF5ChunkedLayout, _ grid: HDF5ChunkGrid, _ filters: HDF5Filters
    ) throws(FormatError) -> ArraySlice<UInt8> {
        let range = try object.source.range(at: chunk.address, count: chunk.count, of: "a chunk")
        let isPlain = layout.leavesEdgesUnfiltered && grid.isPartial(grid.place(of: chunk.index))
        return try (isPlain ? HDF5Filters() : filters).undone(
            object.source.bytes[range], mask: chunk.mask, count: layout.byteCount, object.source)
    }
}
