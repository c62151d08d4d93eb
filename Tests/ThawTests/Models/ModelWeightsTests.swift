import Testing
import ThawTestSupport

@testable import Thaw

@Suite struct ModelWeightsTests {
    private func makeModel(seed: UInt64 = 1) -> Sequential {
        Runtime.$engine.withValue(ReferenceEngine()) {
            Sequential(seed: seed) {
                Flatten(inputShape: [2, 2])
                BatchNormalization()
                Dense(3, activation: .relu)
                Sequential(name: "block") { Dense(2) }
            }
        }
    }

    @Test func orderIsKeras() {
        let model = makeModel()
        #expect(model.weights.map(\.shape) == [[4], [4], [4], [4], [4, 3], [3], [3, 2], [2]])
        model.freeze()
        #expect(model.weights.count == 8)
    }

    @Test func counts() {
        let model = makeModel()
        #expect(model.parameterCount == 39)
        #expect(model.trainableParameterCount == 31)
        #expect(model.nonTrainableParameterCount == 8)
        model[1].freeze()
        #expect(model.trainableParameterCount == 23)
        model.freeze()
        #expect(model.trainableParameterCount == 0)
        model.unfreeze()
        #expect(model.trainableParameterCount == 31)
    }

    @Test func allAreCheckedBeforeAnyIsWritten() throws {
        let model = makeModel()
        let before = model.weights
        var tensors = before.map { $0 + 1.0 }
        #expect(throws: ModelError.weightCount(model: "sequential", expected: 8, got: 7)) {
            try model.setWeights(tensors.dropLast())
        }
        tensors[7] = Tensor.zeros([3])
        let error = #expect(throws: ModelError.self) { try model.setWeights(tensors) }
        #expect(error?.description.contains("weight 7 (block/dense/bias) has the shape [2], got [3]") == true)
        #expect(model.weights == before)
        try model.setWeights(before.map { $0 + 1.0 })
        #expect(model.weights == before.map { $0 + 1.0 })
        let other = makeModel(seed: 2)
        try other.copyWeights(from: model)
        #expect(other.weights == model.weights)
    }

    @Test func clonesHaveWeightsOfTheirOwn() throws {
        let model = makeModel()
        model[1].freeze()
        let copy = try model.clone()
        #expect(copy.layers.map(\.name) == model.layers.map(\.name))
        #expect(copy.parameterPaths.map(\.path) == model.parameterPaths.map(\.path))
        #expect(copy.layers.map(\.isTrainable) == model.layers.map(\.isTrainable))
        #expect(copy.engine === model.engine)
        #expect(copy.weights != model.weights)
        #expect(try model.clone().weights == copy.weights, "a seeded model has seeded clones")
        try copy.copyWeights(from: model)
        #expect(copy.weights == model.weights)
        try copy.setWeights(model.weights.map { $0 * 0.0 })
        #expect(model.weights[2] != copy.weights[2] || model.weights[4] != copy.weights[4])

        let shared = Dense(4, inputShape: [4], name: "shared")
        let twice = try Sequential([shared, shared]).clone()
        #expect(twice[0] === twice[1])
    }

    @Test func newFirstValues() throws {
        let model = makeModel(seed: 1)
        try model.reinitialize(seed: 2)
        #expect(model.weights == makeModel(seed: 2).weights)
    }

    @Test func digestOfWhatIsFrozen() throws {
        let model = makeModel()
        let nothing = model.frozenDigest
        #expect(nothing == SHA256Digest.hex(of: []))
        model[1].freeze()
        let digest = model.frozenDigest
        #expect(digest.count == 64)
        #expect(digest != nothing)
        try model[2].parameters[0].assign(Tensor.ones([4, 3]))
        #expect(model.frozenDigest == digest, "a trainable layer does not count")
        try model[1].parameters[2].assign(Tensor.ones([4]))
        #expect(model.frozenDigest != digest, "a frozen statistic counts")
    }

    @Test func unfreezeFromALayer() throws {
        try Runtime.$engine.withValue(ReferenceEngine()) {
            let base = Sequential(name: "base") {
                Dense(2, inputShape: [2], name: "first")
                BatchNormalization(name: "first_bn")
                Dense(2, name: "second")
                BatchNormalization(name: "second_bn")
                Sequential(name: "block") { Dense(2, name: "inner") }
            }
            let model = Sequential([base, Dense(1, name: "head")])
            model.freeze()
            try base.unfreeze(from: "second", keepingBatchNormalizationFrozen: true)
            #expect(model.leaves.filter(\.isTrainable).map(\.name) == ["second", "inner"])
            try base.unfreeze(from: "first_bn")
            #expect(
                model.leaves.filter(\.isTrainable).map(\.name) == [
                    "first_bn", "second", "second_bn", "inner",
                ])
            model.freeze()
            try model.unfreeze(from: "base/block/inner")
            #expect(model.leaves.filter(\.isTrainable).map(\.name) == ["inner", "head"])
            #expect(throws: ModelError.self) { try model.unfreeze(from: "third") }
        }
    }

    @Test func theDigestOfNothingIsThatOfNoBytes() throws {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        let model = Sequential { Dense(2, inputShape: [3]) }
        #expect(model.frozenDigest == empty)
        #expect(Sequential { Dense(2) }.frozenDigest == empty)
        model.freeze()
        #expect(model.frozenDigest != empty)
        model.unfreeze()
        #expect(model.frozenDigest == empty)
        let dropout = Sequential { Dropout(0.5, inputShape: [3]) }
        dropout.freeze()
        #expect(dropout.frozenDigest == empty, "no parameters to prove anything of")
    }
}
