import Testing
import ThawEngine
import ThawGraph
import ThawTensor
import ThawTestSupport

/// A graph under construction on one engine, with the inputs it will be given.
struct GraphFixture {
    let graph = Graph()
    let engine: any Engine
    let inputs: [String: Tensor]
    private(set) var variables: [any Variable] = []

    init(engine: any Engine, inputs: [String: Tensor]) {
        self.engine = engine
        self.inputs = inputs
    }

    /// Declares the input of this name with the shape and element type of its tensor.
    func input(_ name: String) throws -> SymbolicTensor {
        let tensor = try #require(inputs[name])
        return graph.input(name, shape: tensor.shape, dtype: tensor.dtype)
    }

    /// Makes a variable; its contents after the runs are compared too.
    mutating func variable(_ name: String, _ tensor: Tensor) throws -> any Variable {
        let variable = try engine.makeVariable(name: name, initialValue: tensor)
        variables.append(variable)
        return variable
    }

    /// Declares outputs in order, named by their number.
    func output(_ tensors: SymbolicTensor...) {
        for tensor in tensors { graph.addOutput("output\(graph.outputs.count)", tensor) }
    }

    func output(_ tensors: [SymbolicTensor?]) {
        for tensor in tensors { if let tensor { output(tensor) } }
    }

    /// Gradients of the weighted sum of a tensor's elements: every element counts, and differently.
    func gradients(of tensor: SymbolicTensor, _ parameters: [SymbolicTensor]) throws -> [SymbolicTensor?] {
        let weights = (0..<tensor.type.count).map { Float(0.5) + Float($0 % 7) / 8 }
        let weighted = try tensor * graph.constant(Tensor(shape: tensor.shape, scalars: weights))
        return try graph.gradients(of: weighted.sum(), withRespectTo: parameters)
    }
}

/// What a graph gave: outputs of the last run, and the variables after it.
struct GraphResult {
    var outputs: [String: Tensor]
    var variables: [Tensor]
}

/// Builds a graph on an engine and runs it. Inputs and run are not torn apart by another test.
func runGraph(
    on engine: any Engine, _ inputs: [String: Tensor], runs: Int = 1,
    _ build: (inout GraphFixture) throws -> Void
) throws -> GraphResult {
    try engine.perform { () throws in
        var fixture = GraphFixture(engine: engine, inputs: inputs)
        try build(&fixture)
        let executable = try engine.compile(fixture.graph)
        var outputs: [String: Tensor] = [:]
        for _ in 0..<runs { outputs = try executable.run(inputs) }
        return GraphResult(outputs: outputs, variables: fixture.variables.map { $0.read() })
    }
}

/// Runs a graph on the reference engine, and on the engine under test with one thread and with two, and
/// compares outputs and variables.
func expectAgreement(
    _ inputs: [String: Tensor], runs: Int = 1, tolerance: Double = 1e-5, _ note: String = "",
    sourceLocation: SourceLocation = #_sourceLocation, _ build: (inout GraphFixture) throws -> Void
) throws {
    let expected = try runGraph(on: ReferenceEngine(), inputs, runs: runs, build)
    for engine in try Engines.all() {
        let result = try runGraph(on: engine, inputs, runs: runs, build)
        for (name, tensor) in expected.outputs.sorted(by: { $0.key < $1.key }) {
            let computed = try #require(result.outputs[name])
            if let difference = difference(computed, tensor, tolerance: tolerance) {
                Issue.record(
                    "\(note) \(engine.threads) threads, \(name): \(difference)",
                    sourceLocation: sourceLocation)
            }
        }
        for (index, tensor) in expected.variables.enumerated() {
            if let difference = difference(result.variables[index], tensor, tolerance: tolerance) {
                Issue.record(
                    "\(note) \(engine.threads) threads, variable \(index): \(difference)",
                    sourceLocation: sourceLocation)
            }
        }
    }
}

/// Where a tensor differs from its reference by more than `tolerance` times the largest magnitude in the
/// reference; nil if nowhere. NaN must meet NaN, an infinity the same infinity.
///
/// - Parameter floor: what the largest magnitude counts as at least: where terms cancel, rounding is
///   relative to them, not to the little that is left.
func difference(_ computed: Tensor, _ reference: Tensor, tolerance: Double, floor: Double = 0) -> String? {
    guard computed.shape == reference.shape, computed.dtype == reference.dtype else {
        return "\(computed.dtype)\(computed.shape), expected \(reference.dtype)\(reference.shape)"
    }
    let expected = reference.doubles
    let scale = max(floor, expected.filter(\.isFinite).map { abs($0) }.max() ?? 0)
    for (index, (value, wanted)) in zip(computed.doubles, expected).enumerated() {
        let fits =
            wanted.isNaN
            ? value.isNaN : wanted.isInfinite ? value == wanted : abs(value - wanted) <= tolerance * scale
        if !fits {
            return "element \(index) of \(reference.shape) is \(value), expected \(wanted) (scale \(scale))"
        }
    }
    return nil
}

/// Numbers between `range`'s bounds, the same for the same shape and seed.
func uniform(_ shape: [Int], _ range: Range<Float> = -2..<2, seed: UInt64 = 1) -> Tensor {
    var stream = RandomStream(seed: seed)
    return stream.uniformTensor(shape, in: range)
}

/// Whole numbers in `0..<bound`.
func indices(_ shape: [Int], below bound: Int, seed: UInt64 = 1) -> Tensor {
    var stream = RandomStream(seed: seed)
    return Tensor(
        shape: shape, scalars: (0..<shape.reduce(1, *)).map { _ in Int32(stream.int(in: 0..<bound)) })
}
