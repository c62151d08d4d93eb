import Dispatch
import Foundation

/// The one thread on which an engine runs everything.
///
/// OpenMP keeps a pool of workers per calling thread: from this thread a parallel region costs half a microsecond, from
/// a new thread a hundred times that. Swift's cooperative threads must therefore never call a kernel.
final class EngineThread: @unchecked Sendable {
    // Safety: `job` is written only by the thread that holds `turn`, between its signals of `wake` and waits on `done`.
    private let turn = NSLock()
    private let wake = DispatchSemaphore(value: 0)
    private let done = DispatchSemaphore(value: 0)
    private var job: (() -> Void)?
    private var identity: pthread_t?

    init(name: String) {
        let started = DispatchSemaphore(value: 0)
        let thread = Thread { [self] in
            identity = pthread_self()
            started.signal()
            while true {
                wake.wait()
                job?()
                done.signal()
            }
        }
        thread.name = name
        thread.stackSize = 16 << 20
        thread.qualityOfService = .userInitiated
        thread.start()
        started.wait()
    }

    /// Whether the caller is already on this thread.
    var isCurrent: Bool { identity.map { pthread_equal(pthread_self(), $0) != 0 } ?? false }

    /// Runs `body` on this thread and waits for it.
    func perform<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        if isCurrent { return try body() }
        turn.lock()
        defer { turn.unlock() }
        var result: Result<Value, Failure>?
        withoutActuallyEscaping({ result = Result(catching: body) }) { work in
            job = work
            wake.signal()
            done.wait()
            job = nil
        }
        guard let result else { preconditionFailure("the engine's thread returned without running its job") }
        return try result.get()
    }
}
