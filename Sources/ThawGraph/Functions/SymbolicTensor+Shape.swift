public import ThawTensor

extension SymbolicTensor {
    /// The same elements under another shape; one size may be -1 and is then computed.
    public func reshape(to shape: [Int]) throws(GraphError) -> SymbolicTensor {
        var resolved = shape
        if let free = shape.firstIndex(of: -1) {
            let known = shape.filter { $0 != -1 }
            let product = TensorShape.elementCount(known) ?? 0
            guard known.count == shape.count - 1, product > 0, type.count % product == 0 else {
                throw GraphError(
                    "cannot find the size for -1 when reshaping \(self.shape) with \(type.count) elements "
                        + "to \(shape); "
                        + "use -1 once, and sizes that divide the number of elements.",
                    operation: "Reshape", scope: graph.scope)
            }
            resolved[free] = type.count / product
        }
        if resolved == self.shape { return self }
        return try apply(Reshape(shape: resolved))
    }

    /// All axes but the first merged into one: `[n, ...]` to `[n, elements of one sample]`.
    public func flatten() throws(GraphError) -> SymbolicTensor {
        guard let first = shape.first else {
            throw GraphError("a scalar has no axis 0.", operation: "Flatten", scope: graph.scope)
        }
        return try reshape(to: [first, shape.dropFirst().reduce(1, *)])
    }

    /// Axes in another order: axis i of the result is axis `permutation[i]`. By default the order is
    /// reversed.
    public func transpose(_ permutation: [Int]? = nil) throws(GraphError) -> SymbolicTensor {
        let permutation = permutation ?? Array((0..<rank).reversed())
        if permutation == Array(0..<rank) { return self }
        return try apply(Transpose(permutation: permutation))
    }

    /// Adds an axis of size 1; a negative axis counts from the end of the result.
    public func expandingDimension(at axis: Int) throws(GraphError) -> SymbolicTensor {
        var sizes = shape
        let axis = try checked { () throws(GraphError) in try ShapeRules.axis(axis, rank: rank + 1) }
        sizes.insert(1, at: axis)
        return try reshape(to: sizes)
    }

    /// Puts tensors one after another along an axis; a negative axis counts from the end.
    public static func concatenate(
        _ tensors: [SymbolicTensor], axis: Int = -1
    ) throws(GraphError) -> SymbolicTensor {
        guard let first = tensors.first else {
            throw GraphError("expects at least one tensor, got none.", operation: "Concatenate")
        }
        if tensors.count == 1 { return first }
        let axis = try first.checked { () throws(GraphError) in try ShapeRules.axis(axis, rank: first.rank) }
        return try first.graph.apply(Concatenate(axis: axis), tensors)[0]
    }

    /// A box: on each axis `sizes` elements from `starts`, `strides` apart (1 unless given).
    public func slice(
        starts: [Int], sizes: [Int], strides: [Int]? = nil
    ) throws(GraphError) -> SymbolicTensor {
        if sizes == shape, starts.count == rank, starts.allSatisfy({ $0 == 0 }),
            strides == nil || strides == [Int](repeating: 1, count: rank)
        {
            return self
        }
        return try apply(Slice(starts: starts, sizes: sizes, strides: strides))
    }

    /// Surrounds the tensor with a constant: so many elements before and after on each axis.
    public func pad(before: [Int], after: [Int], value: Double = 0) throws(GraphError) -> SymbolicTensor {
        if before.count == rank, after.count == rank, (before + after).allSatisfy({ $0 == 0 }) { return self }
        return try apply(Pad(before: before, after: after, value: value))
    }

    /// Repeats axes of size 1, and adds leading axes, up to a shape.
    public func broadcast(to shape: [Int]) throws(GraphError) -> SymbolicTensor {
        if shape == self.shape { return self }
        return try apply(BroadcastTo(shape: shape))
    }

    /// Rows of this tensor at int32 indices; see `Gather`.
    public func gather(_ indices: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try apply(Gather(), indices)
    }

    /// With these int32 indices: adds the rows of `values` into `rows` rows of zeros; see `ScatterAdd`.
    public func scatterAdd(_ values: SymbolicTensor, rows: Int) throws(GraphError) -> SymbolicTensor {
        try apply(ScatterAdd(rows: rows), values)
    }

    /// With these int32 indices: rows of length `depth` with a single 1 (float32).
    public func oneHot(depth: Int) throws(GraphError) -> SymbolicTensor { try apply(OneHot(depth: depth)) }

    /// Converts the element type.
    public func cast(to dtype: DType) throws(GraphError) -> SymbolicTensor {
        if dtype == self.dtype { return self }
        return try apply(Cast(dtype: dtype))
    }

    /// The same values, through which no gradient passes.
    public func stopGradient() throws(GraphError) -> SymbolicTensor { try apply(StopGradient()) }
}
