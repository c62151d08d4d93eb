public import ThawGraph

extension Size2D: ExpressibleByIntegerLiteral {
    /// The same in both directions: `kernelSize: 3`.
    public init(integerLiteral value: Int) { self.init(value) }
}
