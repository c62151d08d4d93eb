import Foundation
import Testing

@testable import Thaw

@Suite struct LearningRateMultiplierTests {
    private func net(_ optimizer: Optimizer = .sgd(learningRate: 0.5)) throws -> Sequential {
        let model = Sequential(seed: 4) {
            Dense(5, activation: .tanh, inputShape: [3], name: "first")
            Dense(4, activation: .tanh, name: "second")
            Dense(2, name: "third")
        }
        try model.compile(optimizer: optimizer, loss: .meanSquaredError)
        return model
    }

    private func data() throws -> Dataset {
        var stream = RandomStream(seed: 2)
        return try Dataset(stream.normalTensor([8, 3]), stream.normalTensor([8, 2]))
    }

    /// The step of plain gradient descent is multiplied, layer by layer.
    @Test func stepsAreMultiplied() throws {
        let models = try (0..<2).map { _ in try net() }
        try models[1].layer(named: "first").learningRateMultiplier = 0.25
        try models[1].layer(named: "second").learningRateMultiplier = 0
        let before = models[0].allParameters.map(\.value)
        for model in models { try model.fit(data(), batchSize: 8, verbosity: .silent) }
        let factors = [0.25, 0.25, 0, 0, 1, 1]
        for (index, value) in before.enumerated() {
            let whole = models[0].allParameters[index].value - value
            let scaled = models[1].allParameters[index].value - value
            #expect(
                scaled.isApproximatelyEqual(
                    to: whole * factors[index], relativeTolerance: 1e-4, absoluteTolerance: 1e-6))
            #expect(whole.doubles.contains { abs($0) > 1e-4 })
        }
    }

    /// A change counts from the next step on, and decoupled weight decay goes with the rate.
    @Test func changesCountAtOnce() throws {
        let model = try net(.adamW(learningRate: 0.01, weightDecay: 0.5))
        model.learningRateMultiplier = 0
        let before = model.allParameters.map(\.value)
        try model.fit(data(), verbosity: .silent)
        #expect(zip(before, model.allParameters).allSatisfy { $0.isBitwiseEqual(to: $1.value) })
        try model.layer(named: "third").learningRateMultiplier = 1
        try model.fit(data(), epochs: 1, verbosity: .silent)
        let isChanged = zip(before, model.allParameters).map { !$0.isBitwiseEqual(to: $1.value) }
        #expect(isChanged == [false, false, false, false, true, true])
    }

    @Test func depthDecides() throws {
        let model = try net()
        try model.layer(named: "second").freeze()
        try model.setLearningRateMultipliers(decay: 0.5)
        #expect(model.leaves.map(\.learningRateMultiplier) == [0.5, 1, 1])
        #expect(model.learningRateMultiplier == 1)
        #expect(throws: TrainingError.self) { try model.setLearningRateMultipliers(decay: 0) }
        #expect(throws: TrainingError.self) { try model.setLearningRateMultipliers(decay: .nan) }
    }

    @Test func badNumbersAreRefused() throws {
        for bad in [-1.0, .nan, .infinity] {
            let model = try net()
            try model.layer(named: "first").learningRateMultiplier = bad
            #expect { try model.fit(data(), verbosity: .silent) } throws: {
                "\($0)".contains("learningRateMultiplier of first/kernel")
            }
        }
    }

    @Test func copiesAndFilesHaveThem() throws {
        let folder = try TestFolder()
        let model = try net(.adam())
        try model.layer(named: "first").learningRateMultiplier = 0.1
        #expect(try model.clone().layer(named: "first").learningRateMultiplier == 0.1)
        try model.fit(data(), verbosity: .silent)
        try model.save(to: folder.file("m.keras"))
        let loaded = try Model.load(from: folder.file("m.keras"))
        #expect(loaded.leaves.map(\.learningRateMultiplier) == [0.1, 1, 1])
        try model.saveCheckpoint(to: folder.file("c.thaw"))
        let other = try net(.adam())
        try other.layer(named: "third").learningRateMultiplier = 3
        try other.loadCheckpoint(from: folder.file("c.thaw"))
        #expect(other.leaves.map(\.learningRateMultiplier) == [0.1, 1, 1])
    }
}
