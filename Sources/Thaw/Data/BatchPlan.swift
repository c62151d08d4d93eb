/// Which samples make up each batch of an epoch.
struct BatchPlan: Sendable {
    let order: [Int]
    let size: Int
    let count: Int

    /// - Throws: ``DatasetError`` when the batch size is not positive or there is no sample.
    init(
        _ dataset: Dataset, size: Int, seed: UInt64?, epoch: Int, dropRemainder: Bool, operation: String
    ) throws {
        guard size > 0 else { throw DatasetError.invalidBatchSize(size) }
        guard !dataset.isEmpty else { throw DatasetError.empty(operation: operation) }
        order = dataset.order(seed: seed, epoch: epoch)
        self.size = size
        let whole = order.count / size
        count = dropRemainder || order.count % size == 0 ? whole : whole + 1
    }

    /// The positions of the samples of batch `index`.
    subscript(index: Int) -> ArraySlice<Int> {
        order[index * size..<min((index + 1) * size, order.count)]
    }
}
