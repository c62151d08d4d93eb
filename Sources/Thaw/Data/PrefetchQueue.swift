import Foundation

/// Prepares batches on threads of its own, a bounded number ahead, and hands them out in order.
///
/// Everything mutable is guarded by `condition`. The threads hold the queue, so whoever made it must call
/// ``cancel()``.
final class PrefetchQueue: @unchecked Sendable {
    private let condition = NSCondition()
    private let count: Int
    private let capacity: Int
    private let prepare: @Sendable (Int) throws -> Batch

    private var nextToPrepare = 0
    private var nextToTake = 0
    private var ready: [Int: Result<Batch, any Error>] = [:]
    private var isCancelled = false
    private var runningThreads = 0

    init(count: Int, _ prefetching: Prefetching, prepare: @escaping @Sendable (Int) throws -> Batch) {
        self.count = count
        capacity = max(prefetching.batches, prefetching.threads)
        self.prepare = prepare
        for number in 0..<min(prefetching.threads, count) {
            runningThreads += 1
            let thread = Thread { [self] in work() }
            thread.name = "thaw.prefetch.\(number)"
            // Decoders in a map may need more than a secondary thread's usual half MiB on macOS.
            thread.stackSize = 4 << 20
            thread.start()
        }
    }

    /// Batch `index`, which must follow the one taken before. Waits for it.
    ///
    /// - Parameter whileWaiting: called again and again meanwhile: what prepares the batch may need the waiting thread.
    /// - Throws: what its preparation threw, or `CancellationError`.
    func take(_ index: Int, whileWaiting: () -> Void = {}) throws -> Batch {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if isCancelled { throw CancellationError() }
            if let result = ready.removeValue(forKey: index) {
                nextToTake = index + 1
                condition.broadcast()
                return try result.get()
            }
            // A task's cancellation signals no condition: look up now and then.
            _ = condition.wait(until: Date(timeIntervalSinceNow: 0.001))
            if Task.isCancelled { throw CancellationError() }
            condition.unlock()
            whileWaiting()
            condition.lock()
        }
    }

    /// Ends the threads, each after the batch it is at, and wakes whoever waits.
    func cancel() {
        condition.lock()
        isCancelled = true
        ready = [:]
        condition.broadcast()
        condition.unlock()
    }

    /// The number of threads that have not ended; for tests.
    var liveThreads: Int {
        condition.lock()
        defer { condition.unlock() }
        return runningThreads
    }

    private func work() {
        while let index = claim() {
            let result = Result { try prepare(index) }
            condition.lock()
            if !isCancelled { ready[index] = result }
            condition.broadcast()
            condition.unlock()
        }
    }

    /// The next batch to prepare, once there is room for it; `nil` when the thread is to end.
    private func claim() -> Int? {
        condition.lock()
        defer { condition.unlock() }
        while !isCancelled && nextToPrepare < count && nextToPrepare >= nextToTake + capacity {
            condition.wait()
        }
        guard !isCancelled && nextToPrepare < count else {
            runningThreads -= 1
            return nil
        }
        nextToPrepare += 1
        return nextToPrepare - 1
    }
}
