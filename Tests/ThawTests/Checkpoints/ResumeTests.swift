import Foundation
import Testing

@testable import Thaw

/// A fit that was stopped and goes on in another process gives the same bits as one that was never stopped.
@Suite struct ResumeTests {
    private static let optimizers: [(String, Training)] = [
        ("sgd", Training(optimizer: { .sgd(learningRate: 0.1) }, hasPlateau: true)),
        ("momentum", Training(optimizer: { .sgd(learningRate: 0.05, momentum: 0.9, nesterov: true) })),
        (
            "adam",
            Training(optimizer: {
                .adam(learningRate: .exponentialDecay(from: 0.02, steps: 3, rate: 0.9)).clipped(
                    .globalNorm(1))
            })
        ),
        ("adamW", Training(optimizer: { .adamW(learningRate: 0.01) }, hasPlateau: true)),
        ("adamax", Training(optimizer: { .adamax(learningRate: .oneCycle(maximum: 0.05, steps: 20)) })),
        ("nadam", Training(optimizer: { .nadam(learningRate: 0.01).accumulatingGradients(over: 3) })),
        (
            "rmsprop",
            Training(
                optimizer: { .rmsprop(learningRate: 0.01, momentum: 0.5, centered: true) }, hasPlateau: true)
        ),
        ("adagrad", Training(optimizer: { .adagrad(learningRate: 0.1).averaging(momentum: 0.8) })),
        (
            "adadelta",
            Training(optimizer: { .adadelta(learningRate: 1).averaging(momentum: 0.5, overwriteEvery: 3) })
        ),
        ("own", Training(optimizer: { Lion(learningRate: 0.01) })),
    ]

    @Test(arguments: optimizers.map(\.0)) func everyOptimizerGoesOnBitForBit(_ name: String) throws {
        let training = try #require(Self.optimizers.first { $0.0 == name }?.1)
        let (expected, hooks) = try training.uninterrupted()
        #expect(hooks.count > 40)
        // Stopped again and again, at all kinds of hooks.
        for (isFirst, limits) in [(false, [0, 2, 13, 17]), (true, [14, 20])] {
            let outcome = try training.interrupted(at: limits, isFirst: isFirst)
            #expect(outcome == expected, "\(limits)")
        }
        #expect(try training.interrupted(at: [hooks.count - 3], saveFrequency: .epoch) == expected)
    }

    /// With everything at once, stopped at every single hook.
    @Test func everyHookIsAPlaceToStop() throws {
        let training = Training(
            optimizer: { .adam(learningRate: 0.01).accumulatingGradients(over: 2).averaging(momentum: 0.9) },
            hasPlateau: true, metrics: { [.accuracy, MedianScore(name: "median"), .topKAccuracy(k: 2)] })
        let (expected, hooks) = try training.uninterrupted()
        #expect(Set(hooks.map { String($0.prefix { !$0.isNumber }) }).count == 10)
        // Tracing and compiling take their time without optimization; all of them are tried with it.
        let step = _isDebugAssertConfiguration() ? 7 : 1
        for limit in stride(from: 1, to: hooks.count, by: step) {
            let outcome = try training.interrupted(at: [limit], isFirst: limit % 2 == 0)
            #expect(outcome == expected, "stopped at \(hooks[limit]), hook \(limit)")
        }
    }

