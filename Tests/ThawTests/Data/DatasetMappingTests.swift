import Foundation
import Synchronization
import Testing
import ThawTensor

@testable import Thaw

@Suite struct DatasetMappingTests {
    struct Failure: Error, Equatable { let label: Int }

    func all(_ data: Dataset, of size: Int = 4, seed: UInt64? = nil, epoch: Int = 0) throws -> [Batch] {
        let reader = try data.reader(of: size, seed: seed, epoch: epoch)
        var batches: [Batch] = []
        while let batch = try reader.next() { batches.append(batch) }
        return batches
    }

    @Test func mapsSampleBySample() throws {
        let data = try DatasetTests.ten().map { x, y in (x.reshaped(to: [1, 2]) * 2, y.cast(to: .float32)) }
        let batches = try all(data.dropFirst(1), of: 5)
        #expect(batches.map { $0.inputs[0].shape } == [[5, 1, 2], [4, 1, 2]])
        #expect(batches[1].inputs[0].floats == [12, 120, 14, 140, 16, 160, 18, 180])
        #expect(batches[1].targets[0] == Tensor([0, 1, 2, 0] as [Float]))
        #expect(data.isMapped && data.isDeterministic)
        #expect(try data.signature().inputs == [.init(shape: [1, 2], dtype: .float32)])
        #expect(try data.sample(at: 3).inputs[0].floats == [6, 60])
        #expect(throws: DatasetError.self) { try data.sample(at: 10) }
    }

    @Test func mapsChain() throws {
        let data = try DatasetTests.ten().map { ($0 + 1, $1) }.map { ($0 * 2, $1) }
        #expect(try data.sample(at: 1).inputs[0].floats == [4, 22])
    }

    func noisy() throws -> Dataset {
        try DatasetTests.ten().map(random: { x, y, stream in (x + stream.normalTensor(x.shape), y) })
    }

    @Test func randomMapsDependOnSeedEpochAndIdentityOnly() throws {
        let data = try noisy()
        #expect(!data.isDeterministic)
        let first = try data.sample(at: 4, seed: 1, epoch: 2)
        #expect(try data.sample(at: 4, seed: 1, epoch: 2) == first)
        #expect(try data.sample(at: 4, seed: 1, epoch: 3) != first)
        #expect(try data.sample(at: 4, seed: 2, epoch: 2) != first)
        // The same sample at another position.
        #expect(try data.dropFirst(3).sample(at: 1, seed: 1, epoch: 2) == first)
        let reversed = try data.subset(Array((0..<10).reversed()))
        #expect(try reversed.sample(at: 5, seed: 1, epoch: 2) == first)
    }

    @Test func randomMapsInOneChainDiffer() throws {
        let zeros = try Dataset(Tensor.zeros([1, 8]), Tensor.zeros([1]))
        let twice = zeros.map(random: { x, y, stream in (stream.normalTensor(x.shape), y) })
            .map(random: { x, y, stream in (x - stream.normalTensor(x.shape), y) })
        #expect(try twice.sample(at: 0).inputs[0] != Tensor.zeros([8]))
    }

    @Test(arguments: [1, 3]) func prefetchingChangesNothing(threads: Int) throws {
        let data = try noisy()
        let plain = try all(data, of: 3, seed: 9, epoch: 1)
        let ahead = try all(data.prefetch(2, threads: threads), of: 3, seed: 9, epoch: 1)
        #expect(plain.map(\.identities) == ahead.map(\.identities))
        #expect(plain.map(\.inputs) == ahead.map(\.inputs))
        #expect(plain.map(\.targets) == ahead.map(\.targets))
        #expect(plain.map(\.count) == [3, 3, 3, 1])
    }

    @Test(arguments: [false, true]) func errorsReachTheReaderInOrder(ahead: Bool) throws {
        let mapped = try DatasetTests.ten().mapSamples { sample in
            let first = Int(sample.inputs[0][element: 0])
            if first >= 5 { throw Failure(label: first) }
            return sample
        }
        let reader = try (ahead ? mapped.prefetch(4, threads: 2) : mapped).reader(of: 2)
        #expect(try reader.next()?.identities == [0, 1])
        #expect(try reader.next()?.identities == [2, 3])
        #expect(throws: Failure(label: 5)) { try reader.next() }
        #expect(throws: Failure(label: 5)) { try reader.next() }
    }

    @Test func brokenPromiseIsNoticed() throws {
        let calls = Mutex(0)
        let data = try DatasetTests.ten().map { x, y in
            let call = calls.withLock { count in
                count += 1
                return count
            }
            return (x + Double(call), y)
        }
        _ = try all(data, epoch: 0)
        #expect(throws: DatasetError.mapNotDeterministic(identity: 0)) { try all(data, epoch: 1) }
    }

    @Test func promiseBeforeARandomMapIsCheckedToo() throws {
        let calls = Mutex(0.0)
        let data = try DatasetTests.ten()
            .map { x, y in
                (
                    x
                        + calls.withLock {
                            $0 += 1; return $0
                        }, y
                )
            }
            .map(random: { x, y, stream in (x * Double(stream.uniform()), y) })
        _ = try all(data, epoch: 0)
        #expect(throws: DatasetError.self) { try all(data, epoch: 1) }
    }

    @Test func changedShapesAreNamed() throws {
        let data = try DatasetTests.ten().map { x, y in
            (x[element: 0] < 2 ? x : Tensor.zeros([3]), y)
        }
        #expect(
            throws: DatasetError.sampleChanged(
                identity: 2, expected: "float32 [2], int32 []", got: "float32 [3], int32 []")
        ) { try all(data) }
    }

    @Test func mapsOfPairsNeedPairs() throws {
        let inputsOnly = try Dataset(Tensor.zeros([3, 2]))
        #expect(throws: DatasetError.self) { try inputsOnly.map { ($0, $1) }.sample(at: 0) }
        #expect(try inputsOnly.mapSamples { $0 }.sample(at: 0).inputs[0].shape == [2])
    }
}
