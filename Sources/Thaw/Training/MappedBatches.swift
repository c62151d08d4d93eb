import ThawEngine
import ThawTensor

/// The batches of an epoch of mapped data, prepared ahead of their use.
final class MappedBatches {
    private let queue: PrefetchQueue
    private let batchSize: Int
    private let engine: any Engine
    private let firstBatch: Int
    private var last: (index: Int, batch: Batch)?

    /// - Parameter firstBatch: the first batch that will be asked for; those before it are not prepared.
    init(
        _ dataset: Dataset, order: [Int], batchSize: Int, seed: UInt64, epoch: Int, engine: any Engine,
        firstBatch: Int = 0
    ) {
        self.batchSize = batchSize
        self.engine = engine
        self.firstBatch = firstBatch
        let count = order.isEmpty ? 0 : (order.count - 1) / batchSize + 1
        let prefetching = dataset.prefetching ?? Prefetching(batches: 2, threads: 1)
        queue = PrefetchQueue(count: max(0, count - firstBatch), prefetching) { number in
            let index = firstBatch + number
            let end = min((index + 1) * batchSize, order.count)
            return try dataset.batch(order[index * batchSize..<end], seed: seed, epoch: epoch)
        }
    }

    deinit { queue.cancel() }

    /// The batch whose first sample stands at a place of the order. Batches are taken one after the
    /// other; the last one may be asked for again.
    func batch(startingAt start: Int) throws -> Batch {
        let index = start / batchSize
        if let last, last.index == index { return last.batch }
        let batch = try queue.take(index - firstBatch, whileWaiting: engine.serveOthers)
        last = (index, batch)
        return batch
    }
}
