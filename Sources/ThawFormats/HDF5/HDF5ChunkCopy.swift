import Foundation

/// Copies a chunk to its place in a dataset, row by row, without what sticks out.
enum HDF5ChunkCopy {
    /// `chunk` has exactly the bytes of a chunk of `grid`, `result` those of the dataset.
    static func copy(
        _ chunk: ArraySlice<UInt8>, to result: inout [UInt8], place: [Int], grid: HDF5ChunkGrid,
        elementSize: Int
    ) {
        let rank = place.count
        let starts = zip(place, grid.chunk).map { $0 * $1 }
        let lengths = (0..<rank).map { min(grid.chunk[$0], grid.extents[$0] - starts[$0]) }
        guard let last = lengths.last, lengths.allSatisfy({ $0 > 0 }) else { return }
        // The distance of neighbours along each axis, in bytes.
        var targetStrides = [Int](repeating: elementSize, count: rank)
        var sourceStrides = targetStrides
        for axis in (0..<rank - 1).reversed() {
            targetStrides[axis] = targetStrides[axis + 1] * grid.extents[axis + 1]
            sourceStrides[axis] = sourceStrides[axis + 1] * grid.chunk[axis + 1]
        }
        var target = zip(starts, targetStrides).reduce(0) { $0 + $1.0 * $1.1 }
        var source = 0
        var index = [Int](repeating: 0, count: rank)
        chunk.withUnsafeBytes { from in
            result.withUnsafeMutableBytes { to in
                while true {
                    let row = last * elementSize
                    UnsafeMutableRawBufferPointer(rebasing: to[target..<target + row])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: from[source..<source + row]))
                    var axis = rank - 2
                    while axis >= 0 {
                        index[axis] += 1
                        target += targetStrides[axis]
                        source += sourceStrides[axis]
                        if index[axis] < lengths[axis] { break }
                        target -= targetStrides[axis] * lengths[axis]
                        source -= sourceStrides[axis] * lengths[axis]
                        index[axis] = 0
                        axis -= 1
                    }
                    if axis < 0 { return }
                }
            }
        }
    }
}
