import Synchronization
import Testing
import Thaw

@Suite struct CallbackTests {
    final class Recorder: Callback {
        var events: [String] = []

        override func onTrainBegin() { events.append("train begin") }
        override func onTrainEnd(logs: Logs) { events.append("train end \(logs.ordered.map(\.name))") }
        override func onEpochBegin(epoch: Int) { events.append("epoch begin \(epoch)") }
        override func onEpochEnd(epoch: Int, logs: Logs) {
            events.append("epoch end \(epoch) \(logs.ordered.map(\.name))")
        }
        override func onTrainBatchBegin(batch: Int) { events.append("batch begin \(batch)") }
        override func onTrainBatchEnd(batch: Int, logs: Logs) {
            events.append("batch end \(batch) \(logs["loss"] == nil ? "without" : "with") loss")
        }
        override func onTestBegin() { events.append("test begin") }
        override func onTestEnd(logs: Logs) { events.append("test end \(logs.ordered.map(\.name))") }
        override func onTestBatchBegin(batch: Int) { events.append("test batch begin \(batch)") }
        override func onTestBatchEnd(batch: Int, logs: Logs) { events.append("test batch end \(batch)") }
        override func onPredictBegin() { events.append("predict begin") }
        override func onPredictEnd() { events.append("predict end") }
        override func onPredictBatchBegin(batch: Int) { events.append("predict batch begin \(batch)") }
        override func onPredictBatchEnd(batch: Int) { events.append("predict batch end \(batch)") }
    }

