extension Tensor {
    /// One part along axis 0, without that axis: row `index` of a matrix, sample `index` of a batch. Copies.
    /// Setting it needs the same shape and type.
    public subscript(_ index: Int) -> Tensor {
        get {
            requireRow(index, operation: "subscript")
            return Tensor(sharing: copiedRows(index..<index + 1), shape: Array(shape.dropFirst()))
        }
        set {
            requireRow(index, operation: "subscript")
            replaceRows(index..<index + 1, with: newValue, partShape: Array(shape.dropFirst()))
        }
    }

    /// The parts of a range of axis 0, which stays: `images[0..<100]`, `images[5000...]`. Copies. Setting it
    /// needs the same shape and type.
    public subscript<R: RangeExpression<Int>>(range: R) -> Tensor {
        get { copiedRows(rows(in: range)) }
        set {
            let rows = rows(in: range)
            replaceRows(rows, with: newValue, partShape: [rows.count] + shape.dropFirst())
        }
    }

    /// The first `maximum` parts along axis 0, or all when there are fewer.
    public func prefix(_ maximum: Int) -> Tensor {
        require(maximum >= 0 && rank > 0, "prefix: cannot take \(maximum) parts of shape \(shape)")
        return copiedRows(0..<Swift.min(maximum, shape[0]))
    }

    /// All but the first `number` parts along axis 0; none when there are fewer.
    public func dropFirst(_ number: Int = 1) -> Tensor {
        require(number >= 0 && rank > 0, "dropFirst: cannot drop \(number) parts of shape \(shape)")
        return copiedRows(Swift.min(number, shape[0])..<shape[0])
    }

    /// The block that begins at `starts` and has the extents `sizes`, one of each per axis; a size of -1
    /// reaches to the end.
    public func slice(starts: [Int], sizes: [Int]) -> Tensor {
        let message = "slice: starts \(starts) and sizes \(sizes) do not fit shape \(shape)"
        require(starts.count == rank && sizes.count == rank, message)
        var extents = sizes
        for axis in shape.indices {
            require(starts[axis] >= 0 && starts[axis] <= shape[axis], message)
            if sizes[axis] == -1 { extents[axis] = shape[axis] - starts[axis] }
            require(extents[axis] >= 0 && extents[axis] <= shape[axis] - starts[axis], message)
        }
        let result = Tensor(uninitialized: extents, dtype: dtype, operation: "slice")
        guard result.count > 0, let run = extents.last else {
            if rank == 0 { return self }
            return result
        }
        let strides = TensorShape.strides(shape)
        var indices = [Int](repeating: 0, count: rank)
        var start = zip(starts, strides).map { $0 * $1 }.reduce(0, +)
        let width = dtype.byteCount
        for row in stride(from: 0, to: result.count, by: run) {
            (result.storage.base + row * width).copyMemory(
                from: storage.base + start * width, byteCount: run * width)
            var axis = rank - 2
            while axis >= 0 {
                indices[axis] += 1
                start += strides[axis]
                if indices[axis] < extents[axis] { break }
                start -= strides[axis] * extents[axis]
                indices[axis] = 0
                axis -= 1
            }
        }
        withExtendedLifetime((storage, result.storage)) {}
        return result
    }

    /// The given parts along axis 0, in the given order; a part may be taken more than once.
    public func gathering(rows: [Int]) -> Tensor {
        require(rank > 0, "gathering(rows:): a scalar has no rows")
        let result = Tensor(
            uninitialized: [rows.count] + shape.dropFirst(), dtype: dtype, operation: "gathering(rows:)")
        let block = rowByteCount
        for (position, row) in rows.enumerated() {
            requireRow(row, operation: "gathering(rows:)")
            (result.storage.base + position * block).copyMemory(
                from: storage.base + row * block, byteCount: block)
        }
        withExtendedLifetime((storage, result.storage)) {}
        return result
    }

    /// Rows of zeros with a one at the index that each element names: shape `[...]` becomes `[..., depth]`.
    ///
    /// Elements must be whole numbers in `0 ..< depth`; traps otherwise.
    public func oneHot(depth: Int, dtype: DType = .float32) -> Tensor {
        require(depth > 0, "oneHot: the depth \(depth) is not positive")
        let zeros = Tensor.build(shape + [depth], as: UInt8.self, operation: "oneHot") { output in
            output.update(repeating: 0, count: count * depth)
            for (row, index) in ints.enumerated() {
                require(
                    index >= 0 && index < depth,
                    "oneHot: element \(row) of shape \(shape) is \(index), outside of 0..<\(depth)"
                )
                output[row * depth + index] = 1
            }
        }
        return zeros.cast(to: dtype)
    }
}

extension Tensor {
    private var rowByteCount: Int {
        shape.dropFirst().reduce(dtype.byteCount, *)
    }

    private func requireRow(_ index: Int, operation: String) {
        require(
            rank > 0 && index >= 0 && index < shape[0],
            "\(operation): there is no part \(index) in shape \(shape)")
    }

    private func rows<R: RangeExpression<Int>>(in range: R) -> Range<Int> {
        require(rank > 0, "subscript: a scalar has no range \(range)")
        let all = 0..<shape[0]
        let rows = range.relative(to: all)
        require(
            rows.lowerBound >= 0 && rows.upperBound <= all.upperBound,
            "subscript: \(range) is outside of shape \(shape)"
        )
        return rows
    }

    private func copiedRows(_ rows: Range<Int>) -> Tensor {
        if rows.lowerBound == 0 && rows.upperBound == shape[0] { return self }
        let result = Tensor(uninitialized: [rows.count] + shape.dropFirst(), dtype: dtype)
        result.storage.base.copyMemory(
            from: storage.base + rows.lowerBound * rowByteCount, byteCount: result.byteCount)
        withExtendedLifetime(storage) {}
        return result
    }

    private mutating func replaceRows(_ rows: Range<Int>, with part: Tensor, partShape: [Int]) {
        require(
            part.shape == partShape && part.dtype == dtype,
            "subscript: \(part.dtype) \(part.shape) does not fit the place of \(dtype) \(partShape)")
        makeUnique()
        (storage.base + rows.lowerBound * rowByteCount).copyMemory(
            from: part.storage.base, byteCount: part.byteCount)
        withExtendedLifetime((part.storage, storage)) {}
    }
}
