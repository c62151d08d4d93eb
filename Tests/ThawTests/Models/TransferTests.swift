import Testing

@testable import Thaw

/// The workflow the package is for: train, clone, freeze under a new head, train, unfreeze, train.
@Suite struct TransferTests {
    private func transferred(seed: UInt64) throws -> (digests: [String], weights: [Tensor], counts: [Int]) {
        let (x, y) = Toy.clusters(64)
        let source = Sequential(seed: seed) {
            Dense(8, inputShape: [4], name: "hidden")
            BatchNormalization(name: "normalization")
            Activation(.relu)
            Dropout(0.2)
            Dense(3, activation: .softmax, name: "output")
        }
        try source.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy)
        try source.fit(x, y, epochs: 2, verbosity: .silent)
        let copy = try source.clone()
        try copy.copyWeights(from: source)
        let base = Sequential(Array(copy.layers.dropLast()), seed: seed, name: "base")
        base.freeze()
        let model = Sequential(seed: seed) {
            base
            Dense(3, activation: .softmax, name: "head")
        }
        try model.compile(optimizer: .adam(learningRate: 0.01), loss: .sparseCategoricalCrossentropy)
        var digests = [model.frozenDigest]
        var counts = [model.trainableParameterCount]
        let head = model[1].weights
        try model.fit(x * 3.0 + 1.0, y, epochs: 3, verbosity: .silent)
        digests.append(model.frozenDigest)
        #expect(model[1].weights != head)
        try base.unfreeze(from: "normalization", keepingBatchNormalizationFrozen: true)
        counts.append(model.trainableParameterCount)
        base.unfreeze()
        counts.append(model.trainableParameterCount)
        let before = base.weights
        try model.fit(x, y, epochs: 1, verbosity: .silent)
        #expect(zip(base.weights, before).allSatisfy { $0 != $1 })
        return (digests, model.weights, counts)
    }

    @Test func frozenMeansFrozenAndSeedsDecide() throws {
        let first = try transferred(seed: 3)
        #expect(first.digests[0] == first.digests[1])
        #expect(first.counts == [27, 27, 27 + 40 + 16])
        let second = try transferred(seed: 3)
        #expect(second.digests == first.digests)
        #expect(zip(first.weights, second.weights).allSatisfy { $0.isBitwiseEqual(to: $1) })
        #expect(try transferred(seed: 4).weights != first.weights)
    }
}
