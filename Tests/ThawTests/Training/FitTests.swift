import Testing
import Thaw

@Suite struct FitTests {
    @Test func learnsAndRecords() throws {
        let model = try Toy.classifier()
        let history = try model.fit(try Toy.dataset(100), batchSize: 32, epochs: 25, verbosity: .silent)
        #expect(history.epochs == Array(0..<25))
        #expect(history.names == ["accuracy", "loss"])
        #expect(history.stepsPerEpoch == 4)
        #expect(history.end == .completed)
        #expect(try #require(history.loss.last) < 0.3 * #require(history.loss.first))
        #expect(try #require(history["accuracy"].last) > 0.95)
        #expect(model.optimizer?.iterations == 100)
        #expect(model.history == history)
        let result = try model.evaluate(try Toy.dataset(60, seed: 9), verbosity: .silent)
        #expect(try #require(result["accuracy"]) > 0.9)
        #expect(result.description.hasPrefix("accuracy: "))
    }

    @Test func goesOnWhereItWas() throws {
        let model = try Toy.classifier()
        let data = try Toy.dataset(64)
        let first = try model.fit(data, epochs: 2, verbosity: .silent)
        let second = try model.fit(data, epochs: 4, initialEpoch: 2, verbosity: .silent)
        #expect(second.epochs == [2, 3])
        #expect(try #require(second.loss.first) < #require(first.loss.last))
        // In one call the same steps are taken: the order of samples depends on the step, not on the call.
        let other = try Toy.classifier()
        try other.fit(data, epochs: 4, verbosity: .silent)
        #expect(Toy.areIdentical(Toy.values(model), Toy.values(other)))
        #expect(try model.fit(data, epochs: 0, verbosity: .silent).epochs.isEmpty)
    }

    @Test(arguments: [0, 0.3]) func sameSeedSameBits(dropout: Double) throws {
        func run(seed: UInt64) throws -> [Tensor] {
            let model = try Toy.classifier(seed: seed, dropout: dropout)
            try model.fit(try Toy.dataset(90), epochs: 3, verbosity: .silent)
            return Toy.values(model)
        }
        let first = try run(seed: 3)
        #expect(Toy.areIdentical(first, try run(seed: 3)))
        #expect(!Toy.areIdentical(first, try run(seed: 4)))
    }

    @Test func shufflingChangesTheOrderInEachEpoch() throws {
        func losses(shuffle: Bool) throws -> [Tensor] {
            let model = try Toy.classifier()
            try model.fit(try Toy.dataset(90), epochs: 2, shuffle: shuffle, verbosity: .silent)
            return Toy.values(model)
        }
        #expect(!Toy.areIdentical(try losses(shuffle: true), try losses(shuffle: false)))
    }

    @Test func validationTouchesNothing() throws {
        let data = try Toy.dataset(96)
        let plain = try Toy.normalized()
        try plain.fit(data, epochs: 3, verbosity: .silent)
        let validated = try Toy.normalized()
        let history = try validated.fit(
            data, epochs: 3, validation: try Toy.dataset(40, seed: 5), verbosity: .silent)
        #expect(Toy.areIdentical(Toy.values(plain), Toy.values(validated)))
        #expect(history.names == ["accuracy", "loss", "val_accuracy", "val_loss"])
        let expected = try validated.evaluate(try Toy.dataset(40, seed: 5), verbosity: .silent)
        #expect(history.validationLoss.last == expected.loss)
    }

    @Test func validationSplitTakesTheLastSamples() throws {
        let data = try Toy.dataset(100)
        let split = try Toy.classifier()
        let history = try split.fit(data, epochs: 2, validationSplit: 0.2, verbosity: .silent)
        let given = try Toy.classifier()
        let other = try given.fit(
            data.prefix(80), epochs: 2, validation: data.dropFirst(80), verbosity: .silent)
        #expect(history == other)
    }

    @Test func sampleAndClassWeights() throws {
        let (x, y) = Toy.clusters(60)
        let weights = Tensor(shape: [60], scalars: y.ints.map { Float([0.5, 1, 2][$0]) })
        let bySample = try Toy.classifier()
        try bySample.fit(x, y, sampleWeights: weights, epochs: 2, verbosity: .silent)
        let byClass = try Toy.classifier()
        try byClass.fit(x, y, epochs: 2, classWeights: [0: 0.5, 2: 2], verbosity: .silent)
        #expect(Toy.areIdentical(Toy.values(bySample), Toy.values(byClass)))

        let model = try Toy.classifier()
        let before = Toy.values(model)
        let history = try model.fit(x, y, sampleWeights: .zeros([60]), verbosity: .silent)
        #expect(Toy.areIdentical(Toy.values(model), before))
        #expect(history.loss == [0])
        #expect(try #require(history["accuracy"].first) > 0, "metrics ignore sample weights")
    }