    /// Without a map and with a coarse interval: whatever is lost is done again in the same way.
    @Test(arguments: [1, 2, 3, 7]) func theIntervalDoesNotMatter(_ batches: Int) throws {
        let training = Training(optimizer: { .nadam() }, isMapped: false, epochs: 3)
        let (expected, hooks) = try training.uninterrupted()
        let limits = [hooks.count / 3, hooks.count / 2, 8]
        #expect(
            try training.interrupted(at: limits, saveFrequency: .batches(batches)) == expected)
        #expect(try training.interrupted(at: limits, isFirst: true, saveFrequency: .epoch) == expected)
    }

    /// A model without a seed takes a fresh one in each process; the checkpoint's counts.
    @Test func aFreshSeedComesBack() throws {
        let folder = try TestFolder()
        var training = Training(optimizer: { .adam() }, seed: nil)
        let first = try Training.Process(training, in: folder)
        let backup = BackupAndRestore(at: folder.file("backup"), saveFrequency: .batches(1))
        #expect(throws: Interruption.self) {
            try training.run(first, after: [backup, Interrupter(at: 12)])
        }
        let second = try Training.Process(training, in: folder)
        #expect(second.model.seed != first.model.seed)
        try training.run(second, after: [backup])
        #expect(second.model.seed == first.model.seed)
        training.seed = first.model.seed
        #expect(try training.outcome(second) == training.uninterrupted().outcome)
    }

    /// By hand, from a callback, at every batch; what follows the fit is the same too.
    @Test func byHand() throws {
        let training = Training(optimizer: { .nadam() }, epochs: 2)
        let folder = try TestFolder()
        let whole = try Training.Process(training, in: folder)
        var files: [URL] = []
        let saving = HookCallback(onTrainBatchEnd: { batch, _ in
            files.append(folder.file("\(files.count).checkpoint"))
            try whole.model.saveCheckpoint(to: files[files.count - 1])
            // Not before all callbacks have seen the batch.
            #expect(!FileManager.default.fileExists(atPath: files[files.count - 1].path))
        })
        try training.run(whole, before: [saving])
        let expected = try training.outcome(whole)
        #expect(files.count == 10)
        for file in files {
            let process = try Training.Process(training, in: folder)
            try process.model.loadCheckpoint(from: file)
            let history = try training.run(process)
            #expect(history.epochs == [0, 1])
            #expect(try training.outcome(process) == expected, "\(file.lastPathComponent)")
        }
    }

    /// Between two fits there is no place to go on at, but everything else.
    @Test func betweenFits() throws {
        let folder = try TestFolder()
        func model() throws -> Sequential {
            try Toy.normalized(optimizer: .adam().accumulatingGradients(over: 2))
        }
        let data = try Toy.dataset(50)
        let (whole, other) = (try model(), try model())
        try whole.fit(data, batchSize: 20, epochs: 2, verbosity: .silent)
        try whole.layer(named: "hidden").freeze()
        try whole.saveCheckpoint(to: folder.file("a"))
        try other.loadCheckpoint(from: folder.file("a"))
        let isTrainable = try other.layer(named: "hidden").isTrainable
        #expect(other.history == whole.history && !isTrainable)
        for model in [whole, other] { try model.fit(data, batchSize: 20, verbosity: .silent) }
        #expect(other.history == whole.history)
        #expect(Toy.areIdentical(Toy.values(whole), Toy.values(other)))
    }

    /// A cancelled task loses nothing, whatever the interval.
    @Test func cancellationSavesOnceMore() async throws {
        let folder = try TestFolder()
        let file = folder.file("backup")
        func model() throws -> Sequential { try Toy.classifier(optimizer: .adam(), dropout: 0.3) }
        let expected = try model()
        try expected.fit(Toy.dataset(90), batchSize: 10, epochs: 3, verbosity: .silent)
        await #expect(throws: CancellationError.self) {
            try await Task {
                // The first batch is done, and the cancellation seen after it.
                withUnsafeCurrentTask { $0?.cancel() }
                try model().fit(
                    Toy.dataset(90), batchSize: 10, epochs: 3, verbosity: .silent,
                    callbacks: [BackupAndRestore(at: file)])
            }.value
        }
        var begun: [Int] = []
        let watching = HookCallback(onTrainBatchBegin: { begun.append($0) })
        let second = try model()
        try second.fit(
            Toy.dataset(90), batchSize: 10, epochs: 3, verbosity: .silent,
            callbacks: [watching, BackupAndRestore(at: file)])
        #expect(begun.first == 1 && begun.count == 26)
        #expect(Toy.areIdentical(Toy.values(expected), Toy.values(second)))
        #expect(second.history == expected.history)
    }

    /// Steps that were left out count in the history, and shift no random number.
    @Test func skippedStepsAreRemembered() throws {
        func run(_ limits: [Int?]) throws -> Sequential {
            let folder = try TestFolder()
            let (x, y) = Toy.clusters(40)
            var values = x.floats
            values[3] = .nan
            let data = try Dataset(Tensor(shape: x.shape, scalars: values), y)
            for limit in limits {
                let model = try Toy.classifier(optimizer: .adam(), dropout: 0.3)
                do {
                    try model.fit(
                        data, batchSize: 10, epochs: 3, verbosity: .silent,
                        callbacks: [
                            BackupAndRestore(at: folder.url, saveFrequency: .batches(1)),
                            Interrupter(at: limit),
                        ], onNonFinite: .continue)
                    return model
                } catch is Interruption {}
            }
            throw Interruption()
        }
        let (whole, parts) = (try run([nil]), try run([7, 10, nil]))
        #expect(whole.history == parts.history && whole.history?.skippedSteps == 3)
        #expect(Toy.areIdentical(Toy.values(whole), Toy.values(parts)))
    }
}
