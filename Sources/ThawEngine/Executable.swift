public import ThawGraph
public import ThawTensor

/// A compiled graph: a flat list of steps with everything bound beforehand.
///
/// Only one executable of an engine runs at a time. Inputs keep their contents only until another executable of the same
/// engine runs (they share memory), so write all inputs and run at once, within `Engine.perform` if several threads use the engine;
/// outputs are valid until the next run.
public protocol Executable: AnyObject {
    /// The inputs, in the order the graph declared them.
    var inputs: [ExecutableSlot] { get }
    /// The outputs, in the order the graph declared them.
    var outputs: [ExecutableSlot] { get }
    /// The most memory in bytes that a run needs besides variables: activations, scratch, constants, packed copies.
    var peakBytes: Int { get }

    /// Copies a tensor into input `index`, converting the element type.
    ///
    /// - Throws: `EngineError.mismatch` if the shape differs.
    func setInput(_ index: Int, _ tensor: Tensor) throws

    /// Gives the memory of input `index` to be filled in place: row-major elements of the input's type (float32, int32 or uint8).
    func withInput<Result>(
        _ index: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result

    /// Runs the graph once.
    ///
    /// - Returns: whether the assignments took place, that is, whether the graph's condition for them held.
    @discardableResult
    func run() throws -> Bool

    /// A copy of output `index`.
    func output(_ index: Int) -> Tensor

    /// The first element of output `index`, without allocating.
    func scalar(_ index: Int) -> Float
}

/// An input or output of an executable.
public struct ExecutableSlot: Sendable, Hashable {
    /// The name the graph gave it.
    public let name: String
    /// Shape and element type.
    public let type: TensorType

    /// Describes a slot.
    public init(name: String, type: TensorType) {
        self.name = name
        self.type = type
    }
}

extension Executable {
    /// Sets inputs by name, runs, and returns the outputs by name: for tests and for small work.
    public func run(_ inputs: [String: Tensor]) throws -> [String: Tensor] {
        for (index, slot) in self.inputs.enumerated() {
            guard let tensor = inputs[slot.name] else {
                throw EngineError.missingInput(slot.name)
            }
            try setInput(index, tensor)
        }
        try run()
        var results: [String: Tensor] = [:]
        for (index, slot) in outputs.enumerated() { results[slot.name] = output(index) }
        return results
    }
}
