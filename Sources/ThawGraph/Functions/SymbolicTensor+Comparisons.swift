extension SymbolicTensor {
    /// Where an element equals the other tensor's: bool, with broadcasting.
    public func equal(to other: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try binary(.equal, other)
    }

    /// Where an element equals a number: bool.
    public func equal(to other: Double) throws(GraphError) -> SymbolicTensor {
        try binary(.equal, scalar(other))
    }

    /// Where an element differs from the other tensor's: bool, with broadcasting.
    public func notEqual(to other: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try binary(.notEqual, other)
    }

    /// Where an element differs from a number: bool.
    public func notEqual(to other: Double) throws(GraphError) -> SymbolicTensor {
        try binary(.notEqual, scalar(other))
    }

    /// Where an element is less than the other tensor's: bool, with broadcasting.
    public func less(than other: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try binary(.less, other)
    }

    /// Where an element is less than a number: bool.
    public func less(than other: Double) throws(GraphError) -> SymbolicTensor {
        try binary(.less, scalar(other))
    }

    /// Where an element is less than or equal to the other tensor's: bool, with broadcasting.
    public func lessOrEqual(to other: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try binary(.lessEqual, other)
    }

    /// Where an element is less than or equal to a number: bool.
    public func lessOrEqual(to other: Double) throws(GraphError) -> SymbolicTensor {
        try binary(.lessEqual, scalar(other))
    }

    /// Where an element is greater than the other tensor's: bool, with broadcasting.
    public func greater(than other: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try binary(.greater, other)
    }

    /// Where an element is greater than a number: bool.
    public func greater(than other: Double) throws(GraphError) -> SymbolicTensor {
        try binary(.greater, scalar(other))
    }

    /// Where an element is greater than or equal to the other tensor's: bool, with broadcasting.
    public func greaterOrEqual(to other: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try binary(.greaterEqual, other)
    }

    /// Where an element is greater than or equal to a number: bool.
    public func greaterOrEqual(to other: Double) throws(GraphError) -> SymbolicTensor {
        try binary(.greaterEqual, scalar(other))
    }

    /// Where both are true.
    public func logicalAnd(_ other: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try binary(.logicalAnd, other)
    }

    /// Where at least one is true.
    public func logicalOr(_ other: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try binary(.logicalOr, other)
    }

    /// Where this is false.
    public func logicalNot() throws(GraphError) -> SymbolicTensor { try apply(Unary(kind: .logicalNot)) }

    /// Where an element is neither infinite nor NaN.
    public func isFinite() throws(GraphError) -> SymbolicTensor { try apply(Unary(kind: .isFinite)) }

    /// With this bool as the condition: elements of `first` where it is true, of `second` elsewhere, with
    /// broadcasting.
    public func select(_ first: SymbolicTensor, _ second: SymbolicTensor) throws(GraphError) -> SymbolicTensor
    {
        try apply(Select(), first, second)
    }

    /// With this bool as the condition: elements of `first` where it is true, a number elsewhere.
    public func select(_ first: SymbolicTensor, _ second: Double) throws(GraphError) -> SymbolicTensor {
        try apply(Select(), first, first.scalar(second))
    }

    /// With this bool as the condition: a number where it is true, elements of `second` elsewhere.
    public func select(_ first: Double, _ second: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try apply(Select(), second.scalar(first), second)
    }
}
