import ThawTensor

/// The cross-entropy of softmax with integer labels: `log(sum(exp(logits))) - logits[label]`, row by row.
///
/// ## Shapes
/// Inputs: logits `[n, c]`, labels `[n]` (int32, 0 to c - 1; another label gives NaN). Output: `[n]`.
public struct SparseCategoricalCrossEntropy: GraphOperation, Hashable {
    /// Creates the operation.
    public init() {}

    static func check(_ inputs: [TensorType]) throws(GraphError) {
        try ShapeRules.expectFloating(inputs[0], "the logits")
        try ShapeRules.expectRank(inputs[0], 2, "the logits", "[n, c]")
        try ShapeRules.expectIndices(inputs[1], "the labels")
        try ShapeRules.expectShape(inputs[1], [inputs[0].shape[0]], "the labels")
    }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 2)
        try Self.check(inputs)
        return [TensorType([inputs[0].shape[0]], inputs[0].dtype)]
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        let inputs = [context.inputs[0], context.inputs[1], try context.arrived()]
        return [try context.graph.apply(SparseCategoricalCrossEntropyGradient(), inputs)[0], nil]
    }
}

/// The gradient of `SparseCategoricalCrossEntropy`: `(softmax(logits) - oneHot(labels)) * scale`, row by row.
///
/// ## Shapes
/// Inputs: logits `[n, c]`, labels `[n]` (int32), scale `[n]`. Output: `[n, c]`.
public struct SparseCategoricalCrossEntropyGradient: GraphOperation, Hashable {
    /// Creates the operation.
    public init() {}

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 3)
        try SparseCategoricalCrossEntropy.check(inputs)
        try ShapeRules.expectEqualTypes([inputs[0], inputs[2]])
        try ShapeRules.expectShape(inputs[2], inputs[1].shape, "the scale")
        return [inputs[0]]
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        try context.gradients(ofDecomposed: self)
    }

    /// The same in simpler operations.
    public func decomposed(_ inputs: [SymbolicTensor]) throws(GraphError) -> [SymbolicTensor]? {
        let logits = inputs[0]
        let scale = try inputs[2].reshape(to: [logits.shape[0], 1])
        let target = try inputs[1].oneHot(depth: logits.shape[1]).cast(to: logits.dtype)
        return [try (logits.softmax() - target) * scale]
    }
}