    @Test func hooksComeInKerasOrder() throws {
        let model = try Toy.classifier()
        let recorder = Recorder()
        try model.fit(
            try Toy.dataset(6), batchSize: 3, validation: try Toy.dataset(3), verbosity: .silent,
            callbacks: [recorder])
        #expect(
            recorder.events == [
                "train begin", "epoch begin 0", "batch begin 0", "batch end 0 with loss", "batch begin 1",
                "batch end 1 with loss", "test begin", "test batch begin 0", "test batch end 0",
                "test end [\"accuracy\", \"loss\"]",
                "epoch end 0 [\"accuracy\", \"loss\", \"val_accuracy\", \"val_loss\"]",
                "train end [\"accuracy\", \"loss\", \"val_accuracy\", \"val_loss\"]",
            ])
        #expect(recorder.model == nil, "attached for the time of the call only")
        recorder.events = []
        try model.evaluate(try Toy.dataset(3), verbosity: .silent, callbacks: [recorder])
        #expect(recorder.events.first == "test begin")
        recorder.events = []
        _ = try model.predict(try Toy.dataset(3), batchSize: 2, callbacks: [recorder])
        #expect(
            recorder.events == [
                "predict begin", "predict batch begin 0", "predict batch end 0", "predict batch begin 1",
                "predict batch end 1", "predict end",
            ])
    }

    @Test func stopsInTheMiddleOfAnEpoch() throws {
        let model = try Toy.classifier()
        let callback = HookCallback(onTrainBatchEnd: { batch, _ in
            if batch == 1 { model.stopTraining = true }
        })
        let history = try model.fit(
            try Toy.dataset(60), batchSize: 6, epochs: 5, validation: try Toy.dataset(6), verbosity: .silent,
            callbacks: [callback])
        #expect(history.epochs == [0])
        #expect(history.end == .stopped)
        #expect(history.validationLoss.count == 1)
        #expect(model.optimizer?.iterations == 2)
        #expect(
            try model.fit(try Toy.dataset(6), verbosity: .silent).end == .completed,
            "the next fit starts anew")
    }

    @Test func valuesOfOnesOwnEnterTheHistory() throws {
        let model = try Toy.classifier()
        let callback = HookCallback(
            onEpochBegin: { epoch in model.optimizer?.learningRate = 0.1 / Double(epoch + 1) },
            onEpochEnd: { epoch, logs in
                if epoch > 0 { logs["learning_rate"] = model.optimizer?.learningRate }
            })
        let history = try model.fit(try Toy.dataset(6), epochs: 2, verbosity: .silent, callbacks: [callback])
        #expect(history["learning_rate"].count == 2)
        #expect(history["learning_rate"][0].isNaN && history["learning_rate"][1] == 0.05)
    }

    /// What closures gather is behind a lock, since they are `@Sendable`.
    @Test func closuresAreCalledAtTheirHooks() throws {
        let events = Mutex<[String]>([])
        @Sendable func note(_ event: String) { events.withLock { $0.append(event) } }
        let callback = LambdaCallback(
            onTrainBegin: { note("begin") }, onTrainEnd: { note("end \($0["loss"] != nil)") },
            onEpochBegin: { note("epoch \($0)") }, onEpochEnd: { note("epoch \($0) \($1["loss"] != nil)") },
            onTrainBatchBegin: { note("batch \($0)") },
            onTrainBatchEnd: { note("batch \($0) \($1["loss"] != nil)") })
        try Toy.classifier().fit(Toy.dataset(6), batchSize: 3, verbosity: .silent, callbacks: [callback])
        #expect(
            events.withLock { $0 } == [
                "begin", "epoch 0", "batch 0", "batch 0 true", "batch 1", "batch 1 true", "epoch 0 true",
                "end true",
            ])
    }

    @Test func errorsEndTheCall() throws {
        struct Stop: Error {}
        let model = try Toy.classifier()
        let callback = LambdaCallback(onEpochBegin: { epoch in if epoch == 1 { throw Stop() } })
        #expect(throws: Stop.self) {
            try model.fit(try Toy.dataset(6), epochs: 3, verbosity: .silent, callbacks: [callback])
        }
        #expect(model.history?.epochs == [0])
        #expect(model.history?.end == .failed)
        try model.fit(try Toy.dataset(6), verbosity: .silent)
    }

    @Test func batchLogsAreMeansSinceTheEpochBegan() throws {
        let model = try Toy.classifier(optimizer: .sgd(learningRate: 0))
        var last = Double.nan
        let callback = HookCallback(onTrainBatchEnd: { _, logs in last = logs["loss"] ?? .nan })
        let history = try model.fit(
            try Toy.dataset(30), batchSize: 7, epochs: 2, verbosity: .silent, callbacks: [callback])
        #expect(history.loss.last == last)
    }

    /// Evaluates with itself at the end of each epoch.
    final class Evaluating: Callback {
        let evaluated: Model?
        var models: [ObjectIdentifier?] = []

        init(_ evaluated: Model? = nil) { self.evaluated = evaluated }

        override func onEpochEnd(epoch: Int, logs: Logs) throws {
            try (evaluated ?? model)?.evaluate(
                try Toy.dataset(6), verbosity: .silent, callbacks: [self, self])
            models.append(model.map { ObjectIdentifier($0) })
        }

        override func onTestBegin() { models.append(model.map { ObjectIdentifier($0) }) }
    }

    @Test func aCallInsideACallLeavesTheCallbackAttached() throws {
        let (model, other) = (try Toy.classifier(), try Toy.classifier())
        let (own, foreign) = (Evaluating(), Evaluating(other))
        let data = try Toy.dataset(6)
        try model.fit(data, epochs: 2, verbosity: .silent, callbacks: [own, foreign])
        let (fitted, evaluated) = (ObjectIdentifier(model), ObjectIdentifier(other))
        #expect(own.models == [fitted, fitted, fitted, fitted, fitted, fitted])
        #expect(foreign.models == [evaluated, evaluated, fitted, evaluated, evaluated, fitted])
        #expect(own.model == nil && foreign.model == nil)
        // One object may serve two calls, one after the other.
        try model.evaluate(data, verbosity: .silent, callbacks: [own])
        #expect(own.model == nil)
    }
}
