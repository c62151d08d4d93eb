import ThawTensor

extension SymbolicTensor {
    /// Adds a node with one output.
    func apply(_ operation: some GraphOperation, _ others: SymbolicTensor...) throws(GraphError)
        -> SymbolicTensor
    {
        try graph.apply(operation, [self] + others)[0]
    }

    /// A scalar constant of this tensor's element type.
    func scalar(_ number: Double) -> SymbolicTensor { graph.constant(number, dtype: dtype) }

    func binary(_ kind: BinaryKind, _ other: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try apply(Binary(kind: kind), other)
    }

    /// The sum, with NumPy's broadcasting.
    public static func + (left: SymbolicTensor, right: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try left.binary(.add, right)
    }

    /// Adds a number to each element.
    public static func + (left: SymbolicTensor, right: Double) throws(GraphError) -> SymbolicTensor {
        try left.binary(.add, left.scalar(right))
    }

    /// Adds a number to each element.
    public static func + (left: Double, right: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try right.scalar(left).binary(.add, right)
    }

    /// The difference, with NumPy's broadcasting.
    public static func - (left: SymbolicTensor, right: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try left.binary(.subtract, right)
    }

    /// Subtracts a number from each element.
    public static func - (left: SymbolicTensor, right: Double) throws(GraphError) -> SymbolicTensor {
        try left.binary(.subtract, left.scalar(right))
    }

    /// Subtracts each element from a number.
    public static func - (left: Double, right: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try right.scalar(left).binary(.subtract, right)
    }

    /// The product of elements, with NumPy's broadcasting.
    public static func * (left: SymbolicTensor, right: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try left.binary(.multiply, right)
    }

    /// Multiplies each element by a number.
    public static func * (left: SymbolicTensor, right: Double) throws(GraphError) -> SymbolicTensor {
        try left.binary(.multiply, left.scalar(right))
    }

    /// Multiplies each element by a number.
    public static func * (left: Double, right: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try right.scalar(left).binary(.multiply, right)
    }

    /// The quotient of elements, with NumPy's broadcasting; floating element types.
    public static func / (left: SymbolicTensor, right: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try left.binary(.divide, right)
    }

    /// Divides each element by a number.
    public static func / (left: SymbolicTensor, right: Double) throws(GraphError) -> SymbolicTensor {
        try left.binary(.divide, left.scalar(right))
    }

    /// Divides a number by each element.
    public static func / (left: Double, right: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try right.scalar(left).binary(.divide, right)
    }

    /// The negative of each element.
    public static prefix func - (operand: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try operand.apply(Unary(kind: .negative))
    }

    /// Each element to a fixed exponent.
    public func pow(_ exponent: Double) throws(GraphError) -> SymbolicTensor {
        if exponent == 1 { return self }
        return try apply(Unary(kind: exponent == 2 ? .square : .power(exponent)))
    }

    /// Each element to the exponent in the other tensor, with broadcasting. The gradient by the exponent is
    /// 0 where the base is not positive.
    public func pow(_ exponent: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try binary(.power, exponent)
    }

    /// The larger of two elements, with broadcasting; of equals the first gets the gradient.
    public func maximum(_ other: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try binary(.maximum, other)
    }

    /// Each element, or the number where that is larger.
    public func maximum(_ other: Double) throws(GraphError) -> SymbolicTensor {
        try binary(.maximum, scalar(other))
    }

    /// The smaller of two elements, with broadcasting; of equals the first gets the gradient.
    public func minimum(_ other: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try binary(.minimum, other)
    }

    /// Each element, or the number where that is smaller.
    public func minimum(_ other: Double) throws(GraphError) -> SymbolicTensor {
        try binary(.minimum, scalar(other))
    }
}
