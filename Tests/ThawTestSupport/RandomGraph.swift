public import ThawEngine
public import ThawGraph
public import ThawTensor

/// A random graph of some 10 to 40 operations with the inputs to run it on; every value is an output.
///
/// Values stay moderate: of each new tensor the elements are brought back into range where an operation
/// could let them grow. Operations that jump (comparisons, rounding, arg-max) read only inputs, which are
/// exact in every engine.
///
/// - Parameters:
///   - seed: the same seed gives the same graph and the same inputs.
///   - engine: makes the variables the graph reads; without it there are none.
/// - Returns: the graph and its inputs by name.
public func randomGraph(seed: UInt64, engine: (any Engine)? = nil) throws -> (
    graph: Graph, inputs: [String: Tensor]
) {
    var builder = RandomGraphBuilder(seed: seed)
    try builder.build(engine)
    return (builder.graph, builder.inputs)
}

/// Draws operations and their inputs.
struct RandomGraphBuilder {
    let graph = Graph()
    var inputs: [String: Tensor] = [:]
    var stream: RandomStream
    /// The floating inputs and variables.
    var parameters: [SymbolicTensor] = []
    /// Differentiable tensors made so far, all within about -4 to 4.
    var pool: [SymbolicTensor] = []

    init(seed: UInt64) { stream = RandomStream(seed: seed) }

    mutating func build(_ engine: (any Engine)?) throws {
        let sources = try [shape(2), shape(2), shape(3), shape(4)].map { try source($0, engine) }
        pool += sources
        let length = 8 + stream.int(in: 0..<20)
        for _ in 0..<length {
            let result = try calm(step())
            if result.type.count > 0, result.type.count < 600 { pool.append(result) }
            graph.addOutput("value\(graph.outputs.count)", result)
        }
        // A backward pass through what came together.
        var total: SymbolicTensor?
        for tensor in pool.dropFirst(4) where tensor.dtype == .float32 {
            let part = try tensor.mean()
            total = try total.map { try $0 + part } ?? part
        }
        guard let total else { return }
        graph.addOutput("loss", total)
        for (index, gradient) in try graph.gradients(of: total, withRespectTo: parameters).enumerated() {
            if let gradient { graph.addOutput("gradient\(index)", gradient) }
        }
    }

    /// An axis's size.
    mutating func size() -> Int { [1, 2, 3, 4, 5, 8, 17][stream.int(in: 0..<7)] }

    mutating func shape(_ rank: Int) -> [Int] {
        rank == 4
            ? [
                1 + stream.int(in: 0..<2), 3 + stream.int(in: 0..<4), 3 + stream.int(in: 0..<4),
                2 * (1 + stream.int(in: 0..<2)),
            ]
            : (0..<rank).map { _ in rank == 3 ? 1 + stream.int(in: 0..<4) : size() }
    }

    /// A new input, sometimes a variable, of numbers between -2 and 2.
    mutating func source(_ shape: [Int], _ engine: (any Engine)? = nil) throws -> SymbolicTensor {
        let tensor = stream.uniformTensor(shape, in: -2..<2)
        if let engine, stream.int(in: 0..<2) == 0 {
            let name = "v\(graph.nodes.count)"
            parameters.append(graph.read(try engine.makeVariable(name: name, initialValue: tensor)))
        } else {
            parameters.append(input(tensor))
        }
        return parameters[parameters.count - 1]
    }

    mutating func input(_ tensor: Tensor) -> SymbolicTensor {
        let name = "x\(inputs.count)"
        inputs[name] = tensor
        return graph.input(name, shape: tensor.shape, dtype: tensor.dtype)
    }

    mutating func indices(_ shape: [Int], below bound: Int) -> SymbolicTensor {
        let values = (0..<shape.reduce(1, *)).map { _ in Int32(stream.int(in: 0..<bound)) }
        return input(Tensor(shape: shape, scalars: values))
    }

    /// Bounded, so that long chains neither overflow nor die out.
    func calm(_ tensor: SymbolicTensor) throws -> SymbolicTensor {
        guard tensor.dtype == .float32, !(tensor.operation is Unary), !(tensor.operation is Reshape) else {
            return tensor
        }
        return try tensor.softsign() * 3
    }

    mutating func any() -> SymbolicTensor { pool[stream.int(in: 0..<pool.count)] }

    mutating func any(rank: Int) throws -> SymbolicTensor {
        let candidates = pool.filter { $0.rank == rank }
        if !candidates.isEmpty, stream.int(in: 0..<4) > 0 {
            return candidates[stream.int(in: 0..<candidates.count)]
        }
        return try source(shape(rank))
    }

    mutating func step() throws -> SymbolicTensor {
        switch stream.int(in: 0..<14) {
        case 0, 1: try unary()
        case 2, 3: try binary()
        case 4: try condition()
        case 5: try product()
        case 6: try convolution()
        case 7: try pooling()
        case 8, 9: try reduction()
        case 10: try normalization()
        case 11: try movement()
        case 12: try resampling()
        default: try lookup()
        }
    }
}
