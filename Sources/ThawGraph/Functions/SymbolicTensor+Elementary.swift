extension SymbolicTensor {
    /// `e ** x`.
    public func exp() throws(GraphError) -> SymbolicTensor { try apply(Unary(kind: .exponential)) }

    /// The natural logarithm.
    public func log() throws(GraphError) -> SymbolicTensor { try apply(Unary(kind: .logarithm)) }

    /// `log(1 + x)`, exact for small x.
    public func logOnePlus() throws(GraphError) -> SymbolicTensor {
        try apply(Unary(kind: .logarithmOnePlus))
    }

    /// The square root.
    public func sqrt() throws(GraphError) -> SymbolicTensor { try apply(Unary(kind: .squareRoot)) }

    /// `1 / sqrt(x)`.
    public func reciprocalSquareRoot() throws(GraphError) -> SymbolicTensor {
        try apply(Unary(kind: .reciprocalSquareRoot))
    }

    /// `x * x`.
    public func square() throws(GraphError) -> SymbolicTensor { try apply(Unary(kind: .square)) }

    /// `|x|`.
    public func abs() throws(GraphError) -> SymbolicTensor { try apply(Unary(kind: .absolute)) }

    /// -1, 0 or 1.
    public func sign() throws(GraphError) -> SymbolicTensor { try apply(Unary(kind: .sign)) }

    /// `1 / x`.
    public func reciprocal() throws(GraphError) -> SymbolicTensor { try apply(Unary(kind: .reciprocal)) }

    /// The largest integer not above x; no gradient.
    public func floor() throws(GraphError) -> SymbolicTensor { try apply(Unary(kind: .floor)) }

    /// The nearest integer, halves to the even one; no gradient.
    public func round() throws(GraphError) -> SymbolicTensor { try apply(Unary(kind: .round)) }

    /// The sine of radians.
    public func sine() throws(GraphError) -> SymbolicTensor { try apply(Unary(kind: .sine)) }

    /// The cosine of radians.
    public func cosine() throws(GraphError) -> SymbolicTensor { try apply(Unary(kind: .cosine)) }

    /// The Gauss error function.
    public func erf() throws(GraphError) -> SymbolicTensor { try apply(Unary(kind: .erf)) }

    /// Limits each element to a range. The gradient is 1 inside, ends included, and 0 outside.
    public func clip(_ minimum: Double, _ maximum: Double) throws(GraphError) -> SymbolicTensor {
        try apply(Unary(kind: .clip(minimum: minimum, maximum: maximum)))
    }
}
