public import ThawTensor

extension Dataset {
    /// The samples as `transform` makes them, when they are read.
    ///
    /// `transform` promises the same result each time it is given the same sample: results may be kept and
    /// used again. The promise is checked on a few samples; a broken one throws
    /// ``DatasetError/mapNotDeterministic(identity:)``. For augmentation see ``map(random:)``.
    ///
    /// ```swift
    /// let centred = train.map { x, y in (x - 0.5, y) }
    /// ```
    ///
    /// - Parameter transform: is given the input and the target of one sample, without the axis that counts
    ///   samples, and may be called on several threads at once. What it throws reaches whoever reads the
    ///   batch.
    public func map(
        _ transform: @escaping @Sendable (_ x: Tensor, _ y: Tensor) throws -> (Tensor, Tensor)
    ) -> Dataset {
        mapSamples { sample in
            let (x, y) = try sample.single(operation: "map")
            let (newX, newY) = try transform(x, y)
            return Sample(inputs: [newX], targets: [newY])
        }
    }

    /// The samples as `transform` makes them with random numbers, anew in each epoch.
    ///
    /// The stream depends on the seed of the epochs (`fit(seed:)`,
    /// ``batches(of:seed:epoch:dropRemainder:)``), the epoch, the sample's identity and the place among the
    /// maps, and on nothing else: neither on threads nor on the order of samples.
    ///
    /// ```swift
    /// let augmented = train.map(random: { x, y, stream in
    ///     (x + stream.normalTensor(x.shape, standardDeviation: 0.1), y)
    /// })
    /// ```
    ///
    /// - Parameter transform: as in ``map(_:)``, with the stream to draw from.
    public func map(
        random transform:
            @escaping @Sendable (_ x: Tensor, _ y: Tensor, _ stream: inout RandomStream) throws
            -> (Tensor, Tensor)
    ) -> Dataset {
        mapSamples(random: { sample, stream in
            let (x, y) = try sample.single(operation: "map(random:)")
            let (newX, newY) = try transform(x, y, &stream)
            return Sample(inputs: [newX], targets: [newY])
        })
    }

    /// The samples, of any number of inputs and targets, as `transform` makes them; otherwise as ``map(_:)``.
    public func mapSamples(_ transform: @escaping @Sendable (_ sample: Sample) throws -> Sample) -> Dataset {
        appending(.plain(transform))
    }

    /// The samples, of any number of inputs and targets, as `transform` makes them with random numbers;
    /// otherwise as ``map(random:)``.
    public func mapSamples(
        random transform:
            @escaping @Sendable (_ sample: Sample, _ stream: inout RandomStream) throws -> Sample
    ) -> Dataset {
        appending(.random(transform))
    }

    /// The same samples, of which random maps make only so many views each, which the epochs of `fit` see in turn.
    ///
    /// What frozen layers make of a view can then be kept, as it is of data without random maps (see `FeatureCache`), so that training
    /// a head on augmented pictures costs the frozen part `count` passes in all.
    ///
    /// ```swift
    /// try model.fit(photos.map(random: flipped).views(4), epochs: 40)
    /// ```
    ///
    /// - Parameter count: at least 1.
    public func views(_ count: Int) -> Dataset {
        var result = self
        result.viewCount = max(1, count)
        return result
    }

    /// The same samples, whose batches are prepared ahead of their use.
    ///
    /// - Parameters:
    ///   - batches: how many batches may wait, at least 1.
    ///   - threads: how many threads prepare them, at least 1. The order of batches, and their contents, do
    ///     not depend on it.
    public func prefetch(_ batches: Int = 2, threads: Int = 1) -> Dataset {
        var result = self
        result.prefetching = Prefetching(batches: max(batches, 1), threads: max(threads, 1))
        return result
    }

    /// The sample at a position, mapped.
    ///
    /// - Parameters:
    ///   - position: 0 ... ``count`` - 1.
    ///   - seed: for random maps.
    ///   - epoch: for random maps.
    /// - Throws: ``DatasetError/positionOutOfRange(_:count:)`` and what a map throws.
    public func sample(at position: Int, seed: UInt64 = 0, epoch: Int = 0) throws -> Sample {
        guard (0..<count).contains(position) else {
            throw DatasetError.positionOutOfRange(position, count: count)
        }
        let sample = columns.sample(row: rows[position])
        guard isMapped else { return sample }
        return try pipeline.apply(sample, identity: identity(position), seed: seed, epoch: epoch, of: self)
    }

    /// The shapes and types of the samples, mapped.
    ///
    /// - Throws: ``DatasetError/empty(operation:)`` and what a map throws.
    func signature() throws -> SampleSignature {
        guard isMapped else { return SampleSignature(columns) }
        guard !isEmpty else { throw DatasetError.empty(operation: "Dataset") }
        return SampleSignature(try sample(at: 0))
    }

    func appending(_ stage: SamplePipeline.Stage) -> Dataset {
        var result = self
        result.pipeline = pipeline.appending(stage)
        return result
    }
}

/// How far batches are prepared ahead, and by how many threads.
struct Prefetching: Sendable, Equatable {
    let batches: Int
    let threads: Int
}

extension Sample {
    fileprivate func single(operation: String) throws -> (Tensor, Tensor) {
        guard inputs.count == 1, targets.count == 1 else {
            throw DatasetError.unexpectedColumns(
                operation: operation, inputs: inputs.count, targets: targets.count)
        }
        return (inputs[0], targets[0])
    }
}
