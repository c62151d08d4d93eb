/// The shape of a dataset or attribute.
struct HDF5Dataspace {
    /// The extents, `[]` for a scalar, `nil` for a null space, which holds nothing.
    var shape: [Int]?
    /// What each extent may grow to; `nil` for without end.
    var largest: [Int?] = []

    /// The most axes that the format has.
    static let highestRank = 32

    init(_ cursor: inout HDF5Cursor) throws(FormatError) {
        let version = try cursor.version(1...2)
        let rank = try cursor.number(1)
        let flags = try cursor.byte()
        let type = version == 2 ? try cursor.byte() : (rank == 0 ? 0 : 1)
        if version == 1 { try cursor.skip(5) }
        guard rank <= Self.highestRank, type <= 2, type == 1 || rank == 0 else {
            throw cursor.source.malformed("a shape has \(rank) axes and is of type \(type)")
        }
        if type == 2 { return }
        var shape: [Int] = []
        for _ in 0..<rank { shape.append(try cursor.length()) }
        for extent in shape {
            if flags & 1 == 0 { largest.append(extent) } else { largest.append(try cursor.optionalLength()) }
        }
        self.shape = shape
    }
}
