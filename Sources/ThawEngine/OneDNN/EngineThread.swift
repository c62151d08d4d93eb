import Dispatch
import Foundation
import Synchronization

/// The one thread on which an engine runs everything, first come, first served.
///
/// OpenMP keeps a pool of workers per calling thread: from this thread a parallel region costs half a microsecond, from
/// a new thread a hundred times that. Swift's cooperative threads must therefore never call a kernel.
final class EngineThread: @unchecked Sendable {
    // Safety: `waiting` is touched only under `lock`; `identity` is written once, before `init` returns.

    /// Work of another thread, which waits until it is done.
    private final class Job {
        private var work: (() -> Void)?
        private let done = DispatchSemaphore(value: 0)

        init(_ work: @escaping () -> Void) { self.work = work }

        /// Runs the work. The closure is let go before anybody is told, since it must not outlive its caller's wait.
        func run() {
            work?()
            work = nil
            done.signal()
        }

        func wait() { done.wait() }
    }

    private let lock = NSLock()
    private var waiting: [Job] = []
    private let waitingCount = Atomic<Int>(0)
    private let wake = DispatchSemaphore(value: 0)
    private var identity: pthread_t?

    init(name: String) {
        let started = DispatchSemaphore(value: 0)
        let thread = Thread { [self] in
            identity = pthread_self()
            started.signal()
            while true {
                wake.wait()
                runNext()
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
        var result: Result<Value, Failure>?
        withoutActuallyEscaping({ result = Result(catching: body) }) { work in
            let job = Job(work)
            lock.withLock {
                waiting.append(job)
                waitingCount.add(1, ordering: .releasing)
            }
            wake.signal()
            job.wait()
        }
        guard let result else { preconditionFailure("the engine's thread returned without running its job") }
        return try result.get()
    }

    /// Runs what other threads wait to have run. Costs next to nothing if that is nothing.
    func serveOthers() {
        guard isCurrent else { return }
        while waitingCount.load(ordering: .acquiring) > 0, runNext() {}
    }

    @discardableResult private func runNext() -> Bool {
        let job = lock.withLock { () -> Job? in
            guard !waiting.isEmpty else { return nil }
            waitingCount.subtract(1, ordering: .releasing)
            return waiting.removeFirst()
        }
        // Woken for work that was done meanwhile, between the steps of what was running.
        guard let job else { return false }
        job.run()
        return true
    }
}
