public import ThawEngine
public import ThawGraph
public import ThawTensor

/// A second engine, written for clarity: plain loops in float64, operation by operation, without
/// decomposition or fusion.
///
/// It proves the boundary: random graphs run on it and on the engine under test and must agree, and
/// gradients are checked on it.
public final class ReferenceEngine: Engine {
    /// Creates an engine.
    public init() {}

    /// The name.
    public var name: String { "reference (float64)" }

    /// Makes storage; every element type is supported.
    public func makeVariable(name: String, initialValue: Tensor) throws -> any Variable {
        ReferenceVariable(name: name, initialValue)
    }

    /// Compiles a graph, which only lists its slots.
    public func compile(_ graph: Graph, isBatchInvariant: Bool) throws -> any Executable {
        try ReferenceExecutable(graph)
    }

    /// Runs `body` at once.
    public func perform<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body()
    }

    /// Evaluates one operation on given tensors, for the constant folding under test.
    public static func evaluate(_ operation: any GraphOperation, _ inputs: [Tensor]) throws -> [Tensor] {
        let types = try operation.outputTypes(for: inputs.map { TensorType($0.shape, $0.dtype) })
        let values = try ReferenceEvaluator.evaluate(operation, inputs.map { ReferenceValue($0) }, types)
        return zip(values, types).map { $0.tensor($1.dtype) }
    }
}

/// Storage of the reference engine, in float64.
///
/// Tests use a variable from one thread at a time; nothing is synchronized.
public final class ReferenceVariable: Variable, @unchecked Sendable {
    /// The name.
    public let name: String
    /// Shape and element type.
    public let type: TensorType
    /// Rises with every write.
    public private(set) var version: UInt64 = 0
    /// The contents.
    public private(set) var value: ReferenceValue

    init(name: String, _ tensor: Tensor) {
        self.name = name
        self.type = TensorType(tensor.shape, tensor.dtype)
        self.value = ReferenceValue(tensor)
    }

    /// A copy of the contents, rounded to the element type.
    public func read() -> Tensor { value.tensor(type.dtype) }

    /// Replaces the contents.
    public func write(_ tensor: Tensor) throws {
        guard tensor.shape == type.shape else {
            throw EngineError.mismatch("variable \(name) has the shape \(type.shape), got \(tensor.shape).")
        }
        assign(ReferenceValue(tensor))
    }

    func assign(_ value: ReferenceValue) {
        self.value = value
        version += 1
    }
}
