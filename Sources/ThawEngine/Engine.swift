public import ThawGraph
public import ThawTensor

/// A machine that runs graphs: it owns variables and compiles graphs into executables.
///
/// Nothing above this protocol knows what computes. The engine of this package is `OneDNNEngine`.
public protocol Engine: AnyObject, Sendable {
    /// A name for people, for example `oneDNN 2.6.3 (2 threads)`.
    var name: String { get }

    /// Makes storage with the given contents.
    ///
    /// - Throws: `EngineError.unsupportedType` for an element type the engine cannot hold.
    func makeVariable(name: String, initialValue: Tensor) throws -> any Variable

    /// Makes storage of zeros, whose memory need not be touched before it is written.
    ///
    /// - Throws: `EngineError.outOfMemory` if there is not that much.
    func makeVariable(name: String, zeros shape: [Int]) throws -> any Variable

    /// Compiles a graph. The executable holds on to the variables the graph reads and assigns.
    ///
    /// - Parameters:
    ///   - graph: what to compute.
    ///   - isBatchInvariant: a sample's result must have the same bits in executables of the same graph for other batch
    ///     sizes, of two samples and more; without it the engine may choose the fastest algorithm for each size.
    func compile(_ graph: Graph, isBatchInvariant: Bool) throws -> any Executable

    /// Runs `body` on the thread that owns the engine's worker pool and waits for it. Work that makes many calls is
    /// faster inside one such call; calls from inside run at once.
    ///
    /// A closure that belongs to an actor, as one at the top level of `main.swift` does, must not leave it: write it in a function.
    func perform<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result

    /// Runs, on the engine's thread, what other threads wait to have run. Work that holds that thread for long, such as `fit`,
    /// calls it between its steps, where no executable's inputs are half written. Does nothing by default.
    func serveOthers()
}

extension Engine {
    /// Compiles a graph with the fastest algorithm for its batch size.
    public func compile(_ graph: Graph) throws -> any Executable {
        try compile(graph, isBatchInvariant: false)
    }

    /// Makes storage of float32 zeros from a tensor of them.
    public func makeVariable(name: String, zeros shape: [Int]) throws -> any Variable {
        try makeVariable(name: name, initialValue: .zeros(shape))
    }

    /// Does nothing: for engines whose `perform` never makes anybody wait for long.
    public func serveOthers() {}
}
