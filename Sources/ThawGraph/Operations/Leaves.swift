public import ThawTensor

/// A tensor given at each run.
public struct Input: GraphOperation {
    /// The name under which an executable takes it.
    public let inputName: String
    /// Shape and element type.
    public let type: TensorType

    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] { [type] }
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] { [] }
}

/// The contents of a variable before the run.
public struct VariableRead: GraphOperation {
    /// The variable.
    public let variable: any GraphVariable

    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] { [variable.type] }
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] { [] }
}

/// A tensor known when the graph is built.
public struct Constant: GraphOperation {
    /// The contents.
    public let tensor: Tensor

    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        [TensorType(tensor.shape, tensor.dtype)]
    }
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] { [] }
}
