import Testing
import Thaw

/// The callback of Examples/Sources/OwnCallback, whose file is compiled into these tests too.
@Suite struct OwnCallbackTests {
    @Test func stopsAtItsGoalAndHalvesTheRate() throws {
        let model = try Toy.classifier()
        let accuracies = [0.5, 0.6, 0.9, 1]
        let course = LambdaCallback(onEpochEnd: { epoch, logs in logs["accuracy"] = accuracies[epoch] })
        let history = try model.fit(
            try Toy.dataset(6), epochs: 4, verbosity: .silent,
            callbacks: [course, StopWhenGoodEnough("accuracy", goal: 0.9)])
        #expect(history.epochs.count == 3 && history.end == .stopped)
        #expect(history["learning_rate"] == [0.1, 0.05, 0.025])
    }
}
