import Foundation
import Synchronization
import Testing
import ThawTensor

@testable import Thaw

@Suite(.timeLimit(.minutes(1))) struct PrefetchQueueTests {
    static let batch = Batch(inputs: [], targets: [], weights: nil, identities: [])

    /// Counts how many batches were prepared.
    final class Counter: Sendable {
        let prepared = Mutex(0)
        var value: Int { prepared.withLock { $0 } }
    }

    func settle(_ condition: () -> Bool) {
        for _ in 0..<500 where !condition() { Thread.sleep(forTimeInterval: 0.01) }
    }

    @Test func preparesNoMoreThanItsBound() throws {
        let counter = Counter()
        let queue = PrefetchQueue(count: 100, Prefetching(batches: 3, threads: 2)) { _ in
            counter.prepared.withLock { $0 += 1 }
            return Self.batch
        }
        settle { counter.value == 3 }
        Thread.sleep(forTimeInterval: 0.1)
        #expect(counter.value == 3)
        _ = try queue.take(0)
        settle { counter.value == 4 }
        #expect(counter.value == 4)
        queue.cancel()
        settle { queue.liveThreads == 0 }
        #expect(queue.liveThreads == 0)
    }

    @Test func threadsEndWithTheLastBatch() throws {
        let queue = PrefetchQueue(count: 5, Prefetching(batches: 2, threads: 2)) { _ in Self.batch }
        for index in 0..<5 { _ = try queue.take(index) }
        settle { queue.liveThreads == 0 }
        #expect(queue.liveThreads == 0)
    }

    @Test func cancellingWakesTheReader() throws {
        let gate = DispatchSemaphore(value: 0)
        let queue = PrefetchQueue(count: 1, Prefetching(batches: 1, threads: 1)) { _ in
            gate.wait()
            return Self.batch
        }
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: 0.05)
            queue.cancel()
        }
        #expect(throws: CancellationError.self) { try queue.take(0) }
        gate.signal()
    }

    @Test func cancelledTaskStopsReading() async throws {
        let gate = DispatchSemaphore(value: 0)
        let data = try Dataset(Tensor.zeros([4, 1]), Tensor.zeros([4])).map { x, y in
            gate.wait()
            return (x, y)
        }.prefetch()
        let task = Task.detached {
            let reader = try data.reader(of: 2)
            _ = try reader.next()
        }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        for _ in 0..<4 { gate.signal() }
    }

    @Test func releasedReaderLetsItsThreadsEnd() throws {
        let marker = Counter()
        do {
            let data = try Dataset(Tensor.zeros([100, 1]), Tensor.zeros([100])).map { [marker] x, y in
                marker.prepared.withLock { $0 += 1 }
                return (x, y)
            }.prefetch(2, threads: 2)
            let reader = try data.reader(of: 1)
            _ = try reader.next()
        }
        settle { marker.value > 0 }
        let seen = marker.value
        Thread.sleep(forTimeInterval: 0.1)
        #expect(marker.value <= seen + 2)
        #expect(marker.value < 100)
    }

    @Test func cancelledReaderThrows() throws {
        let reader = try Dataset(Tensor.zeros([4, 1])).prefetch().reader(of: 2)
        reader.cancel()
        #expect(throws: CancellationError.self) { try reader.next() }
    }
}
