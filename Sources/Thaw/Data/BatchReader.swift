import Foundation

/// Reads the batches of an epoch, mapped, and prepares them ahead where ``Dataset/prefetch(_:threads:)`` asks
/// for it.
///
/// ```swift
/// let reader = try augmented.prefetch(4, threads: 2).reader(of: 32, seed: 42, epoch: 3)
/// while let batch = try reader.next() { ... }
/// ```
///
/// A reader belongs to one thread at a time. Its own threads end when it is released, cancelled, exhausted,
/// or when a map throws.
public final class BatchReader {
    private let dataset: Dataset
    private let plan: BatchPlan
    private let seed: UInt64
    private let epoch: Int
    private let queue: PrefetchQueue?
    private var index = 0
    private var failure: (any Error)?

    init(dataset: Dataset, plan: BatchPlan, seed: UInt64, epoch: Int) {
        self.dataset = dataset
        self.plan = plan
        self.seed = seed
        self.epoch = epoch
        queue = dataset.prefetching.map { prefetching in
            PrefetchQueue(count: plan.count, prefetching) { index in
                try dataset.batch(plan[index], seed: seed, epoch: epoch)
            }
        }
    }

    deinit { queue?.cancel() }

    /// The number of batches of the epoch.
    public var count: Int { plan.count }

    /// The next batch, or `nil` after the last.
    ///
    /// - Throws: what a map throws, at the batch that it belongs to and ever after; `CancellationError` when
    ///   the reader, or the task that it is read from, was cancelled.
    public func next() throws -> Batch? {
        if let failure { throw failure }
        guard index < plan.count else { return nil }
        do {
            if Task.isCancelled { throw CancellationError() }
            let batch =
                try queue?.take(index) ?? dataset.batch(plan[index], seed: seed, epoch: epoch)
            index += 1
            return batch
        } catch {
            failure = error
            queue?.cancel()
            throw error
        }
    }

    /// Ends the reading: batches that are being prepared are finished and dropped, and ``next()`` throws
    /// `CancellationError`.
    public func cancel() {
        queue?.cancel()
        failure = failure ?? CancellationError()
    }
}

extension Dataset {
    /// Reads the batches of an epoch; for data sets with and without maps.
    ///
    /// - Parameters:
    ///   - size: the number of samples of a batch; the last one may be smaller.
    ///   - seed: shuffles the samples, differently in each epoch, and seeds random maps; `nil` keeps the
    ///     order and seeds with 0.
    ///   - epoch: which epoch, from 0.
    ///   - dropRemainder: leaves out a last batch that would be smaller.
    /// - Throws: ``DatasetError`` when `size` is not positive or there is no sample.
    public func reader(
        of size: Int, seed: UInt64? = nil, epoch: Int = 0, dropRemainder: Bool = false
    ) throws -> BatchReader {
        let plan = try BatchPlan(
            self, size: size, seed: seed, epoch: epoch, dropRemainder: dropRemainder, operation: "reader(of:)"
        )
        return BatchReader(dataset: self, plan: plan, seed: seed ?? 0, epoch: epoch)
    }
}
