/// A chunk that is there.
struct HDF5Chunk {
    /// Which of the chunks that cover the dataset, counted row-major.
    var index: Int
    var address: Int
    /// The bytes that it takes in the file.
    var count: Int
    /// A bit for each filter that was left out.
    var mask: UInt32
}

/// How chunks cover a dataset.
struct HDF5ChunkGrid {
    let extents: [Int]
    let chunk: [Int]
    /// The number of chunks along each axis.
    let counts: [Int]
    /// The numbers of chunks when every axis has grown as far as it may; `nil` for without end.
    let largestCounts: [Int?]

    /// `shape` has a number of elements that does not overflow.
    init(_ shape: [Int], largest: [Int?], chunk: [Int], _ source: HDF5Source) throws(FormatError) {
        guard shape.count == chunk.count, largest.count == shape.count else {
            throw source.malformed("a dataset of \(shape.count) axes has chunks of \(chunk.count)")
        }
        for case (let extent, let limit?) in zip(shape, largest) where limit < extent {
            throw source.malformed("an axis of \(extent) may grow to \(limit)")
        }
        func count(_ extent: Int, _ part: Int) -> Int { extent == 0 ? 0 : (extent - 1) / part + 1 }
        extents = shape
        self.chunk = chunk
        counts = zip(shape, chunk).map { count($0, $1) }
        largestCounts = zip(largest, chunk).map { limit, part in limit.map { count($0, part) } }
    }

    /// The index of the chunk at a place in the grid; `nil` outside of it.
    func index(of place: [Int]) -> Int? {
        var index = 0
        for (coordinate, count) in zip(place, counts) {
            guard coordinate >= 0, coordinate < count else { return nil }
            index = index * count + coordinate
        }
        return index
    }

    /// The place of a chunk of the grid.
    func place(of index: Int) -> [Int] {
        var (rest, place) = (index, [Int](repeating: 0, count: counts.count))
        for axis in counts.indices.reversed() {
            place[axis] = rest % counts[axis]
            rest /= counts[axis]
        }
        return place
    }

    /// Whether a chunk sticks out of the dataset.
    func isPartial(_ place: [Int]) -> Bool {
        place.indices.contains { extents[$0] - place[$0] * chunk[$0] < chunk[$0] }
    }

    /// How arrays of chunks count: row-major over the grid of the largest extents, the axis without end
    /// before all others.
    struct Numbering {
        /// The axes, the slowest first, and their counts but for the first.
        fileprivate var axes: [Int]
        fileprivate var counts: [Int]

        /// The place of the chunk of a number; `nil` for one outside of the grid.
        func place(_ number: Int) -> [Int]? {
            var (rest, place) = (number, [Int](repeating: 0, count: axes.count))
            for (axis, count) in zip(axes, counts).dropFirst().reversed() {
                guard count > 0 else { return nil }
                place[axis] = rest % count
                rest /= count
            }
            place[axes[0]] = rest
            return place
        }
    }

    /// The numbering of an array of chunks.
    func numbering(_ source: HDF5Source) throws(FormatError) -> Numbering {
        var axes = Array(extents.indices)
        let endless = axes.filter { largestCounts[$0] == nil }
        guard endless.count <= 1, !axes.isEmpty else {
            throw source.malformed("a dataset lists its chunks in an array, and grows along several axes")
        }
        if let axis = endless.first {
            axes.remove(at: axis)
            axes.insert(axis, at: 0)
        }
        return Numbering(axes: axes, counts: axes.map { largestCounts[$0] ?? 0 })
    }
}
