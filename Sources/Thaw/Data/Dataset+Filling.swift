import ThawTensor

// The path of `fit`: rows go straight from the tensors into an executable's input buffers, and nothing is
// allocated.

extension Dataset {
    /// Which tensor of a sample.
    enum Column: Sendable, Hashable {
        case input(Int)
        case target(Int)
        case weights
    }

    /// Gathers rows of a tensor of a data set without maps into a buffer.
    ///
    /// Elements are converted where `dtype` differs from the tensor's; a float that no `int32` is near
    /// becomes the closest one, and NaN the smallest, which is no label.
    ///
    /// - Parameters:
    ///   - column: which tensor; without weights ``Column/weights`` fills ones.
    ///   - positions: samples of this data set, each in 0 ..< ``count``.
    ///   - buffer: room for exactly these samples.
    func fill(
        _ column: Column, positions: UnsafeBufferPointer<Int>, into buffer: UnsafeMutableRawBufferPointer,
        as dtype: DType = .float32
    ) {
        let tensor: Tensor
        switch column {
        case .input(let index): tensor = columns.inputs[index]
        case .target(let index): tensor = columns.targets[index]
        case .weights:
            guard let weights = columns.weights else {
                buffer.bindMemory(to: Float.self).update(repeating: 1)
                return
            }
            tensor = weights
        }
        switch rows {
        case .run(let range):
            let first = range.lowerBound
            RowGather.gather(tensor, count: positions.count, into: buffer, as: dtype) {
                first + positions[$0]
            }
        case .list(let list):
            list.withUnsafeBufferPointer { list in
                RowGather.gather(tensor, count: positions.count, into: buffer, as: dtype) {
                    list[positions[$0]]
                }
            }
        }
    }

    /// As above, for positions in an array.
    func fill(
        _ column: Column, positions: ArraySlice<Int>, into buffer: UnsafeMutableRawBufferPointer,
        as dtype: DType = .float32
    ) {
        positions.withUnsafeBufferPointer { fill(column, positions: $0, into: buffer, as: dtype) }
    }
}
