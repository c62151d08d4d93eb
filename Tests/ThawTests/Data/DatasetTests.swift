import Foundation
import Testing
import ThawTensor

@testable import Thaw

@Suite struct DatasetTests {
    /// Ten samples `[i, 10 i]` with label i mod 3.
    static func ten() throws -> Dataset {
        let x = Tensor(shape: [10, 2], scalars: (0..<10).flatMap { [Float($0), Float(10 * $0)] })
        let y = Tensor((0..<10).map { Int32($0 % 3) })
        return try Dataset(x, y)
    }

    @Test func keepsItsTensors() throws {
        let data = try Self.ten()
        #expect(data.count == 10)
        #expect(data.inputs[0].shape == [10, 2])
        #expect(data.targets[0].ints == [0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
        #expect(data.sampleWeights == nil)
        #expect(data.identities == Array(0..<10))
        #expect(!data.isMapped && data.isDeterministic && !data.isEmpty)
        #expect(try Dataset(Tensor.zeros([3, 4])).targets.isEmpty)
    }

    @Test func mistakesAreNamed() {
        #expect(throws: DatasetError.empty(operation: "Dataset")) { try Dataset(Tensor.zeros([0, 3])) }
        #expect(throws: DatasetError.empty(operation: "Dataset")) { try Dataset(inputs: []) }
        #expect(throws: DatasetError.countsDiffer(tensor: "target 0", expected: 4, got: 5)) {
            try Dataset(Tensor.zeros([4, 2]), Tensor.zeros([5]))
        }
        #expect(throws: DatasetError.missingSampleAxis(tensor: "input 0")) {
            try Dataset(Tensor(scalar: 1.0 as Float))
        }
        #expect(throws: DatasetError.self) {
            try Dataset(Tensor.zeros([4, 2]), Tensor.zeros([4]), sampleWeights: .ones([4, 1]))
        }
        let text = DatasetError.countsDiffer(tensor: "target 0", expected: 4, got: 5).errorDescription ?? ""
        #expect(text.contains("target 0 has 5 samples, the first input has 4"))
    }

    @Test func viewsSelectInOrder() throws {
        let data = try Self.ten()
        #expect(data.prefix(3).identities == [0, 1, 2])
        #expect(data.dropFirst(7).identities == [7, 8, 9])
        #expect(data.suffix(2).identities == [8, 9])
        #expect(data.dropLast(8).identities == [0, 1])
        #expect(data.dropFirst(2).prefix(3).dropFirst(1).identities == [3, 4])
        #expect(data.prefix(99).count == 10)
        #expect(data.dropFirst(99).isEmpty)
        #expect(data.prefix(-1).isEmpty)
        #expect(data.dropFirst(8).inputs[0] == Tensor([[8, 80], [9, 90]] as [[Float]]))
        #expect(data.dropFirst(8).targets[0].ints == [2, 0])
    }

    @Test func subsets() throws {
        let data = try Self.ten().dropFirst(5)
        #expect(try data.subset([4, 0, 0]).identities == [9, 5, 5])
        #expect(try data.subset([4, 0, 0]).inputs[0].floats == [9, 90, 5, 50, 5, 50])
        #expect(throws: DatasetError.positionOutOfRange(5, count: 5)) { try data.subset([5]) }
        #expect(throws: DatasetError.positionOutOfRange(-1, count: 5)) { try data.subset([-1]) }
    }

    @Test func filters() throws {
        let data = try Self.ten()
        #expect(try data.filter(byLabel: { $0 == 1 }).identities == [1, 4, 7])
        #expect(try data.dropFirst(2).filter(byLabel: { $0 == 1 }).identities == [4, 7])
        let large = data.dropFirst(1).filter { position, sample in
            position != 6 && sample.inputs[0][element: 1] > 50
        }
        #expect(large.identities == [6, 8, 9])
        #expect(try data.filter(byLabel: { $0 > 5 }).isEmpty)
        #expect(throws: DatasetError.self) { try Dataset(Tensor.zeros([3])).filter(byLabel: { _ in true }) }
    }

    @Test func shufflingPermutes() throws {
        let data = try Self.ten()
        let shuffled = data.shuffled(seed: 1)
        #expect(shuffled.identities.sorted() == Array(0..<10))
        #expect(shuffled.identities != Array(0..<10))
        #expect(shuffled.identities == data.shuffled(seed: 1).identities)
        #expect(shuffled.identities != data.shuffled(seed: 2).identities)
        // Samples stay whole.
        for (position, identity) in shuffled.identities.enumerated() {
            #expect(shuffled.inputs[0][element: position, 1] == Double(10 * identity))
            #expect(shuffled.targets[0].ints[position] == identity % 3)
        }
    }

    @Test func splits() throws {
        let data = try Self.ten()
        let (first, second) = try data.split(fraction: 0.3)
        #expect(first.identities == [0, 1, 2])
        #expect(second.identities == Array(3..<10))
        let (left, right) = try data.split(fraction: 0.5, seed: 3)
        #expect((left.identities + right.identities).sorted() == Array(0..<10))
        #expect(left.identities.sorted() != Array(0..<5))
        #expect(throws: DatasetError.self) { try data.split(fraction: 1.5) }
        #expect(throws: DatasetError.self) { try data.split(fraction: .nan) }
    }

    @Test func weightsFollowTheirSamples() throws {
        let data = try Dataset(
            Tensor.zeros([3, 1]), Tensor.zeros([3]), sampleWeights: Tensor([1, 2, 3] as [Double]))
        let reversed = try data.subset([2, 1, 0])
        #expect(reversed.sampleWeights == Tensor([3, 2, 1] as [Float]))
        let renewed = try reversed.weighted(Tensor([7, 8, 9] as [Float]))
        #expect(renewed.sampleWeights?.floats == [7, 8, 9])
        #expect(renewed.identities == [2, 1, 0])
        #expect(throws: DatasetError.self) { try reversed.weighted(.ones([2])) }
    }

    @Test func batchesCoverAnEpoch() throws {
        let data = try Self.ten()
        let batches = Array(try data.batches(of: 4))
        #expect(batches.map(\.count) == [4, 4, 2])
        #expect(batches.map(\.identities).flatMap { $0 } == Array(0..<10))
        #expect(batches[2].inputs[0] == Tensor([[8, 80], [9, 90]] as [[Float]]))
        #expect(batches[2].targets[0].ints == [2, 0])
        #expect(try data.batches(of: 4, dropRemainder: true).map(\.count) == [4, 4])
        #expect(try data.batches(of: 5).count == 2)
        #expect(try data.batches(of: 99).map(\.count) == [10])
    }

    @Test func epochsAreShuffledDifferently() throws {
        let data = try Self.ten()
        func order(_ seed: UInt64, _ epoch: Int) throws -> [Int] {
            try data.batches(of: 3, seed: seed, epoch: epoch).flatMap(\.identities)
        }
        #expect(try order(1, 0) == order(1, 0))
        #expect(try order(1, 0) != order(1, 1))
        #expect(try order(1, 0) != order(2, 0))
        #expect(try order(1, 1).sorted() == Array(0..<10))
    }

    @Test func impossibleBatches() throws {
        let data = try Self.ten()
        #expect(throws: DatasetError.invalidBatchSize(0)) { try data.batches(of: 0) }
        #expect(throws: DatasetError.empty(operation: "batches(of:)")) { try data.prefix(0).batches(of: 1) }
        #expect(throws: DatasetError.self) { try data.map { ($0, $1) }.batches(of: 1) }
    }
}
