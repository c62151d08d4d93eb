import Foundation
import Synchronization
import Testing
import ThawTestSupport

@testable import Thaw

/// What a thread that fits tells, and is told.
private final class Signals: Sendable {
    let started = DispatchSemaphore(value: 0)
    let ended = DispatchSemaphore(value: 0)
    let answered = Atomic<Bool>(false)
    let end = Mutex<History.End?>(nil)
}

/// What happens beside a `fit` that holds the engine's thread.
@Suite struct SharedEngineTests {
    @Test(.timeLimit(.minutes(1))) func aMapMayUseAPredictor() throws {
        let (x, y) = Toy.clusters(48)
        let features = Sequential(seed: 1) { Dense(4, activation: .tanh, inputShape: [4]) }
        let predictor = try features.predictor()
        let data = try Dataset(x, y).map { row, label in
            (try predictor.predict(row.reshaped(to: [1, 4])).reshaped(to: [4]), label)
        }
        let model = try Toy.classifier()
        try model.fit(data, batchSize: 16, epochs: 2, verbosity: .silent)
        let direct = try Toy.classifier()
        try direct.fit(try predictor.predict(x), y, batchSize: 16, epochs: 2, verbosity: .silent)
        #expect(Toy.areIdentical(model.weights, direct.weights))
        _ = try model.evaluate(data, verbosity: .silent)
        #expect(try model.predict(data).shape == [48, 3])
    }

    @Test func aPredictorAnswersDuringAFit() throws {
        let (x, y) = Toy.clusters(48)
        let predictor = try Toy.classifier().predictor()
        let signals = Signals()
        // A thread of its own, since a fit keeps its thread for as long as it takes.
        Thread.detachNewThread {
            defer { signals.ended.signal() }
            guard let model = try? Toy.classifier() else { return }
            let watch = HookCallback(
                onTrainBegin: { signals.started.signal() },
                onTrainBatchEnd: { _, _ in
                    if signals.answered.load(ordering: .relaxed) { model.stopTraining = true }
                })
            let history = try? model.fit(
                x, y, batchSize: 8, epochs: 100_000, verbosity: .silent, callbacks: [watch])
            signals.end.withLock { $0 = history?.end }
        }
        signals.started.wait()
        #expect(try predictor.predict(x).shape == [48, 3])
        signals.answered.store(true, ordering: .relaxed)
        signals.ended.wait()
        #expect(signals.end.withLock { $0 } == .stopped)
    }
}
