import COneDNN

/// A matrix product of plain matrices, small enough for one thread.
struct ProductWork: DivisibleWork {
    let source: thaw_layout
    let weights: thaw_layout
    let bias: thaw_layout
    let destination: thaw_layout
    let posts: [thaw_post_operation]
    let sourceStorage: Storage
    let weightsStorage: Storage
    let biasStorage: Storage?
    let destinationStorage: Storage
    let rows: Int
    let work: Int
    /// The whole product, which exists already.
    let whole: Primitive

    var isShared: Bool { false }
    var cuttableElements: Int? { nil }
    var rowCount: Int? { rows }

    func onOneThread(_ phase: Phase) -> PlannedStep? { step(whole, phase) }

    func part(_ elements: Range<Int>, _ phase: Phase) -> PlannedStep {
        preconditionFailure("a matrix product is not cut at any element")
    }

    func byRows(_ rows: Int) -> RowDivision? {
        // Row by row in memory: not a transposed source.
        guard rows == self.rows, source.rank == 2, source.strides.1 == 1,
            weightsStorage !== sourceStorage, biasStorage !== sourceStorage
        else { return nil }
        return RowDivision(alignedReads: [sourceStorage], rowWrites: [destinationStorage], sums: []) {
            part, _, phase in
            guard
                let primitive = withUnsafeLayouts(
                    source.rows(part.count), weights, bias, destination.rows(part.count),
                    { Primitive(thaw_matmul_create($0, $1, $2, $3, posts, Int32(posts.count), 1)) }),
                primitive.matches(.weights, weights)
            else { return nil }
            return step(primitive, phase, firstRow: part.lowerBound)
        }
    }

    private func step(_ primitive: Primitive, _ phase: Phase, firstRow: Int = 0) -> PlannedStep {
        var reads: [(Primitive.Argument, Storage)] = [(.source, sourceStorage), (.weights, weightsStorage)]
        if let biasStorage { reads.append((.bias, biasStorage)) }
        return PlannedStep(
            "matmul", primitive, phase: phase, reads: reads, writes: [(.destination, destinationStorage)],
            offsets: [
                (.source, firstRow * Int(source.strides.0) * 4),
                (.destination, firstRow * Int(destination.strides.0) * 4),
            ], divisible: self)
    }
}

extension thaw_layout {
    /// The same matrix with fewer rows.
    fileprivate func rows(_ count: Int) -> thaw_layout {
        var copy = self
        copy.sizes.0 = Int64(count)
        return copy
    }
}
