import Testing

@testable import Thaw

/// The table of trainable, statistics and mode: what `fit` and `evaluate` change, and what they leave alone.
@Suite struct FreezingTests {
    struct Row: CustomTestStringConvertible {
        let isTrainable: Bool
        let statistics: BatchNormalization.Statistics
        let usesBatch: Bool
        let updates: Bool

        var testDescription: String { "trainable: \(isTrainable), statistics: \(statistics)" }
    }

    static let table = [
        Row(isTrainable: true, statistics: .automatic, usesBatch: true, updates: true),
        Row(isTrainable: true, statistics: .batchUpdating, usesBatch: true, updates: true),
        Row(isTrainable: false, statistics: .automatic, usesBatch: false, updates: false),
        Row(isTrainable: false, statistics: .moving, usesBatch: false, updates: false),
        Row(isTrainable: true, statistics: .moving, usesBatch: false, updates: false),
        Row(isTrainable: true, statistics: .batch, usesBatch: true, updates: false),
        Row(isTrainable: false, statistics: .batchUpdating, usesBatch: true, updates: true),
        Row(isTrainable: false, statistics: .batch, usesBatch: true, updates: false),
    ]

    /// A model of one normalization under a head, alone or in a nested model.
    private func makeModel(_ row: Row, nested: Bool) throws -> (Sequential, BatchNormalization) {
        let layer = BatchNormalization(momentum: 0.9, statistics: row.statistics, name: "normalization")
        let model = Sequential(seed: 1) {
            Input(shape: [4])
            if nested { Sequential([layer], name: "block") } else { layer }
            Dense(3, activation: .softmax, name: "head")
        }
        try model.compile(optimizer: .sgd(learningRate: 0.1), loss: .sparseCategoricalCrossentropy)
        try model.ensureBuilt()
        layer.isTrainable = row.isTrainable
        return (model, layer)
    }

    @Test(arguments: table, [false, true]) func fitFollowsTheTable(_ row: Row, nested: Bool) throws {
        try Runtime.$engine.withValue(TestEngine.current) {
            let (model, layer) = try makeModel(row, nested: nested)
            let (x, y) = Toy.clusters(30)
            let shifted = x * 2.0 + 3.0
            let before = layer.parameters.map(\.value)
            try model.fit(shifted, y, verbosity: .silent)
            let after = layer.parameters.map(\.value)
            for (index, parameter) in layer.parameters.enumerated() {
                let changes = parameter.role == .weight ? row.isTrainable : row.updates
                #expect(before[index].isBitwiseEqual(to: after[index]) != changes, "\(parameter.name)")
            }
            if row.updates {
                let mean = shifted.mean(axes: [0]) * 0.1
                expectAgreement(after[2].doubles, mean.doubles, tolerance: 1e-4, "moving_mean")
                let variance = 0.9 + shifted.variance(axes: [0]) * 0.1
                expectAgreement(after[3].doubles, variance.doubles, tolerance: 1e-4, "moving_variance")
            }

            // In training mode the same rows come out normalised as the table says; in inference by
            // moving statistics.
            let training = try model.evaluate(shifted, y, mode: .training, verbosity: .silent)
            let inference = try model.evaluate(shifted, y, verbosity: .silent)
            #expect((training.loss != inference.loss) == row.usesBatch)
            #expect(Toy.areIdentical(layer.parameters.map(\.value), after), "evaluate writes nothing")
            let overridden = try model.evaluate(shifted, y, statistics: .batch, verbosity: .silent)
            #expect(overridden.loss != inference.loss)
            #expect(Toy.areIdentical(layer.parameters.map(\.value), after))
        }
    }

