extension SymbolicTensor {
    /// With these logits `[n, c]`: the cross-entropy of their softmax with int32 labels `[n]`, row by row:
    /// `[n]`.
    public func sparseCategoricalCrossEntropy(labels: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try apply(SparseCategoricalCrossEntropy(), labels)
    }

    /// With these logits `[..., c]`: the cross-entropy of their softmax with target probabilities of the
    /// same shape, along the last axis, which disappears.
    public func categoricalCrossEntropy(targets: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try -(targets * logSoftmax()).sum(axes: [-1])
    }

    /// With these logits: the cross-entropy of their sigmoid with targets between 0 and 1, element by
    /// element.
    public func sigmoidCrossEntropy(targets: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        try binary(.sigmoidCrossEntropy, targets)
    }
}
