import ThawTensor

/// Checks that shape rules share.
enum ShapeRules {
    /// Throws unless `inputs` has `count` elements.
    static func expect(_ inputs: [TensorType], count: Int) throws(GraphError) {
        guard inputs.count == count else {
            throw GraphError(
                "expects \(count) input\(count == 1 ? "" : "s"), got \(inputs.count); pass exactly \(count).")
        }
    }

    /// Throws unless `type` has a floating element type.
    static func expectFloating(_ type: TensorType, _ what: String = "the input") throws(GraphError) {
        guard type.dtype.isFloatingPoint else {
            throw GraphError(
                "\(what) must have a floating element type, got \(type); convert it with cast(to: .float32).")
        }
    }

    /// Throws unless all `types` have the element type of the first.
    static func expectEqualTypes(_ types: [TensorType]) throws(GraphError) {
        guard let first = types.first else { return }
        for type in types.dropFirst() where type.dtype != first.dtype {
            throw GraphError(
                "element types must be equal, got \(first.dtype) and \(type.dtype); convert one with "
                    + "cast(to:)."
            )
        }
    }

    /// Throws unless `type` is int32.
    static func expectIndices(_ type: TensorType, _ what: String) throws(GraphError) {
        guard type.dtype == .int32 else {
            throw GraphError("\(what) must be int32, got \(type); convert them with cast(to: .int32).")
        }
    }

    /// Throws unless `type` is bool.
    static func expectBool(_ type: TensorType, _ what: String) throws(GraphError) {
        guard type.dtype == .bool else {
            throw GraphError(
                "\(what) must be bool, got \(type); make it with a comparison such as greater(than:).")
        }
    }

    /// Throws unless `type` has `rank` axes.
    static func expectRank(_ type: TensorType, _ rank: Int, _ what: String, _ axes: String) throws(GraphError)
    {
        guard type.rank == rank else {
            throw GraphError(
                "\(what) must have \(rank) axes \(axes), got \(type.rank) in \(type); change it with "
                    + "reshape(to:)."
            )
        }
    }

    /// Throws unless `type` has exactly `shape`.
    static func expectShape(_ type: TensorType, _ shape: [Int], _ what: String) throws(GraphError) {
        guard type.shape == shape else {
            throw GraphError(
                "\(what) must have the shape \(shape), got \(type.shape); change it with reshape(to:).")
        }
    }

    /// The shape that NumPy's broadcasting gives: axes are matched from the last, and a size of 1 stretches.
    static func broadcast(_ left: [Int], _ right: [Int]) throws(GraphError) -> [Int] {
        let rank = max(left.count, right.count)
        var shape = [Int](repeating: 1, count: rank)
        for axis in 0..<rank {
            let a = axis + left.count >= rank ? left[axis + left.count - rank] : 1
            let b = axis + right.count >= rank ? right[axis + right.count - rank] : 1
            guard a == b || a == 1 || b == 1 else {
                throw GraphError(
                    "shapes \(left) and \(right) do not fit together: on axis \(axis) of the result \(a) "
                        + "meets \(b), and "
                        + "only equal sizes or 1 broadcast; change one with reshape(to:).")
            }
            shape[axis] = a == 1 ? b : a
        }
        return shape
    }

    /// Makes an axis that may count from the end non-negative.
    static func axis(_ axis: Int, rank: Int) throws(GraphError) -> Int {
        guard axis >= -rank, axis < rank else {
            throw GraphError(
                "axis \(axis) does not exist in a tensor of \(rank) axes; use \(-rank) to \(rank - 1).")
        }
        return axis < 0 ? axis + rank : axis
    }

    /// Makes axes non-negative, sorted and checked for duplicates; nil means all.
    static func axes(_ axes: [Int]?, rank: Int) throws(GraphError) -> [Int] {
        guard let axes else { return Array(0..<rank) }
        var result: [Int] = []
        for each in axes {
            let axis = try axis(each, rank: rank)
            guard !result.contains(axis) else {
                throw GraphError("axis \(axis) is named twice in \(axes); name each axis once.")
            }
            result.append(axis)
        }
        return result.sorted()
    }
}

extension GradientContext {
    /// The first input.
    var input: SymbolicTensor { inputs[0] }

    /// The first output.
    var output: SymbolicTensor { outputs[0] }

    /// The graph in which gradients are written.
    var graph: Graph { outputs[0].graph }

    /// The gradient that arrives at an output, zeros where none does.
    func arrived(_ index: Int = 0) throws(GraphError) -> SymbolicTensor {
        if let gradient = outputGradients[index] { return gradient }
        return try graph.constant(0, dtype: outputs[index].dtype).broadcast(to: outputs[index].shape)
    }

    /// Gradients from an operation's decomposition, for those that are rarely differentiated: the simpler
    /// operations are written into the graph and differentiated up to copies of the inputs, so that only
    /// partial derivatives are taken.
    func gradients(ofDecomposed operation: some GraphOperation) throws(GraphError) -> [SymbolicTensor?] {
        var copies: [SymbolicTensor] = []
        for input in inputs { copies.append(try input.stopGradient()) }
        guard let results = try operation.decomposed(copies) else {
            throw GraphError(
                "has no gradient; leave it outside of what is differentiated, or use stopGradient().")
        }
        var total: SymbolicTensor?
        for (result, gradient) in zip(results, outputGradients) {
            guard let gradient else { continue }
            let part = try (result * gradient).sum()
            total = try total.map { sum throws(GraphError) in try sum + part } ?? part
        }
        guard let total else { return inputs.map { _ in nil } }
        let wanted = copies.indices.filter { needsGradient[$0] && inputs[$0].dtype.isFloatingPoint }
        let gradients = try graph.gradients(of: total, withRespectTo: wanted.map { copies[$0] })
        var result = [SymbolicTensor?](repeating: nil, count: inputs.count)
        for (index, gradient) in zip(wanted, gradients) { result[index] = gradient }
        return result
    }
}