    @Test func weightedMetricsUseSampleWeights() throws {
        let (x, y) = Toy.clusters(60)
        let model = try Toy.classifier()
        try model.compile(
            optimizer: .sgd(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy],
            weightedMetrics: [.sparseCategoricalAccuracy])
        let hits = try model.predict(x).argMax(axis: -1).ints.enumerated().map { $1 == y.ints[$0] }
        let weights = hits.map { Float($0 ? 1 : 0) }
        let result = try model.evaluate(x, y, sampleWeights: Tensor(weights), verbosity: .silent)
        #expect(result["sparse_categorical_accuracy"] == 1)
        #expect(abs(try #require(result["accuracy"]) - Double(weights.reduce(0, +)) / 60) < 1e-6)
    }

    @Test func lastBatchMayBeSmallerAndCountsByItsSamples() throws {
        let (x, y) = Toy.clusters(50)
        let model = try Toy.classifier()
        let inBatches = try model.evaluate(x, y, batchSize: 32, verbosity: .silent)
        let atOnce = try model.evaluate(x, y, batchSize: 50, verbosity: .silent)
        #expect(abs(inBatches.loss - atOnce.loss) < 1e-6)
        #expect(inBatches["accuracy"] == atOnce["accuracy"])
        let predictions = try model.predict(x, batchSize: 7)
        #expect(predictions.shape == [50, 3])
        #expect(predictions.isApproximatelyEqual(to: try model.predict(x, batchSize: 50)))
    }

    @Test func trainsWithoutKnowingTheShapeBefore() throws {
        try Runtime.$engine.withValue(TestEngine.current) {
            let model = Sequential { Dense(3, activation: .softmax) }
            try model.compile(optimizer: .adam(learningRate: 0.1), loss: .sparseCategoricalCrossentropy)
            let history = try model.fit(try Toy.dataset(60), epochs: 3, verbosity: .silent)
            #expect(history.names == ["loss"])
            #expect(model.inputShape == [4])
        }
    }

    @Test func mappedDataTrains() throws {
        let data = try Toy.dataset(60)
        let plain = try Toy.classifier()
        try plain.fit(data, epochs: 2, classWeights: [1: 2], verbosity: .silent)
        let mapped = try Toy.classifier()
        try mapped.fit(data.map { ($0 + 0, $1) }, epochs: 2, classWeights: [1: 2], verbosity: .silent)
        #expect(Toy.areIdentical(Toy.values(plain), Toy.values(mapped)))

        struct Broken: Error {}
        #expect(throws: Broken.self) {
            try mapped.fit(data.map { _, _ in throw Broken() }, verbosity: .silent)
        }
    }

    @Test func trainOnBatchTakesOneStep() throws {
        let (x, y) = Toy.clusters(30)
        let model = try Toy.classifier()
        let before = try model.testOnBatch(x, y)
        let values = try model.trainOnBatch(x, y)
        #expect(abs(try #require(values["loss"]) - #require(before["loss"])) < 1e-6)
        #expect(values["accuracy"] == before["accuracy"])
        #expect(model.optimizer?.iterations == 1)
        #expect(try #require(try model.testOnBatch(x, y)["loss"]) < #require(before["loss"]))
    }

    @Test func learningRateTakesEffectAtTheNextStep() throws {
        let (x, y) = Toy.clusters(30)
        let model = try Toy.classifier()
        model.optimizer?.learningRate = 0
        let before = Toy.values(model)
        try model.trainOnBatch(x, y)
        #expect(Toy.areIdentical(Toy.values(model), before))
        model.optimizer?.learningRate = 0.1
        try model.trainOnBatch(x, y)
        #expect(!Toy.areIdentical(Toy.values(model), before))
    }

    @Test func cancellingTheTaskEndsTrainingAfterTheBatch() async throws {
        let task = Task {
            let model = try Toy.classifier()
            var steps = 0
            let isCancellation = withUnsafeCurrentTask { current in
                let cancel = HookCallback(onTrainBatchEnd: { batch, _ in
                    steps += 1
                    if steps == 13 { current?.cancel() }
                })
                do {
                    try model.fit(
                        try Toy.dataset(300), batchSize: 30, epochs: 5, verbosity: .silent,
                        callbacks: [cancel])
                    return false
                } catch { return error is CancellationError }
            }
            return (isCancellation, steps, model.history)
        }
        let (isCancellation, steps, history) = try await task.value
        #expect(isCancellation)
        #expect(steps == 13)
        #expect(history?.end == .cancelled)
        #expect(history?.epochs == [0], "what was finished is kept")
    }
}
