public import ThawTensor

/// A static dataflow graph: nodes in topological order, named inputs and outputs, and assignments to
/// variables.
///
/// A graph is built once, by tracing layers on symbolic tensors, and then compiled by an engine. Nodes can
/// only refer to earlier nodes, so a graph has no cycles by construction.
public final class Graph {
    /// One application of an operation.
    public struct Node {
        /// What is computed.
        public let operation: any GraphOperation
        /// Where the inputs come from.
        public let inputs: [Value]
        /// The types of the outputs.
        public let outputTypes: [TensorType]
        /// The path of the layer that made the node; names the layer in errors.
        public let scope: String
    }

    /// One output of one node.
    public struct Value: Hashable, Sendable {
        /// The index of the node in `nodes`.
        public let node: Int
        /// Which of its outputs.
        public let output: Int

        /// Names output `output` of node `node`.
        public init(node: Int, output: Int) {
            self.node = node
            self.output = output
        }
    }

    /// A named result of the graph.
    public struct Output {
        /// The name under which an executable gives the result.
        public let name: String
        /// The value.
        public let value: Value
    }

    /// A variable and the value it gets after everything else is computed.
    public struct Assignment {
        /// The variable that is written.
        public let variable: any GraphVariable
        /// Its new contents.
        public let value: Value
    }

    /// All nodes; a node's inputs come before it.
    public private(set) var nodes: [Node] = []
    /// The nodes that are inputs, in the order they were made.
    public private(set) var inputNodes: [Int] = []
    /// The results, in the order they were declared.
    public private(set) var outputs: [Output] = []
    /// The assignments. They happen together, after every read: no node sees a new value.
    public private(set) var assignments: [Assignment] = []
    /// A scalar bool; where it is false at run time no assignment happens. Nil means always.
    public private(set) var assignmentPredicate: Value?

    private var variableNodes: [ObjectIdentifier: Value] = [:]
    private var scopes: [String] = []

    /// Creates an empty graph.
    public init() {}

    /// The path of the open scopes.
    public var scope: String { scopes.joined(separator: "/") }

    /// Runs `body` with `name` appended to the scope, so that nodes and errors name the layer they belong to.
    public func withScope<Result, Failure: Error>(
        _ name: String, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        scopes.append(name)
        defer { scopes.removeLast() }
        return try body()
    }

    /// Declares an input that is given at each run.
    public func input(_ name: String, shape: [Int], dtype: DType = .float32) -> SymbolicTensor {
        let tensor = append(
            Input(inputName: name, type: TensorType(shape, dtype)), [], [TensorType(shape, dtype)])[0]
        inputNodes.append(tensor.value.node)
        return tensor
    }

    /// The contents of a variable as they are before the run; the same node each time.
    public func read(_ variable: any GraphVariable) -> SymbolicTensor {
        let key = ObjectIdentifier(variable)
        if let value = variableNodes[key] { return SymbolicTensor(graph: self, value: value) }
        let tensor = append(VariableRead(variable: variable), [], [variable.type])[0]
        variableNodes[key] = tensor.value
        return tensor
    }

    /// A constant.
    public func constant(_ tensor: Tensor) -> SymbolicTensor {
        append(Constant(tensor: tensor), [], [TensorType(tensor.shape, tensor.dtype)])[0]
    }

    /// A scalar constant.
    public func constant(_ number: Double, dtype: DType = .float32) -> SymbolicTensor {
        constant(Tensor.full([], number, dtype: dtype))
    }

    /// Adds a node.
    ///
    /// - Throws: what the operation's shape rule says, with the operation's name and the open scope.
    public func apply(
        _ operation: some GraphOperation, _ inputs: [SymbolicTensor]
    ) throws(GraphError) -> [SymbolicTensor] {
        do throws(GraphError) {
            for input in inputs where input.graph !== self {
                throw GraphError(
                    "an input belongs to another graph; a symbolic tensor can be used only where it was made."
                )
            }
            let types = try operation.outputTypes(for: inputs.map(\.type))
            for type in types where !type.isPossible {
                throw GraphError("its result, \(type), is larger than any memory; check the sizes.")
            }
            return append(operation, inputs.map(\.value), types)
        } catch {
            throw GraphError(
                error.message, operation: error.operation.isEmpty ? operation.name : error.operation,
                scope: error.scope.isEmpty ? scope : error.scope)
        }
    }

    /// Declares a result.
    public func addOutput(_ name: String, _ tensor: SymbolicTensor) {
        outputs.append(Output(name: name, value: tensor.value))
    }

    /// Declares that `variable` becomes `value` at the end of a run.
    ///
    /// - Throws: if shape or element type differ, or the variable has been assigned already.
    public func assign(_ variable: any GraphVariable, _ value: SymbolicTensor) throws(GraphError) {
        guard value.type == variable.type else {
            throw GraphError(
                "cannot assign \(value.type) to variable \(variable.name) of \(variable.type).",
                operation: "assign", scope: scope)
        }
        guard !assignments.contains(where: { $0.variable === variable }) else {
            throw GraphError(
                "variable \(variable.name) is assigned twice; a graph assigns a variable once.",
                operation: "assign", scope: scope)
        }
        assignments.append(Assignment(variable: variable, value: value.value))
    }

    /// Makes every assignment depend on `condition`, a scalar bool; with an earlier condition, on both.
    public func assignOnlyIf(_ condition: SymbolicTensor) throws(GraphError) {
        var condition = condition
        if let earlier = assignmentPredicate {
            condition = try SymbolicTensor(graph: self, value: earlier).logicalAnd(condition)
        }
        assignmentPredicate = condition.value
    }

    /// The symbolic tensor of a value.
    public func tensor(_ value: Value) -> SymbolicTensor { SymbolicTensor(graph: self, value: value) }

    private func append(
        _ operation: some GraphOperation, _ inputs: [Value], _ types: [TensorType]
    ) -> [SymbolicTensor] {
        nodes.append(Node(operation: operation, inputs: inputs, outputTypes: types, scope: scope))
        return types.indices.map {
            SymbolicTensor(graph: self, value: Value(node: nodes.count - 1, output: $0))
        }
    }
}
