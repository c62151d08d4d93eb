import ThawTensor

/// Takes rows of a tensor by their indices.
///
/// ## Shapes
/// Inputs: parameters `[rows, ...]`, indices (int32) of any shape; output `indices.shape +
/// parameters.shape[1...]`. An index outside gives NaN.
public struct Gather: GraphOperation, Hashable {
    /// Creates the operation.
    public init() {}

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 2)
        try ShapeRules.expectFloating(inputs[0], "the parameters")
        try ShapeRules.expectIndices(inputs[1], "the indices")
        guard inputs[0].rank > 0 else {
            throw GraphError("the parameters must have at least one axis, got the scalar \(inputs[0]).")
        }
        return [TensorType(inputs[1].shape + inputs[0].shape.dropFirst(), inputs[0].dtype)]
    }

    /// Whether each sample is computed for itself: rows of one table, at the samples' indices.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool {
        areSamples == [false, true]
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        let rows = ScatterAdd(rows: context.inputs[0].shape[0])
        return [try context.graph.apply(rows, [context.inputs[1], context.arrived()])[0], nil]
    }
}

/// Adds rows into a tensor of zeros at given indices.
///
/// ## Shapes
/// Inputs: indices (int32), values `indices.shape + rest`; output `[rows] + rest`. Rows of equal indices
/// add up; an index outside is left out.
public struct ScatterAdd: GraphOperation, Hashable {
    /// The number of rows of the output.
    public let rows: Int

    /// Creates the operation.
    public init(rows: Int) { self.rows = rows }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 2)
        try ShapeRules.expectIndices(inputs[0], "the indices")
        try ShapeRules.expectFloating(inputs[1], "the values")
        guard rows >= 0, inputs[1].shape.starts(with: inputs[0].shape) else {
            throw GraphError(
                "the values' shape \(inputs[1].shape) must begin with the indices' shape "
                    + "\(inputs[0].shape), and the number of "
                    + "rows \(rows) must not be negative.")
        }
        return [TensorType([rows] + inputs[1].shape.dropFirst(inputs[0].rank), inputs[1].dtype)]
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        [nil, try context.arrived().gather(context.inputs[0])]
    }
}
