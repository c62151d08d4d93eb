import Foundation
import Testing
import ThawGraph
import ThawTensor

@testable import Thaw

/// That `fit` proves what was frozen, and says what was not.
@Suite struct FrozenRecordTests {
    /// Counts its calls in a statistic, frozen or not.
    final class Counter: Layer {
        private var count: Parameter?

        override func build(inputShape: [Int]) throws {
            count = try addWeight(name: "count", shape: [1], initializer: .zeros, role: .statistic)
        }
        override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
            guard let count else { return input }
            if context.writesState { context.update(count, to: try context.read(count) + 1) }
            return input
        }
    }

    static func model(_ statistics: Thaw.BatchNormalization.Statistics = .automatic) throws -> Sequential {
        let model = Sequential(seed: 4) {
            Dense(4, activation: .tanh, inputShape: [4], name: "dense")
            BatchNormalization(statistics: statistics, name: "norm")
            Dense(3, activation: .softmax, name: "top")
        }
        try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy)
        return model
    }

    static func data() throws -> Dataset {
        let (x, y) = Toy.clusters(32)
        return try Dataset(x, y)
    }

    @Test func whatIsFrozenIsProved() throws {
        let model = try Self.model()
        #expect(try model.fit(Self.data(), verbosity: .silent).frozen == nil)
        try model.layer(named: "dense").freeze()
        try model.layer(named: "norm").freeze()
        let digest = model.frozenDigest
        for cache in [FeatureCache.automatic, .off] {
            let history = try model.fit(
                Self.data(), epochs: 2, verbosity: .silent, featureCache: cache)
            let record = try #require(history.frozen)
            #expect(record.isUnchanged && record.before == digest && record.after == model.frozenDigest)
            #expect(record.parameterCount == 6)
            #expect(record.updatedStatistics.isEmpty && record.assigned.isEmpty)
        }
        // A single batch is not worth it.
        _ = try model.trainOnBatch(.zeros([2, 4]), Tensor([0, 1] as [Float]))
        #expect(model.frozenDigest == digest)
    }

    @Test func updatedStatisticsAreReported() throws {
        let model = try Self.model(.batchUpdating)
        try model.layer(named: "norm").freeze()
        let record = try #require(try model.fit(Self.data(), verbosity: .silent).frozen)
        #expect(!record.isUnchanged && record.after == model.frozenDigest)
        #expect(record.updatedStatistics == ["norm/moving_mean", "norm/moving_variance"])
        #expect(record.assigned.isEmpty)
    }

    @Test func aStepThatWritesIsAnError() throws {
        let model = Sequential {
            Dense(3, activation: .softmax, inputShape: [4])
            Counter(name: "counter")
        }
        try model.compile(optimizer: .sgd(), loss: .sparseCategoricalCrossentropy)
        try model.fit(Self.data(), verbosity: .silent)
        try model.layer(named: "counter").freeze()
        let error = #expect(throws: TrainingError.self) { try model.fit(Self.data(), verbosity: .silent) }
        #expect(error == .frozenValueChanged(path: "counter/count"))
        #expect(error?.description.contains("counter/count belongs to a frozen layer") == true)
        #expect(model.history?.end == .failed)
        // Before a callback can cover it.
        let covered = #expect(throws: TrainingError.self) {
            try model.fit(
                Self.data(), batchSize: 8, epochs: 2, verbosity: .silent,
                callbacks: [LambdaCallback(onTrainBatchEnd: { _, _ in })])
        }
        #expect(covered == .frozenValueChanged(path: "counter/count"))
    }

    @Test func callbacksMayFreezeAndAssign() throws {
        let model = try Self.model()
        let (dense, norm) = (try model.layer(named: "dense"), try model.layer(named: "norm"))
        dense.freeze()
        let kernel = try #require(dense.allParameters.first)
        final class Changes: Callback {
            var change: (Int) throws -> Void = { _ in }
            override func onEpochEnd(epoch: Int, logs: Logs) throws { try change(epoch) }
        }
        let changes = Changes()
        changes.change = { epoch in
            switch epoch {
            case 0: try kernel.assign(kernel.value * 2)
            case 1: norm.freeze()
            default: break
            }
        }
        let record = try #require(
            try model.fit(Self.data(), epochs: 4, verbosity: .silent, callbacks: [changes]).frozen)
        #expect(record.assigned == ["dense/kernel"] && !record.isUnchanged)
        // What was frozen later counts from then on.
        #expect(record.parameterCount == 6)
        // What was thawed on the way does not count.
        changes.change = { epoch in
            if epoch == 0 { dense.unfreeze() }
            if epoch == 1 { dense.freeze() }
        }
        let other = try #require(
            try model.fit(Self.data(), epochs: 3, verbosity: .silent, callbacks: [changes]).frozen)
        #expect(other.isUnchanged && other.assigned.isEmpty)
        #expect(other.after == model.frozenDigest)
        changes.change = { _ in
            dense.unfreeze()
            norm.unfreeze()
        }
        #expect(
            try model.fit(Self.data(), epochs: 1, verbosity: .silent, callbacks: [changes]).frozen == nil)
    }
}