    @Test func frozenBaseIsBitIdenticalAfterFit() throws {
        try Runtime.$engine.withValue(TestEngine.current) {
            let base = Sequential(seed: 2, name: "base") {
                Dense(8, inputShape: [4])
                BatchNormalization()
                Activation(.relu)
            }
            let model = Sequential(seed: 3) {
                base
                Dense(3, activation: .softmax)
            }
            try model.ensureBuilt()
            base.freeze()
            let (x, y) = Toy.clusters(40)
            let before = Toy.values(base)
            let output = try base.predict(x)
            try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy)
            try model.fit(x, y, epochs: 3, verbosity: .silent)
            #expect(Toy.areIdentical(Toy.values(base), before))
            #expect(try base.predict(x).isBitwiseEqual(to: output))
            #expect(model.optimizer?.slotValues(of: base.allParameters[0]) == nil, "nothing is kept for it")
        }
    }

    @Test func togglingTakesEffectWithoutCompile() throws {
        let model = try Toy.normalized()
        let (x, y) = Toy.clusters(32)
        try model.fit(x, y, verbosity: .silent)
        model.freeze()
        let frozen = Toy.values(model)
        try model.fit(x, y, verbosity: .silent)
        #expect(Toy.areIdentical(Toy.values(model), frozen), "everything is frozen")
        model["output"]?.isTrainable = true
        try model.fit(x, y, verbosity: .silent)
        let trained = Toy.values(model)
        #expect(Toy.areIdentical(Array(trained.dropLast(2)), Array(frozen.dropLast(2))))
        #expect(!Toy.areIdentical(Array(trained.suffix(2)), Array(frozen.suffix(2))))
        model.unfreeze()
        try model.fit(x, y, verbosity: .silent)
        #expect(!Toy.areIdentical(Array(Toy.values(model).prefix(1)), Array(frozen.prefix(1))))
    }

    @Test func callbackFreezesInTheMiddleOfAnEpoch() throws {
        let model = try Toy.normalized()
        var frozen: [Tensor] = []
        let callback = HookCallback(onTrainBatchEnd: { batch, _ in
            guard batch == 1 else { return }
            model.freeze()
            frozen = Toy.values(model)
        })
        let (x, y) = Toy.clusters(64)
        try model.fit(x, y, batchSize: 16, verbosity: .silent, callbacks: [callback])
        #expect(Toy.areIdentical(Toy.values(model), frozen))
    }

    @Test func dormantSlotsComeBack() throws {
        let model = try Toy.classifier(optimizer: .adam(learningRate: 0.01))
        let (x, y) = Toy.clusters(32)
        let optimizer = try #require(model.optimizer)
        let parameter = model.allParameters[0]
        try model.fit(x, y, epochs: 5, verbosity: .silent)
        let before = try #require(optimizer.slotValues(of: parameter))
        #expect(before["iterations"]?.item == 5)
        model["hidden"]?.freeze()
        try model.fit(x, y, epochs: 3, verbosity: .silent)
        #expect(try #require(optimizer.slotValues(of: parameter)) == before)
        model["hidden"]?.unfreeze()
        try model.fit(x, y, verbosity: .silent)
        let after = try #require(optimizer.slotValues(of: parameter))
        #expect(after["iterations"]?.item == 6)
        #expect(after["momentum"] != before["momentum"])
        #expect(optimizer.slotValues(of: model.allParameters[2])?["iterations"]?.item == 9)
    }

    @Test func parameterUnfrozenLateStartsGently() throws {
        let rate = 0.01
        let model = try Toy.classifier(optimizer: .adam(learningRate: rate))
        let hidden = try #require(model["hidden"])
        hidden.freeze()
        let (x, y) = Toy.clusters(32)
        try model.fit(x, y, epochs: 2000, verbosity: .silent)
        #expect(model.optimizer?.iterations == 2000)
        hidden.unfreeze()
        let before = hidden.allParameters.map(\.value)
        try model.trainOnBatch(x, y)
        for (parameter, old) in zip(hidden.allParameters, before) {
            #expect((parameter.value - old).abs().max().item <= 1.01 * rate)
        }
    }

    @Test func batchOfOneWorksWhenFrozen() throws {
        let model = try Toy.normalized()
        model["normalization"]?.freeze()
        let (x, y) = Toy.clusters(3)
        let history = try model.fit(x, y, batchSize: 1, verbosity: .silent)
        #expect(history.loss.allSatisfy { $0.isFinite })
    }

    @Test func frozenDropoutIsStill() throws {
        let model = try Toy.classifier(dropout: 0.5)
        let (x, y) = Toy.clusters(32)
        let inference = try model.evaluate(x, y, verbosity: .silent)
        #expect(try model.evaluate(x, y, mode: .training, verbosity: .silent).loss != inference.loss)
        model.freeze()
        #expect(try model.evaluate(x, y, mode: .training, verbosity: .silent).loss == inference.loss)
        #expect(try model.predict(x, liveRandomness: .all) != model.predict(x))
    }
}
