/// Lists the chunks of a dataset, however the file does.
struct HDF5ChunkIndex {
    let source: HDF5Source
    let layout: HDF5ChunkedLayout
    let grid: HDF5ChunkGrid
    let isFiltered: Bool
    private var chunks: [HDF5Chunk] = []
    private var seen: Set<Int> = []

    init(_ source: HDF5Source, _ layout: HDF5ChunkedLayout, _ grid: HDF5ChunkGrid, isFiltered: Bool) {
        self.source = source
        self.layout = layout
        self.grid = grid
        self.isFiltered = isFiltered
    }

    /// The chunks that are there and inside of the dataset.
    mutating func list() throws(FormatError) -> [HDF5Chunk] {
        switch layout.index {
        case .tree1(let address): if let address { try readTree1(address) }
        case .single(let address, let stored):
            guard let address else { break }
            let count = isFiltered ? stored?.count : layout.byteCount
            guard let count else { throw source.malformed("a compressed chunk lacks its size") }
            let place = [Int](repeating: 0, count: grid.counts.count)
            try add(place, address: address, count: count, mask: stored?.mask ?? 0)
        case .implicit(let address): if let address { try readImplicit(address) }
        case .fixedArray(let address):
            guard let address else { break }
            let numbering = try grid.numbering(source)
            try HDF5FixedArray.read(source, at: address) { (number, entry) throws(FormatError) in
                try add(number, numbering, entry)
            }
        case .extensibleArray(let address):
            guard let address else { break }
            let numbering = try grid.numbering(source)
            let array = try HDF5ExtensibleArray(source, at: address)
            try array.read { (number, entry) throws(FormatError) in try add(number, numbering, entry) }
        case .tree2(let address): if let address { try readTree2(address) }
        }
        return chunks
    }

    private mutating func readTree1(_ address: Int) throws(FormatError) {
        // The stored size, the filters left out, then the place in elements, with an axis for the element's
        // bytes.
        let keySize = 8 + 8 * (layout.chunk.count + 1)
        for entry in try HDF5BTree1.children(source, at: address, type: 1, keySize: keySize) {
            var key = HDF5Cursor(source: source, range: entry.key, part: "a B-tree")
            let count = try key.number(4)
            let mask = UInt32(truncatingIfNeeded: try key.unsigned(4))
            var place: [Int] = []
            for extent in layout.chunk {
                let start = try key.number(8)
                guard start % extent == 0 else { throw source.malformed("a chunk begins inside of another") }
                place.append(start / extent)
            }
            try add(place, address: entry.child, count: count, mask: mask)
        }
    }

    private mutating func readTree2(_ address: Int) throws(FormatError) {
        for record in try HDF5BTree2.records(source, at: address, type: isFiltered ? 11 : 10) {
            let sizeBytes = record.count - source.addressSize - 4 - 8 * layout.chunk.count
            var cursor = HDF5Cursor(source: source, range: record, part: "a B-tree")
            let child = try cursor.requiredAddress()
            var (count, mask) = (layout.byteCount, UInt32(0))
            if isFiltered {
                guard sizeBytes > 0 else { throw source.malformed("a list of chunks is too narrow") }
                count = try cursor.number(sizeBytes)
                mask = UInt32(truncatingIfNeeded: try cursor.unsigned(4))
            }
            var place: [Int] = []
            for _ in layout.chunk { place.append(try cursor.number(8)) }
            try add(place, address: child, count: count, mask: mask)
        }
    }

    /// All chunks, one behind the other.
    private mutating func readImplicit(_ address: Int) throws(FormatError) {
        guard !isFiltered else { throw source.malformed("compressed chunks are not listed") }
        let numbering = try grid.numbering(source)
        var total = 1
        for count in grid.largestCounts {
            let (product, overflow) = total.multipliedReportingOverflow(by: count ?? 0)
            guard !overflow else { throw source.malformed("a dataset has absurdly many chunks") }
            total = product
        }
        guard total <= source.bytes.count / layout.byteCount else {
            throw source.malformed("a dataset of \(total) chunks does not fit into the file")
        }
        try source.charge(total)
        for number in 0..<total {
            guard let place = numbering.place(number) else { continue }
            try add(
                place, address: address + number * layout.byteCount, count: layout.byteCount, mask: 0)
        }
    }

    /// Adds what an entry of an array says: an address; for compressed chunks the size and the filters left
    /// out.
    private mutating func add(
        _ number: Int, _ numbering: HDF5ChunkGrid.Numbering, _ entry: Range<Int>
    ) throws(FormatError) {
        var cursor = HDF5Cursor(source: source, range: entry, part: "a list of chunks")
        guard let address = try cursor.address(), let place = numbering.place(number) else { return }
        var (count, mask) = (layout.byteCount, UInt32(0))
        if isFiltered {
            guard cursor.count > 4 else { throw source.malformed("a list of chunks is too narrow") }
            count = try cursor.number(cursor.count - 4)
            mask = UInt32(truncatingIfNeeded: try cursor.unsigned(4))
        }
        try add(place, address: address, count: count, mask: mask)
    }

    private mutating func add(
        _ place: [Int], address: Int, count: Int, mask: UInt32
    ) throws(FormatError) {
        // A dataset that became smaller may have left chunks behind.
        guard let index = grid.index(of: place) else { return }
        guard seen.insert(index).inserted else { throw source.malformed("a chunk is listed twice") }
        guard isFiltered || count == layout.byteCount else {
            throw source.malformed("a chunk of \(layout.byteCount) bytes takes \(count)")
        }
        _ = try source.range(at: address, count: count, of: "a chunk")
        chunks.append(HDF5Chunk(index: index, address: address, count: count, mask: mask))
    }
}
