import CKernels
import COneDNN

/// A product of two plain matrices.
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
    /// The whole product, which exists already, and its threads.
    let whole: Primitive
    let threads: Int32

    var isShared: Bool { threads > 1 }
    /// Each thread reads all of the weights, and should find them in its cache.
    var joinsChains: Bool { weightsStorage.bytes <= 2 << 20 }
    var mayWait: Bool { !isShared || joinsChains }
    var rowCount: Int? { rows }
    var pieces: Pieces? { joinsChains ? Pieces(count: rows, width: Int(destination.sizes.1)) : nil }

    func onOneThread(_ phase: Phase) -> PlannedStep? { isShared ? nil : step(whole, phase) }

    /// Some rows of the result.
    func part(_ pieces: Range<Int>, _ phase: Phase) -> PlannedStep? {
        guard !pieces.isEmpty,
            let primitive = withUnsafeLayouts(
                source.rows(pieces.count), weights, bias, destination.rows(pieces.count),
                { Primitive(thaw_matmul_create($0, $1, $2, $3, posts, Int32(posts.count), 1)) }),
            primitive.matches(.weights, weights)
        else { return nil }
        return step(primitive, phase, firstRow: pieces.lowerBound)
    }

    func byRows(_ rows: Int) -> RowDivision? {
        // Row by row in memory: not a transposed source.
        guard rows == self.rows, source.strides.1 == 1, weightsStorage !== sourceStorage,
            biasStorage !== sourceStorage
        else { return nil }
        return RowDivision(alignedReads: [sourceStorage], sums: []) {
            rows, _, phase in part(rows, phase)
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
            ])
    }

    // MARK: - Depth

    /// Whether the weights are worth keeping in place, each thread's rows of them in its cache from the product to their
    /// gradient and update: they are larger than all that passes by.
    var isWorthDividingByDepth: Bool {
        isShared && posts.isEmpty && source.strides.1 == 1 && weights.strides.1 == 1
            && weightsStorage.bytes >= 2 * (sourceStorage.bytes + destinationStorage.bytes)
    }

    /// Two steps: each thread multiplies its part of the source's columns with as many rows of the weights, then the
    /// products are added; nil if there is no kernel.
    ///
    /// - Parameter partial: memory for a product from each thread.
    func byDepth(_ count: Int, partial: Storage, _ phase: Phase) -> [PlannedStep]? {
        let depth = Int(source.sizes.1), bytes = destinationStorage.bytes
        // A program adds the products, with a register for each, the bias and the result.
        guard depth >= count, count + 2 <= Int(THAW_MAXIMUM_SLOTS) else { return nil }
        var lists: [[PlannedStep]] = []
        for thread in 0..<count {
            let range = depth * thread / count..<depth * (thread + 1) / count
            guard
                let primitive = withUnsafeLayouts(
                    source.columns(range.count), weights.rows(range.count), thaw_layout(), destination,
                    { Primitive(thaw_matmul_create($0, $1, $2, $3, nil, 0, 1)) }),
                primitive.matches(.weights, weights.rows(range.count))
            else { return nil }
            lists.append([
                PlannedStep(
                    "matmul", primitive, phase: phase,
                    reads: [(.source, sourceStorage), (.weights, weightsStorage)],
                    writes: [(.destination, partial)],
                    offsets: [
                        (.source, range.lowerBound * 4),
                        (.weights, range.lowerBound * Int(weights.strides.0) * 4),
                        (.destination, thread * bytes),
                    ])
            ])
        }
        return [PlannedStep(sideBySide: lists), sum(of: count, partial, bytes).step(phase)]
    }

    /// The sum of the threads' products and the bias.
    private func sum(of count: Int, _ partial: Storage, _ bytes: Int) -> ElementwiseProgram {
        let columns = Int(destination.sizes.1)
        var inputs = (0..<count).map {
            ElementwiseProgram.Input(storage: partial, spread: .full, type: .float32, offset: $0 * bytes)
        }
        if let biasStorage {
            inputs.append(.init(storage: biasStorage, spread: .row(columns: columns), type: .float32))
        }
        let result = UInt8(inputs.count)
        let additions = (1..<inputs.count).map { index in
            var addition = thaw_instruction()
            addition.operation = UInt8(THAW_OP_ADD)
            addition.destination = result
            addition.a = index == 1 ? 0 : result
            addition.b = UInt8(index)
            return addition
        }
        return ElementwiseProgram(
            rows: rows, columns: columns, slots: inputs.count + 1, threads: 1, workPerElement: 1,
            inputs: inputs, instructions: additions,
            outputs: [
                .init(
                    storage: destinationStorage, slot: result, kind: UInt8(THAW_STORE), type: .float32,
                    factor: 1)
            ])
    }
}

extension thaw_layout {
    /// The same matrix with fewer rows.
    fileprivate func rows(_ count: Int) -> thaw_layout {
        var copy = self
        copy.sizes.0 = Int64(count)
        return copy
    }

    /// The same matrix with fewer columns.
    fileprivate func columns(_ count: Int) -> thaw_layout {
        var copy = self
        copy.sizes.1 = Int64(count)
        return copy
    }
}
