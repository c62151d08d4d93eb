extension SymbolicTensor {
    /// `max(x, 0)`.
    public func relu() throws(GraphError) -> SymbolicTensor {
        try apply(Unary(kind: .relu))
    }

    /// `min(max(x, 0), maximum)`, the maximum above 0.
    public func clippedRelu(maximum: Double) throws(GraphError) -> SymbolicTensor {
        try apply(Unary(kind: .clippedRelu(maximum: maximum)))
    }

    /// `x > 0 ? x : slope * x`.
    public func leakyRelu(slope: Double = 0.3) throws(GraphError) -> SymbolicTensor {
        try apply(Unary(kind: .leakyRelu(slope: slope)))
    }

    /// `x > 0 ? x : alpha * (e ** x - 1)` (Clevert et al., 2015).
    public func elu(alpha: Double = 1) throws(GraphError) -> SymbolicTensor {
        try apply(Unary(kind: .elu(alpha: alpha)))
    }

    /// The self-normalizing ELU (Klambauer et al., 2017).
    public func selu() throws(GraphError) -> SymbolicTensor {
        try apply(Unary(kind: .selu))
    }

    /// `x * P(X <= x)` for a standard normal X (Hendrycks and Gimpel, 2016), or its approximation by tanh.
    public func gelu(approximate: Bool = false) throws(GraphError) -> SymbolicTensor {
        try apply(Unary(kind: approximate ? .geluTanh : .gelu))
    }

    /// `1 / (1 + e ** -x)`.
    public func sigmoid() throws(GraphError) -> SymbolicTensor {
        try apply(Unary(kind: .sigmoid))
    }

    /// `clip(x / 6 + 0.5, 0, 1)`.
    public func hardSigmoid() throws(GraphError) -> SymbolicTensor {
        try apply(Unary(kind: .hardSigmoid))
    }

    /// The hyperbolic tangent.
    public func tanh() throws(GraphError) -> SymbolicTensor {
        try apply(Unary(kind: .tanh))
    }

    /// `log(1 + e ** x)`.
    public func softplus() throws(GraphError) -> SymbolicTensor {
        try apply(Unary(kind: .softplus))
    }

    /// `x / (1 + |x|)`.
    public func softsign() throws(GraphError) -> SymbolicTensor {
        try apply(Unary(kind: .softsign))
    }

    /// `x * sigmoid(x)`, also called SiLU.
    public func swish() throws(GraphError) -> SymbolicTensor {
        try apply(Unary(kind: .swish))
    }

    /// `exp(x) / sum(exp(x))` along an axis, by default the last.
    public func softmax(axis: Int = -1) throws(GraphError) -> SymbolicTensor {
        try alongLast(axis, Softmax())
    }

    /// `x - log(sum(exp(x)))` along an axis, by default the last.
    public func logSoftmax(axis: Int = -1) throws(GraphError) -> SymbolicTensor {
        try alongLast(axis, LogSoftmax())
    }

    private func alongLast(_ axis: Int, _ operation: some GraphOperation) throws(GraphError) -> SymbolicTensor
    {
        // A scalar has no axis; the operation's own rule says so.
        guard rank > 0 else { return try apply(operation) }
        let axis = try checked { () throws(GraphError) in try ShapeRules.axis(axis, rank: rank) }
        if axis == rank - 1 { return try apply(operation) }
        var order = Array(0..<rank)
        order.swapAt(axis, rank - 1)
        return try transpose(order).apply(operation).transpose(order)
    }
}
