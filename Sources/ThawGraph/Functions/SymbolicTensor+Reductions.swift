import ThawTensor

extension SymbolicTensor {
    /// The sum over axes, by default all; negative axes count from the end.
    public func sum(axes: [Int]? = nil, keepingDimensions: Bool = false) throws(GraphError) -> SymbolicTensor
    {
        try reduce(.sum, axes, keepingDimensions)
    }

    /// The mean over axes, by default all; negative axes count from the end.
    public func mean(axes: [Int]? = nil, keepingDimensions: Bool = false) throws(GraphError) -> SymbolicTensor
    {
        try reduce(.mean, axes, keepingDimensions)
    }

    /// The maximum over axes, by default all; negative axes count from the end.
    public func max(axes: [Int]? = nil, keepingDimensions: Bool = false) throws(GraphError) -> SymbolicTensor
    {
        try reduce(.maximum, axes, keepingDimensions)
    }

    /// The minimum over axes, by default all; negative axes count from the end.
    public func min(axes: [Int]? = nil, keepingDimensions: Bool = false) throws(GraphError) -> SymbolicTensor
    {
        try reduce(.minimum, axes, keepingDimensions)
    }

    /// The index of the largest element along an axis, of equals the first, as int32.
    public func argMax(axis: Int = -1) throws(GraphError) -> SymbolicTensor {
        let axis = try checked { () throws(GraphError) in try ShapeRules.axis(axis, rank: rank) }
        return try apply(ArgumentMaximum(axis: axis))
    }

    /// Undoes broadcasting: sums over the axes that `shape` does not have or has as 1.
    public func summed(toShape shape: [Int]) throws(GraphError) -> SymbolicTensor {
        if shape == self.shape { return self }
        let extra = rank - shape.count
        guard extra >= 0 else {
            throw GraphError(
                "cannot sum \(self.shape) to \(shape), which has more axes.", operation: "summed",
                scope: graph.scope)
        }
        var axes = Array(0..<extra)
        for axis in extra..<rank where shape[axis - extra] == 1 && self.shape[axis] != 1 { axes.append(axis) }
        return try sum(axes: axes, keepingDimensions: false).reshape(to: shape)
    }

    private func reduce(
        _ kind: ReductionKind, _ axes: [Int]?, _ keepsDimensions: Bool
    ) throws(GraphError) -> SymbolicTensor {
        let axes = try checked { () throws(GraphError) in try ShapeRules.axes(axes, rank: rank) }
        if axes.isEmpty, dtype.isFloatingPoint { return self }
        return try apply(Reduction(kind: kind, axes: axes, keepsDimensions: keepsDimensions))
    }

    /// Names the open scope in errors that are found before an operation is applied.
    func checked<Result>(_ body: () throws(GraphError) -> Result) throws(GraphError) -> Result {
        do {
            return try body()
        } catch {
            throw GraphError(error.message, operation: error.operation, scope: graph.scope)
        }
    }
}
