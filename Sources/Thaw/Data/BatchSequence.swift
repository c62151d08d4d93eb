/// The batches of an epoch, one after the other.
public struct BatchSequence: Sequence, Sendable {
    fileprivate let dataset: Dataset
    fileprivate let plan: BatchPlan

    /// The number of batches.
    public var count: Int { plan.count }

    /// The number of batches.
    public var underestimatedCount: Int { plan.count }

    /// An iterator at the first batch.
    public func makeIterator() -> Iterator { Iterator(sequence: self) }

    /// Makes one batch at a time.
    public struct Iterator: IteratorProtocol {
        fileprivate let sequence: BatchSequence
        private var index = 0

        fileprivate init(sequence: BatchSequence) { self.sequence = sequence }

        /// The next batch, or `nil` after the last.
        public mutating func next() -> Batch? {
            guard index < sequence.plan.count else { return nil }
            defer { index += 1 }
            return sequence.dataset.unmappedBatch(sequence.plan[index])
        }
    }
}

extension Dataset {
    /// The batches of an epoch.
    ///
    /// ```swift
    /// for batch in try train.batches(of: 32, seed: 42) { print(batch.inputs[0].shape, batch.identities) }
    /// ```
    ///
    /// - Parameters:
    ///   - size: the number of samples of a batch; the last one may be smaller.
    ///   - seed: shuffles the samples, differently in each epoch; `nil` keeps their order.
    ///   - epoch: which epoch, from 0.
    ///   - dropRemainder: leaves out a last batch that would be smaller.
    /// - Throws: ``DatasetError`` when `size` is not positive, there is no sample, or the data set is mapped:
    ///   a `for` loop over a sequence could not report what a map throws. Use
    ///   ``reader(of:seed:epoch:dropRemainder:)`` then.
    public func batches(
        of size: Int, seed: UInt64? = nil, epoch: Int = 0, dropRemainder: Bool = false
    ) throws -> BatchSequence {
        guard !isMapped else {
            throw DatasetError.mapped(
                operation: "batches(of:)",
                remedy: "Use reader(of:) and `while let batch = try reader.next()` instead.")
        }
        let plan = try BatchPlan(
            self, size: size, seed: seed, epoch: epoch, dropRemainder: dropRemainder,
            operation: "batches(of:)")
        return BatchSequence(dataset: self, plan: plan)
    }
}
