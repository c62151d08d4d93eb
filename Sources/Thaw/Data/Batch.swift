public import ThawTensor

/// Some samples that are used together.
public struct Batch: Sendable {
    /// The inputs, `[count, ...]` each.
    public let inputs: [Tensor]
    /// The targets, `[count, ...]` each.
    public let targets: [Tensor]
    /// The samples' weights, `float32 [count]`, if there are any.
    public let weights: Tensor?
    /// The samples' identities, in order.
    public let identities: [Int]

    /// The number of samples.
    public var count: Int { identities.count }
}

extension Dataset {
    /// The samples at some positions as one batch, mapped.
    ///
    /// - Throws: what a map throws, and ``DatasetError/sampleChanged(identity:expected:got:)``.
    func batch(_ positions: ArraySlice<Int>, seed: UInt64, epoch: Int) throws -> Batch {
        guard isMapped else { return unmappedBatch(positions) }
        let picked = positions.map { rows[$0] }
        let identities = picked.map(columns.identity)
        let samples = try zip(picked, identities).map { row, identity in
            try pipeline.apply(
                columns.sample(row: row), identity: identity, seed: seed, epoch: epoch, of: self)
        }
        guard let first = samples.first else { throw DatasetError.empty(operation: "batch") }
        for (sample, identity) in zip(samples, identities) where !sample.matches(first) {
            throw DatasetError.sampleChanged(
                identity: identity, expected: first.summary, got: sample.summary)
        }
        return Batch(
            inputs: first.inputs.indices.map { column in
                Tensor.stack(samples.map { $0.inputs[column] }, axis: 0)
            },
            targets: first.targets.indices.map { column in
                Tensor.stack(samples.map { $0.targets[column] }, axis: 0)
            },
            weights: columns.weights?.gathering(rows: picked), identities: identities)
    }

    /// The samples at some positions as one batch, as they stand in the tensors.
    func unmappedBatch(_ positions: ArraySlice<Int>) -> Batch {
        let picked = positions.map { rows[$0] }
        return Batch(
            inputs: columns.inputs.map { $0.gathering(rows: picked) },
            targets: columns.targets.map { $0.gathering(rows: picked) },
            weights: columns.weights?.gathering(rows: picked),
            identities: picked.map(columns.identity))
    }
}
