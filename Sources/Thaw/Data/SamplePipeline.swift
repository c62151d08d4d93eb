import Foundation
import ThawTensor

/// The maps that turn a row of the tensors into a sample, in order.
struct SamplePipeline: Sendable {
    enum Stage: Sendable {
        /// Promises the same result for the same sample.
        case plain(@Sendable (Sample) throws -> Sample)
        /// Draws from a stream of its own for each sample and epoch.
        case random(@Sendable (Sample, inout RandomStream) throws -> Sample)
        /// The same, with another sample of the data set as the maps before make it.
        case mixed(@Sendable (_ sample: Sample, _ other: Sample, inout RandomStream) throws -> Sample)

        var isPlain: Bool {
            if case .plain = self { true } else { false }
        }
    }

    private var stages: [Stage] = []
    private var witness = DeterminismWitness()
    /// The same in copies.
    private var identity = Identity()

    private final class Identity: Sendable {}

    var isEmpty: Bool { stages.isEmpty }
    var isDeterministic: Bool { stages.allSatisfy(\.isPlain) }

    /// Whether another pipeline is a copy of this one.
    func isSame(as other: SamplePipeline) -> Bool { identity === other.identity }

    /// The same maps over other data: what was seen of the old samples says nothing about the new ones.
    var renewed: SamplePipeline {
        var result = self
        result.witness = DeterminismWitness()
        result.identity = Identity()
        return result
    }

    func appending(_ stage: Stage) -> SamplePipeline {
        var result = isDeterministic && stage.isPlain ? renewed : self
        result.stages.append(stage)
        result.identity = Identity()
        return result
    }

    /// The sample that the maps make. The plain maps before the first random one are held to their promise.
    ///
    /// - Throws: what a map throws, and ``DatasetError/mapNotDeterministic(identity:)``.
    func apply(_ sample: Sample, identity: Int, seed: UInt64, epoch: Int, of dataset: Dataset) throws
        -> Sample
    {
        try apply(sample, identity, seed, epoch, stages.count, dataset)
    }

    /// Makes what the first `end` maps make.
    private func apply(
        _ sample: Sample, _ identity: Int, _ seed: UInt64, _ epoch: Int, _ end: Int, _ dataset: Dataset
    ) throws -> Sample {
        var result = sample
        let leading = stages.firstIndex { !$0.isPlain } ?? stages.count
        for (index, stage) in stages.prefix(end).enumerated() {
            if index == leading && leading > 0 { try witness.verify(result, identity: identity) }
            switch stage {
            case .plain(let transform):
                result = try transform(result)
            case .random(let transform):
                var stream = Self.stream(seed, index, epoch, identity)
                result = try transform(result, &stream)
            case .mixed(let transform):
                var stream = Self.stream(seed, index, epoch, identity)
                let position = stream.int(in: 0..<max(1, dataset.count))
                let other = try apply(
                    dataset.columns.sample(row: dataset.rows[position]), dataset.identity(position), seed,
                    epoch, index, dataset)
                result = try transform(result, other, &stream)
            }
        }
        if leading == end && end > 0 { try witness.verify(result, identity: identity) }
        return result
    }

    private static func stream(_ seed: UInt64, _ index: Int, _ epoch: Int, _ identity: Int) -> RandomStream {
        RandomStream(seed: seed).derived("map").derived(UInt64(index))
            .derived(UInt64(bitPattern: Int64(epoch))).derived(UInt64(bitPattern: Int64(identity)))
    }
}

/// Remembers what became of the first few samples, and notices when one comes out differently later.
final class DeterminismWitness: @unchecked Sendable {
    /// Few, since each costs a digest in every epoch.
    static let capacity = 16

    private let lock = NSLock()
    private var digests: [Int: UInt64] = [:]

    func verify(_ sample: Sample, identity: Int) throws {
        lock.lock()
        let known = digests[identity]
        let isWatched = known != nil || digests.count < Self.capacity
        lock.unlock()
        guard isWatched else { return }
        let digest = sample.digest
        if let known {
            guard known == digest else { throw DatasetError.mapNotDeterministic(identity: identity) }
        } else {
            lock.lock()
            digests[identity] = digest
            lock.unlock()
        }
    }
}
