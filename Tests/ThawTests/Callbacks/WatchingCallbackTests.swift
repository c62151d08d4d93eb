import Foundation
import Testing

@testable import Thaw

/// Callbacks that follow a metric, given a made-up course of it.
@Suite struct WatchingCallbackTests {
    /// Sets a metric to given values, epoch by epoch, before the callback under test sees it.
    private static func run(
        _ callback: Callback, _ values: [Double], named name: String = "score", learningRate: Double = 1
    ) throws -> (model: Model, history: History) {
        let model = Sequential(seed: 1) {
            Dense(1, usesBias: false, kernelInitializer: .zeros, inputShape: [1])
        }
        // Each step adds its learning rate to the weight.
        try model.compile(
            optimizer: .sgd(learningRate: learningRate),
            loss: .custom("fall") { _, prediction in try -prediction })
        let course = LambdaCallback(onEpochEnd: { epoch, logs in logs[name] = values[epoch] })
        let history = try model.fit(
            .ones([1, 1]), .ones([1, 1]), epochs: values.count, verbosity: .silent,
            callbacks: [course, callback])
        return (model, history)
    }

    @Test func stopsAfterItsPatience() throws {
        let stopping = EarlyStopping(monitor: "score", patience: 2)
        let (_, history) = try Self.run(stopping, [3, 2, 2.5, 1, 1.5, 1.2, 0.5])
        #expect(history.epochs.count == 6)
        #expect(stopping.stoppedEpoch == 5)
        #expect(stopping.bestEpoch == 3)
        #expect(stopping.best == 1)
    }

    @Test func putsBackTheBestWeights() throws {
        let stopping = EarlyStopping(monitor: "score", patience: 2, restoreBestWeights: true)
        let (model, _) = try Self.run(stopping, [3, 1, 2, 2])
        #expect(model.weights[0].floats == [2], "the weight after epoch 1")
    }

    @Test func directionFollowsTheNameUnlessGiven() throws {
        let rising = EarlyStopping(monitor: "val_accuracy", patience: 1)
        let (_, history) = try Self.run(rising, [0.1, 0.2, 0.3, 0.25], named: "val_accuracy")
        #expect(history.epochs.count == 4 && rising.bestEpoch == 2)
        let falling = EarlyStopping(monitor: "val_accuracy", patience: 1, mode: .minimum)
        let (_, short) = try Self.run(falling, [0.1, 0.2, 0.3], named: "val_accuracy")
        #expect(short.epochs.count == 2)
    }

    @Test func smallGainsAndBaselinesDoNotCount() throws {
        let delta = EarlyStopping(monitor: "score", minimumDelta: 0.5, patience: 2)
        #expect(try Self.run(delta, [3, 2.9, 2.8, 2.7]).history.epochs.count == 3)
        let baseline = EarlyStopping(monitor: "score", patience: 2, baseline: 1)
        #expect(try Self.run(baseline, [3, 2, 1.5, 1.6, 1.7]).history.epochs.count == 4)
        let late = EarlyStopping(monitor: "score", patience: 1, startFromEpoch: 2)
        #expect(try Self.run(late, [1, 2, 3, 4, 5]).history.epochs.count == 4)
    }

