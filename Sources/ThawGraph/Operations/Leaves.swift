public import ThawTensor

/// A tensor given at each run.
public struct Input: GraphOperation {
    /// The name under which an executable takes it.
    public let inputName: String
    /// Shape and element type.
    public let type: TensorType

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] { [type] }
    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] { [] }
}

/// The contents of a variable before the run.
public struct VariableRead: GraphOperation {
    /// The variable.
    public let variable: any GraphVariable

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] { [variable.type] }
    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] { [] }
}

/// A tensor known when the graph is built.
public struct Constant: GraphOperation {
    /// The contents.
    public let tensor: Tensor

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        [TensorType(tensor.shape, tensor.dtype)]
    }
    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] { [] }
}
