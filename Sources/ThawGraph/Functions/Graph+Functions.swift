extension Graph {
    /// Random numbers (float32) of a stream; see `Random` for the key and the definition.
    public func random(
        _ distribution: RandomDistribution, shape: [Int], key: SymbolicTensor, stream: UInt64
    ) throws(GraphError) -> SymbolicTensor {
        try apply(Random(distribution: distribution, shape: shape, stream: stream), [key])[0]
    }

    /// Whether no element of any of the tensors is infinite or NaN: a bool scalar.
    public func allFinite(_ tensors: [SymbolicTensor]) throws(GraphError) -> SymbolicTensor {
        try apply(AllFinite(), tensors)[0]
    }
}
