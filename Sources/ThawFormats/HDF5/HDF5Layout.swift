/// Where the elements of a dataset are.
enum HDF5Layout {
    /// In the header.
    case compact(Range<Int>)
    /// In one piece; `nil` where nothing was ever written.
    case contiguous(address: Int?, count: Int?)
    /// In chunks of equal shape.
    case chunked(HDF5ChunkedLayout)

    /// Reads a layout message, versions 1 to 4.
    init(_ cursor: inout HDF5Cursor) throws(FormatError) {
        let version = try cursor.version(1...4)
        self = version < 3 ? try Self.old(&cursor) : try Self.new(&cursor, version)
    }

    private static func old(_ cursor: inout HDF5Cursor) throws(FormatError) -> HDF5Layout {
        let rank = try cursor.number(1)
        let kind = try cursor.number(1)
        try cursor.skip(5)
        let address = kind == 0 ? nil : try cursor.address()
        var extents: [Int] = []
        for _ in 0..<rank { extents.append(try cursor.number(4)) }
        switch kind {
        case 0: return .compact(try cursor.take(try cursor.number(4)))
        case 1: return .contiguous(address: address, count: nil)
        case 2: return .chunked(try HDF5ChunkedLayout(extents, .tree1(address), cursor.source))
        default: throw cursor.source.malformed("a dataset is stored in an unknown way")
        }
    }

    private static func new(
        _ cursor: inout HDF5Cursor, _ version: UInt8
    ) throws(FormatError) -> HDF5Layout {
        switch try cursor.number(1) {
        case 0: return .compact(try cursor.take(try cursor.number(2)))
        case 1:
            let address = try cursor.address()
            return .contiguous(address: address, count: try cursor.length())
        case 2 where version == 3:
            let rank = try cursor.number(1)
            let address = try cursor.address()
            var extents: [Int] = []
            for _ in 0..<rank { extents.append(try cursor.number(4)) }
            return .chunked(try HDF5ChunkedLayout(extents, .tree1(address), cursor.source))
        case 2: return .chunked(try indexed(&cursor))
        case 3: throw cursor.source.unsupported("a dataset in this HDF5 file is put together from others")
        default: throw cursor.source.malformed("a dataset is stored in an unknown way")
        }
    }

    private static func indexed(_ cursor: inout HDF5Cursor) throws(FormatError) -> HDF5ChunkedLayout {
        let flags = try cursor.byte()
        let rank = try cursor.number(1)
        let size = try cursor.number(1)
        var extents: [Int] = []
        for _ in 0..<rank { extents.append(try cursor.number(size)) }
        let index: HDF5ChunkedLayout.Index
        switch try cursor.number(1) {
        case 1:
            var stored: (count: Int, mask: UInt32)?
            if flags & 2 != 0 {
                stored = (try cursor.length(), UInt32(truncatingIfNeeded: try cursor.unsigned(4)))
            }
            index = .single(try cursor.address(), stored: stored)
        case 2: index = .implicit(try cursor.address())
        case 3:
            try cursor.skip(1)
            index = .fixedArray(try cursor.address())
        case 4:
            try cursor.skip(5)
            index = .extensibleArray(try cursor.address())
        case 5:
            try cursor.skip(6)
            index = .tree2(try cursor.address())
        default: throw cursor.source.unsupported("the chunks of a dataset are listed in an unknown way")
        }
        var layout = try HDF5ChunkedLayout(extents, index, cursor.source)
        layout.leavesEdgesUnfiltered = flags & 1 != 0
        return layout
    }
}

/// Chunks of equal shape that cover a dataset, and how they are listed.
struct HDF5ChunkedLayout {
    /// The addresses are `nil` where nothing was ever written.
    enum Index {
        case tree1(Int?)
        case single(Int?, stored: (count: Int, mask: UInt32)?)
        case implicit(Int?)
        case fixedArray(Int?)
        case extensibleArray(Int?)
        case tree2(Int?)
    }

    /// The extents of a chunk; none is 0.
    var chunk: [Int]
    /// The bytes of one element.
    var elementSize: Int
    /// The bytes of one chunk.
    var byteCount: Int
    var index: Index
    /// Whether filters are not applied to chunks that stick out of the dataset.
    var leavesEdgesUnfiltered = false

    /// `extents` are those of a chunk, then the size of an element.
    init(_ extents: [Int], _ index: Index, _ source: HDF5Source) throws(FormatError) {
        var product = 1
        for extent in extents {
            let (next, overflow) = product.multipliedReportingOverflow(by: extent)
            guard extent > 0, !overflow, next <= 1 << 40 else {
                throw source.malformed("a dataset has chunks of the absurd shape \(extents)")
            }
            product = next
        }
        guard extents.count >= 2, extents.count <= HDF5Dataspace.highestRank + 1 else {
            throw source.malformed("a dataset has chunks of \(extents.count - 1) axes")
        }
        chunk = Array(extents.dropLast())
        elementSize = extents[extents.count - 1]
        byteCount = product
        self.index = index
    }
}
