import CKernels
import COneDNN

/// One step of an executable before it has memory.
final class PlannedStep {
    let name: String
    let phase: Phase
    let reads: [Storage]
    let writes: [Storage]
    let scratchBytes: Int
    /// A result that may lie exactly where an input lies, if nothing needs the input any more.
    let replacement: (result: Storage, input: Storage)?
    /// Fills the step's context with addresses.
    let bind: (Binder) -> thaw_step
    /// What the step runs, where passes may give that to threads in other ways.
    let divisible: (any DivisibleWork)?
    /// The steps that each thread runs, where this is several steps side by side.
    let lists: [[PlannedStep]]

    init(
        _ name: String, phase: Phase, reads: [Storage], writes: [Storage], scratchBytes: Int = 0,
        replacement: (result: Storage, input: Storage)? = nil,
        divisible: (any DivisibleWork)? = nil, lists: [[PlannedStep]] = [],
        bind: @escaping (Binder) -> thaw_step
    ) {
        self.name = name
        self.phase = phase
        self.reads = reads
        self.writes = writes
        self.scratchBytes = scratchBytes
        self.replacement = replacement
        self.divisible = divisible
        self.lists = lists
        self.bind = bind
    }

    /// The size of what the step reads.
    var bytesRead: Int { reads.reduce(0) { $0 + $1.bytes } }
}

/// Gives steps their addresses and keeps what must live as long as the executable.
final class Binder {
    /// The scratch memory of the step that is being bound.
    private(set) var scratch: UnsafeMutableRawPointer
    private var contexts: [UnsafeMutableRawPointer] = []
    private var primitives: [Primitive] = []

    init(scratch: UnsafeMutableRawPointer) {
        self.scratch = scratch
    }

    deinit {
        for context in contexts { context.deallocate() }
    }

    /// Binds something whose scratch memory begins further on.
    func withScratch<Result>(at offset: Int, _ body: () -> Result) -> Result {
        let before = scratch
        defer { scratch = before }
        scratch += offset
        return body()
    }

    func address(_ storage: Storage) -> UnsafeMutableRawPointer {
        guard let pointer = storage.pointer else {
            preconditionFailure("a step uses memory that was never planned")
        }
        return pointer
    }

    func floats(_ storage: Storage) -> UnsafeMutablePointer<Float> {
        address(storage).assumingMemoryBound(to: Float.self)
    }

    func integers(_ storage: Storage) -> UnsafeMutablePointer<Int32> {
        address(storage).assumingMemoryBound(to: Int32.self)
    }

    func bytes(_ storage: Storage) -> UnsafeMutablePointer<UInt8> {
        address(storage).assumingMemoryBound(to: UInt8.self)
    }

    /// Keeps a primitive alive.
    func retain(_ primitive: Primitive) { primitives.append(primitive) }

    /// A copy of a context structure that lives as long as the binder.
    func keep<Context>(_ context: Context) -> UnsafeMutablePointer<Context> {
        let pointer = UnsafeMutablePointer<Context>.allocate(capacity: 1)
        pointer.initialize(to: context)
        contexts.append(UnsafeMutableRawPointer(pointer))
        return pointer
    }

    func keep<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
        let pointer = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
        pointer.initialize(from: elements, count: elements.count)
        contexts.append(UnsafeMutableRawPointer(pointer))
        return pointer
    }

    /// A step that runs `function` on `context`.
    func step<Context>(_ function: @escaping thaw_step_function, _ context: Context) -> thaw_step {
        thaw_step(run: function, context: UnsafeMutableRawPointer(keep(context)))
    }
}
