import Testing
import Thaw

@Suite struct TerminateOnNaNTests {
    private static func data(badSample: Int) -> (x: Tensor, y: Tensor) {
        let (x, y) = Toy.clusters(64)
        var values = x.floats
        values[badSample * 4] = .nan
        return (Tensor(shape: x.shape, scalars: values), y)
    }

    @Test func stopsWhereOthersGoOn() throws {
        let (x, y) = Self.data(badSample: 40)
        for policy in [NonFinitePolicy.continue, .stop] {
            let model = try Toy.classifier()
            let callback = TerminateOnNaN()
            var ended = false
            let history = try model.fit(
                x, y, batchSize: 16, epochs: 5, shuffle: false, verbosity: .silent,
                callbacks: [callback, HookCallback(onTrainEnd: { _ in ended = true })], onNonFinite: policy)
            #expect(callback.terminated?.epoch == 0 && callback.terminated?.batch == 2)
            #expect(history.epochs == [0] && history.skippedSteps == 1)
            #expect(history.end == (policy == .stop ? .nonFinite : .stopped))
            #expect(history.loss[0].isFinite, "the two batches before it")
            #expect(model.optimizer?.iterations == 2)
            #expect(Toy.values(model).allSatisfy { $0.floats.allSatisfy(\.isFinite) })
            #expect(ended)
        }
    }

    @Test func throwsAsFitDoesByDefault() throws {
        let (x, y) = Self.data(badSample: 0)
        let callback = TerminateOnNaN()
        #expect(throws: TrainingError.self) {
            try Toy.classifier().fit(x, y, verbosity: .silent, callbacks: [callback])
        }
        #expect(callback.terminated == nil)
    }

    @Test func finiteTrainingGoesOn() throws {
        let callback = TerminateOnNaN()
        let history = try Toy.classifier().fit(
            try Toy.dataset(30), epochs: 2, verbosity: .silent, callbacks: [callback], onNonFinite: .continue)
        #expect(history.end == .completed && callback.terminated == nil)
    }

    /// The batch's own loss is not the mean that `logs["loss"]` is.
    @Test func batchLossIsRaw() throws {
        let model = try Toy.classifier(optimizer: .sgd(learningRate: 0))
        let data = try Toy.dataset(30)
        var (raw, means): ([Double], [Double]) = ([], [])
        var outside: Double?
        let callback = HookCallback(
            onEpochEnd: { _, logs in outside = logs.batchLoss },
            onTrainBatchEnd: { _, logs in
                raw.append(logs.batchLoss ?? .nan)
                means.append(logs["loss"] ?? .nan)
                #expect(!logs.isStepSkipped)
            })
        try model.fit(data, batchSize: 10, shuffle: false, verbosity: .silent, callbacks: [callback])
        #expect(outside == nil)
        for batch in 0..<3 {
            let part = data.dropFirst(batch * 10).prefix(10)
            let loss = try model.evaluate(part, verbosity: .silent).loss
            #expect(abs(raw[batch] - loss) <= 1e-6 * loss)
            let mean = raw[...batch].reduce(0, +) / Double(batch + 1)
            #expect(abs(means[batch] - mean) <= 1e-6 * mean)
        }
        #expect(raw[1] != means[1])
    }
}
