extension SymbolicTensor {
    /// The mean and the biased variance over all axes but the last.
    public func moments() throws(GraphError) -> (mean: SymbolicTensor, variance: SymbolicTensor) {
        let outputs = try graph.apply(Moments(), [self])
        return (outputs[0], outputs[1])
    }

    /// Batch normalization of `[..., c]` with the statistics of the batch, which are given back; the
    /// variance is the biased one.
    public func batchNormalization(
        gamma: SymbolicTensor, beta: SymbolicTensor, epsilon: Double
    ) throws(GraphError) -> (output: SymbolicTensor, mean: SymbolicTensor, variance: SymbolicTensor) {
        let outputs = try graph.apply(BatchNormalization(epsilon: epsilon), [self, gamma, beta])
        return (outputs[0], outputs[1], outputs[2])
    }

    /// Batch normalization of `[..., c]` with given statistics.
    public func batchNormalization(
        gamma: SymbolicTensor, beta: SymbolicTensor, mean: SymbolicTensor, variance: SymbolicTensor,
        epsilon: Double
    ) throws(GraphError) -> SymbolicTensor {
        try apply(BatchNormalizationInference(epsilon: epsilon), gamma, beta, mean, variance)
    }

    /// Each row of `[..., c]` brought to mean 0 and variance 1: `(x - mean) / sqrt(variance + epsilon)` along the last
    /// axis, with the biased variance.
    public func rowNormalization(epsilon: Double) throws(GraphError) -> SymbolicTensor {
        try apply(RowNormalization(epsilon: epsilon))
    }
}