    @Test func unknownMetricIsNamedWithTheKnownOnes() throws {
        let error = #expect(throws: TrainingError.self) {
            try Self.run(EarlyStopping(monitor: "val_loss"), [1, 2])
        }
        let text = error?.description ?? ""
        #expect(text.contains("val_loss") && text.contains("score") && text.contains("validation data"))
        #expect(throws: TrainingError.self) {
            try Self.run(EarlyStopping(monitor: "score", patience: -1), [1])
        }
    }

    /// Settings that cannot mean anything are refused before the first step.
    @Test func settingsOutOfRange() throws {
        let callbacks: [(Callback, String)] = [
            (ReduceLROnPlateau(monitor: "score", patience: -1), "patience is -1"),
            (ReduceLROnPlateau(monitor: "score", cooldown: -2), "cooldown is -2"),
            (ReduceLROnPlateau(monitor: "score", minimumRate: -1), "minimumRate is -1"),
            (ReduceLROnPlateau(monitor: "score", minimumRate: .nan), "minimumRate is nan"),
            (ReduceLROnPlateau(monitor: "score", minimumDelta: .nan), "minimumDelta is nan"),
            (ReduceLROnPlateau(monitor: "score", factor: .nan), "factor is nan"),
            (EarlyStopping(monitor: "score", minimumDelta: .nan), "minimumDelta is nan"),
            (EarlyStopping(monitor: "score", minimumDelta: .infinity), "minimumDelta is inf"),
            (EarlyStopping(monitor: "score", startFromEpoch: -1), "startFromEpoch is -1"),
            (EarlyStopping(monitor: "score", baseline: .nan), "baseline is nan"),
            (
                ModelCheckpoint(
                    "/no/w.safetensors", monitor: "score", saveBestOnly: true, initialValueThreshold: .nan),
                "initialValueThreshold is nan"
            ),
            (CSVLogger("/no/log.csv", separator: ""), "separator"),
        ]
        for (callback, part) in callbacks {
            let error = #expect(throws: TrainingError.self) { try Self.run(callback, [1, 2]) }
            let text = error?.description ?? ""
            #expect(text.contains(part) && text.contains("\(type(of: callback))"), "\(text)")
            #expect(callback.model == nil)
        }
    }

    @Test func scheduleByEpochAndRate() throws {
        let (model, history) = try Self.run(
            LearningRateScheduler { epoch in [1, 10, 100][epoch] }, [0, 0, 0])
        #expect(model.weights[0].floats == [111])
        #expect(history["learning_rate"] == [1, 10, 100])
        let (halved, _) = try Self.run(
            LearningRateScheduler { _, rate in rate / 2 }, [0, 0], learningRate: 4)
        #expect(halved.weights[0].floats == [3])
        #expect(throws: TrainingError.self) { try Self.run(LearningRateScheduler { _ in -1 }, [0]) }
    }

    @Test func rateFallsOnAPlateau() throws {
        let reduce = ReduceLROnPlateau(
            monitor: "score", factor: 0.5, patience: 2, cooldown: 1, minimumRate: 0.3)
        let (model, history) = try Self.run(reduce, [3, 2, 2, 2, 2, 2, 2, 2])
        // Epochs 2 and 3 bring nothing: 0.5 from epoch 4 on, which does not count, nor is 5 enough; 6 is.
        #expect(history["learning_rate"] == [1, 1, 1, 1, 0.5, 0.5, 0.3, 0.3])
        #expect(model.optimizer?.learningRate == 0.3)
        #expect(throws: TrainingError.self) {
            try Self.run(ReduceLROnPlateau(monitor: "score", factor: 1), [1])
        }
    }

    @Test func scheduleOfTheOptimizerIsNotReplaced() throws {
        let model = Sequential { Dense(1, inputShape: [1]) }
        try model.compile(
            optimizer: .sgd(learningRate: .exponentialDecay(from: 1, steps: 2, rate: 0.5)),
            loss: .meanSquaredError)
        for callback in [LearningRateScheduler { _ in 1 }, ReduceLROnPlateau(monitor: "loss")] as [Callback] {
            let error = #expect(throws: TrainingError.self) {
                try model.fit(.ones([1, 1]), .ones([1, 1]), verbosity: .silent, callbacks: [callback])
            }
            #expect(error?.description.contains("ExponentialDecay") == true)
        }
    }

    @Test func logGoesToAFile() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "csv-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "log.csv").path
        _ = try Self.run(CSVLogger(path), [3, 0.5])
        let first = try String(contentsOfFile: path, encoding: .utf8)
        #expect(first.split(separator: "\n").map(String.init).first == "epoch,loss,score")
        #expect(first.hasSuffix(",0.5\n"))
        _ = try Self.run(CSVLogger(path, append: true), [7])
        let second = try String(contentsOfFile: path, encoding: .utf8)
        #expect(second.hasPrefix(first) && second.hasSuffix(",7.0\n"))
        #expect(second.split(separator: "\n").count == 4)
        #expect(throws: TrainingError.self) { try Self.run(CSVLogger("/no/such/folder/log.csv"), [1]) }
    }
}
