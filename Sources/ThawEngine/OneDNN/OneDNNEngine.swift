import CKernels
import COneDNN
import Foundation
public import ThawGraph
public import ThawTensor

/// The engine of this package: oneDNN's kernels, and our own where it has none, on the processor.
///
/// All work happens on one thread that the engine owns. `THAW_THREADS` in the environment, or `threads`, says how many
/// cores a large step may use; as many as there are by default.
public final class OneDNNEngine: Engine, @unchecked Sendable {
    // Safety: everything mutable is touched only on the engine's thread.

    /// The engine that models use unless told otherwise. Where oneDNN does not start it holds variables all the same, so that
    /// models can be made, read and written; only `compile` throws.
    public static let shared = OneDNNEngine(dividing: ThreadModel(maximum: defaultThreads))

    /// How many threads a large step uses.
    public var threads: Int { threadModel.maximum }
    private let threadModel: ThreadModel
    let thread: EngineThread
    /// oneDNN's status when it was started; 0 if it works.
    private let startStatus: Int32
    private var reservedArena: Arena?

    /// Creates an engine.
    ///
    /// - Parameter threads: at least 1; by default `THAW_THREADS`, or as many as there are cores.
    /// - Throws: `EngineError.library` if oneDNN does not start.
    public convenience init(threads: Int? = nil) throws {
        try self.init(threadModel: ThreadModel(maximum: max(1, threads ?? Self.defaultThreads)))
    }

    private static var defaultThreads: Int {
        threadsFromEnvironment() ?? ProcessInfo.processInfo.activeProcessorCount
    }

    /// `THAW_THREADS`, if it is a number of threads; otherwise standard error is told.
    private static func threadsFromEnvironment() -> Int? {
        guard let text = ProcessInfo.processInfo.environment["THAW_THREADS"] else { return nil }
        if let count = Int(text), (1...1024).contains(count) { return count }
        let note =
            "THAW_THREADS is \"\(text)\", not a number from 1 to 1024; using as many threads as cores.\n"
        FileHandle.standardError.write(Data(note.utf8))
        return nil
    }

    /// An engine that divides work as the model says.
    convenience init(threadModel: ThreadModel) throws(EngineError) {
        self.init(dividing: threadModel)
        try requireStart()
    }

    /// The same, whether oneDNN starts or not.
    private init(dividing threadModel: ThreadModel) {
        self.threadModel = threadModel
        let count = threadModel.maximum
        let thread = EngineThread(name: "thaw-engine")
        self.thread = thread
        startStatus = thread.perform {
            let status = thaw_onednn_initialize()
            thaw_set_threads(Int32(count))
            return status
        }
    }

    private func requireStart() throws(EngineError) {
        guard startStatus == 0 else {
            throw .library("oneDNN does not start on this machine (status \(startStatus)).")
        }
    }

    /// The memory of the executables. Its address space is reserved when the first is made, since it may be limited and many
    /// programs only read and write models.
    func arena() throws(EngineError) -> Arena {
        if let reservedArena { return reservedArena }
        let arena = try Arena()
        reservedArena = arena
        return arena
    }

    /// For example `oneDNN 2.6.3 (2 threads)`.
    public var name: String {
        let version = thaw_onednn_version()
        return "oneDNN \(version / 10000).\(version / 100 % 100).\(version % 100) (\(threads) threads)"
    }

    /// Makes storage in host memory.
    ///
    /// - Throws: `EngineError.unsupportedType` for anything but float32, int32, int64 (kept as int32), uint8 and bool.
    public func makeVariable(name: String, initialValue: Tensor) throws -> any Variable {
        try OneDNNVariable(name: name, initialValue: initialValue, thread: thread)
    }

    /// Makes float32 storage of zeros.
    public func makeVariable(name: String, zeros shape: [Int]) throws -> any Variable {
        try OneDNNVariable(name: name, zeros: TensorType(shape, .float32), thread: thread)
    }

    /// Compiles a graph: folds and fuses, plans memory, makes oneDNN's primitives.
    ///
    /// - Parameters:
    ///   - graph: what to compute.
    ///   - isBatchInvariant: keeps to direct convolutions; Winograd's are chosen by size.
    /// - Throws: `EngineError` for an operation or element type without a kernel, where memory or address space is missing and
    ///   where oneDNN does not start; `GraphError` from the passes.
    public func compile(_ graph: Graph, isBatchInvariant: Bool) throws -> any Executable {
        try requireStart()
        return try perform { () throws in
            // Before oneDNN takes what there is: some of its code goes on with a null pointer where memory ends.
            _ = try arena()
            let prepared = try OneDNNPasses.run(on: graph)
            let lowering = try Lowering(prepared, threads: threadModel, isBatchInvariant: isBatchInvariant)
            return try OneDNNExecutable(lowering, engine: self)
        }
    }

    /// The least processor time of each step of an executable that this engine compiled, in seconds, by the step's name.
    ///
    /// The steps really run, assignments included. For finding what is slow; a whole run is a little faster.
    public func profile(_ executable: any Executable, runs: Int) -> [(step: String, seconds: Double)] {
        (executable as? OneDNNExecutable)?.profile(runs: runs) ?? []
    }

    /// Runs `body` on the engine's thread and waits; from that thread, at once.
    public func perform<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try thread.perform(body)
    }

    /// Runs what other threads wait to have run, if called on the engine's thread.
    public func serveOthers() { thread.serveOthers() }
}
