extension Tensor {
    /// The same elements under another shape; shares memory. One extent may be -1 and is then computed. Traps
    /// when the counts differ.
    public func reshaped(to shape: [Int]) -> Tensor {
        var shape = shape
        if let unknown = shape.firstIndex(of: -1) {
            shape[unknown] = 1
            let known = TensorShape.requiredCount(shape, dtype: dtype, operation: "reshaped(to:)")
            require(
                known > 0 && count % known == 0,
                "reshaped(to:): \(self.shape) does not fit \(shape) with axis \(unknown) to be computed"
            )
            shape[unknown] = count / known
        }
        require(
            TensorShape.elementCount(shape) == count,
            "reshaped(to:): \(self.shape) has \(count) elements, which do not fit the shape \(shape)")
        return Tensor(sharing: self, shape: shape)
    }

    /// The elements as rank 1; shares memory.
    public var flattened: Tensor { Tensor(sharing: self, shape: [count]) }

    /// The same elements with an axis of extent 1 inserted so that it becomes `axis` (-1: the last).
    public func expandingDimension(at axis: Int) -> Tensor {
        var shape = shape
        shape.insert(
            1, at: TensorShape.normalized(axis: axis, rank: rank + 1, operation: "expandingDimension"))
        return Tensor(sharing: self, shape: shape)
    }

    /// The axes in another order: axis `i` of the result is axis `permutation[i]` of this tensor. Without an
    /// argument the axes are reversed. Copies.
    public func transposed(_ permutation: [Int]? = nil) -> Tensor {
        let order = permutation ?? Array(shape.indices.reversed())
        require(
            order.sorted() == Array(shape.indices),
            "transposed: \(order) is not a permutation of the axes of shape \(shape)")
        if order == Array(shape.indices) { return self }
        let result = Tensor(uninitialized: order.map { shape[$0] }, dtype: dtype)
        let own = TensorShape.strides(shape)
        let strides = order.map { own[$0] }
        switch dtype.byteCount {
        case 1: permute(into: result, strides: strides, as: UInt8.self)
        case 2: permute(into: result, strides: strides, as: UInt16.self)
        case 4: permute(into: result, strides: strides, as: UInt32.self)
        default: permute(into: result, strides: strides, as: UInt64.self)
        }
        return result
    }

    private func permute<T: FixedWidthInteger>(into result: Tensor, strides: [Int], as type: T.Type) {
        guard count > 0, let innerStride = strides.last, let inner = result.shape.last else { return }
        let input = storage.base.bindMemory(to: type, capacity: count)
        let output = result.storage.base.bindMemory(to: type, capacity: count)
        var indices = [Int](repeating: 0, count: result.rank)
        var start = 0
        for row in stride(from: 0, to: count, by: inner) {
            for column in 0..<inner { output[row + column] = input[start + column * innerStride] }
            var axis = result.rank - 2
            while axis >= 0 {
                indices[axis] += 1
                start += strides[axis]
                if indices[axis] < result.shape[axis] { break }
                start -= strides[axis] * result.shape[axis]
                indices[axis] = 0
                axis -= 1
            }
        }
        withExtendedLifetime((storage, result.storage)) {}
    }

    /// The tensors one after the other along an axis that they have (negative: from the back). Traps when
    /// there are none, or types or other extents differ.
    public static func concatenate(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
        guard let first = tensors.first else { stop("concatenate: there are no tensors") }
        let axis = TensorShape.normalized(axis: axis, rank: first.rank, operation: "concatenate")
        var shape = first.shape
        shape[axis] = 0
        for tensor in tensors {
            var other = tensor.shape
            if axis < other.count { other[axis] = first.shape[axis] }
            require(
                other == first.shape && tensor.dtype == first.dtype,
                "concatenate along axis \(axis): \(tensor.dtype) \(tensor.shape) does not fit "
                    + "\(first.dtype) \(first.shape)")
            shape[axis] += tensor.shape[axis]
        }
        let result = Tensor(uninitialized: shape, dtype: first.dtype, operation: "concatenate")
        let rows = shape[..<axis].reduce(1, *)
        var output = result.storage.base
        let blocks = tensors.map { rows == 0 ? 0 : $0.byteCount / rows }
        for row in 0..<rows {
            for (tensor, block) in zip(tensors, blocks) {
                output.copyMemory(from: tensor.storage.base + row * block, byteCount: block)
                output += block
            }
        }
        withExtendedLifetime((tensors, result.storage)) {}
        return result
    }

    /// Tensors of one shape and type as the parts of a new axis (negative: from the back of the result).
    public static func stack(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
        guard let first = tensors.first else { stop("stack: there are no tensors") }
        for tensor in tensors {
            require(
                tensor.shape == first.shape,
                "stack: shape \(tensor.shape) does not equal the first, \(first.shape)")
        }
        let axis = TensorShape.normalized(axis: axis, rank: first.rank + 1, operation: "stack")
        return concatenate(tensors.map { $0.expandingDimension(at: axis) }, axis: axis)
    }
}
