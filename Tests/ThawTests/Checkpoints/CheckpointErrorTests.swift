import Foundation
import Testing
import ThawFormats

@testable import Thaw

/// Checkpoints that do not fit, and damaged ones, change nothing and say what is wrong.
@Suite struct CheckpointErrorTests {
    private let folder: TestFolder
    private var backup: BackupAndRestore { BackupAndRestore(at: folder.url, saveFrequency: .batches(1)) }

    init() throws { folder = try TestFolder() }

    /// Leaves the checkpoint of a fit that was stopped.
    private func leave(
        _ model: Sequential? = nil, at limit: Int = 20, callbacks: [Callback] = [], validation: Dataset? = nil
    ) throws {
        let model = try model ?? Toy.normalized(optimizer: .adam())
        #expect(throws: Interruption.self) {
            try model.fit(
                Toy.dataset(50), batchSize: 10, epochs: 3, validation: validation, verbosity: .silent,
                callbacks: [backup] + callbacks + [Interrupter(at: limit)])
        }
    }

    /// A fit on what was left, which must throw a text and change nothing.
    private func expectRefusal(
        _ text: String, _ model: Sequential? = nil, data: Dataset? = nil, batchSize: Int = 10,
        epochs: Int = 3,
        validation: Dataset? = nil, shuffle: Bool = true, seed: UInt64? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let model = try model ?? Toy.normalized(optimizer: .adam())
        let (weights, rate) = (Toy.values(model), model.optimizer?.learningRate)
        #expect(sourceLocation: sourceLocation) {
            try model.fit(
                data ?? Toy.dataset(50), batchSize: batchSize, epochs: epochs, validation: validation,
                shuffle: shuffle, verbosity: .silent, callbacks: [backup], seed: seed)
        } throws: {
            if !"\($0)".contains(text) { print($0) }
            return "\($0)".contains(text) && "\($0)".contains(folder.url.lastPathComponent)
        }
        #expect(Toy.areIdentical(Toy.values(model), weights), sourceLocation: sourceLocation)
        #expect(
            model.optimizer?.iterations == 0 && model.optimizer?.learningRate == rate,
            sourceLocation: sourceLocation)
    }

    @Test func anotherModelIsRefused() throws {
        try leave()
        try expectRefusal("layer hidden is in the checkpoint only", Sequential.of(["other", "output"]))
        try expectRefusal("layer normalization is in the checkpoint only", Toy.classifier(optimizer: .adam()))
        let wider = Sequential(seed: 7) {
            Dense(9, inputShape: [4], name: "hidden")
            BatchNormalization(name: "normalization")
            Activation(.relu, name: "activation")
            Dense(3, activation: .softmax, name: "output")
        }
        try wider.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        try expectRefusal(
            "parameter hidden/kernel has the shape [4, 9] and has the shape [4, 8] in the checkpoint", wider)
        let tanh = Sequential(seed: 7) {
            Dense(8, inputShape: [4], name: "hidden")
            LayerNormalization(name: "normalization")
            Activation(.relu, name: "activation")
            Dense(3, activation: .softmax, name: "output")
        }
        try tanh.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        try expectRefusal(
            "layer normalization is a LayerNormalization and is a BatchNormalization in the checkpoint", tanh)
    }

    @Test func anotherOptimizerIsRefused() throws {
        try leave()
        for (optimizer, text) in [
            (Optimizer.nadam(), "it is of the optimizer Adam, not Nadam"),
            (.adam().accumulatingGradients(over: 2), "gathers gradients over 1 batches, this one over 2"),
            (.adam().averaging(), "keeps no averages of weights, this one does"),
        ] {
            try expectRefusal(text, Toy.normalized(optimizer: optimizer))
        }
    }

    @Test func otherSettingsAreRefused() throws {
        try leave()
        let cases: [(make: () -> Optimizer, text: String)] = [
            (
                { .adam(beta1: 0.8, epsilon: 1e-3) },
                "beta1 0.9, which is 0.8 here; epsilon 1e-07, which is 0.001 here"
            ),
            ({ .adam().clipped(.norm(1)) }, "clipping none, which is norm(1.0) here"),
            ({ .adam().decaying(0.01) }, "weightDecay 0.0, which is 0.01 here"),
        ]
        for (make, text) in cases {
            try expectRefusal("its Adam was saved with \(text)", Toy.normalized(optimizer: make()))
            // The way round it, which the error names.
            let model = try Toy.normalized(optimizer: make())
            try model.loadCheckpoint(from: backup.file, continuingFit: false)
            #expect(model.optimizer?.iterations ?? 0 > 0)
        }
    }

    /// Each setting of each optimizer counts.
    @Test func everySettingIsCompared() throws {
        let cases: [(name: String, saved: () -> Optimizer, other: () -> Optimizer)] = [
            ("momentum", { .sgd(momentum: 0.9) }, { .sgd(momentum: 0.8) }),
            ("nesterov", { .sgd(momentum: 0.9) }, { .sgd(momentum: 0.9, nesterov: true) }),
            ("beta2", { .adamax() }, { .adamax(beta2: 0.99) }),
            ("momentumDecay", { .nadam() }, { .nadam(momentumDecay: 0.004) }),
            ("rho", { .rmsprop() }, { .rmsprop(rho: 0.8) }),
            ("epsilon", { .adagrad() }, { .adagrad(epsilon: 1e-6) }),
            ("rho", { .adadelta() }, { .adadelta(rho: 0.9) }),
            ("beta1", { Lion() }, { Lion(beta1: 0.8) }),
            ("weightAveraging.momentum", { .sgd().averaging() }, { .sgd().averaging(momentum: 0.5) }),
        ]
        let file = folder.file("a.checkpoint")
        for (name, saved, other) in cases {
            let model = try Toy.normalized(optimizer: saved())
            try model.fit(Toy.dataset(20), epochs: 1, verbosity: .silent)
            try model.saveCheckpoint(to: file)
            try Toy.normalized(optimizer: saved()).loadCheckpoint(from: file)
            let error = #expect(throws: CheckpointError.self) {
                try Toy.normalized(optimizer: other()).loadCheckpoint(from: file)
            }
            let text = error?.description ?? ""
            #expect(text.contains("was saved with \(name) "), "\(text)")
        }
    }

    /// What a callback changes in training is no setting of the program.
    @Test func settingsThatCallbacksChangeAreNotCompared() throws {
        final class Decaying: Callback {
            override func onEpochBegin(epoch: Int) { model?.optimizer?.weightDecay = 0.1 }
        }
        try leave(callbacks: [Decaying()])
        let model = try Toy.normalized(optimizer: .adam())
        try model.loadCheckpoint(from: backup.file)
        #expect(model.optimizer?.iterations ?? 0 > 0)
    }

    @Test func slotsOfAnotherKindAreRefused() throws {
        try leave(Toy.normalized(optimizer: .sgd(learningRate: 0.1, momentum: 0.9)))
        try expectRefusal("keeps [\"momentum\"] for a parameter", Toy.normalized())
    }

    private struct Own: LearningRateSchedule {
        var rate: Double
        func rate(atStep step: Int) -> Double { rate / Double(step + 1) }
    }

    /// A schedule that Keras has too comes from the file; one that only the program knows must be the same.
    @Test func schedules() throws {
        try leave(Toy.normalized(optimizer: .adam(learningRate: Own(rate: 0.1))))
        try expectRefusal("by a schedule Own", Toy.normalized(optimizer: .adam(learningRate: Own(rate: 0.2))))
        try expectRefusal("by a schedule Own", Toy.normalized(optimizer: .adam()))
        let model = try Toy.normalized(optimizer: .adam(learningRate: Own(rate: 0.1)))
        try model.loadCheckpoint(from: backup.file)
        try FileManager.default.removeItem(at: backup.file)
        try leave(
            Toy.normalized(optimizer: .adam(learningRate: .cosineDecay(from: 0.3, steps: 77, alpha: 0.1))))
        let other = try Toy.normalized(optimizer: .adam())
        try other.loadCheckpoint(from: backup.file)
        #expect((other.optimizer?.schedule as? CosineDecay) == .cosineDecay(from: 0.3, steps: 77, alpha: 0.1))
    }

    @Test func otherDataIsRefused() throws {
        try leave(validation: Toy.dataset(20, seed: 3))
        let validation = try Toy.dataset(20, seed: 3)
        try expectRefusal(
            "saved with 50 samples of training data, and there are 49", data: Toy.dataset(49),
            validation: validation)
        try expectRefusal(
            "as many samples of training data, but other ones", data: Toy.dataset(50, seed: 9),
            validation: validation)
        try expectRefusal(
            "as many samples of training data, but other ones", data: Toy.dataset(50).shuffled(seed: 1),
            validation: validation)
        try expectRefusal("with validation data, and there is none")
        try expectRefusal("saved with 20 samples of validation data", validation: Toy.dataset(21, seed: 3))
    }

    @Test func otherArgumentsAreRefused() throws {
        try leave(at: 35)
        try expectRefusal("saved with batches of 10, and batchSize is 25", batchSize: 25)
        try expectRefusal("in epoch 3 already, and epochs is 2", epochs: 2)
        try expectRefusal("saved with shuffle: true", shuffle: false)
        try expectRefusal("saved with the seed 7, and seed is 8", seed: 8)
        try expectRefusal("saved without validation data", validation: Toy.dataset(20))
        // Other metrics show when the epoch under way is taken up; the model is put back.
        let model = try Toy.normalized(optimizer: .adam())
        try model.compile(
            optimizer: .adam(), loss: .sparseCategoricalCrossentropy,
            metrics: [.accuracy, .topKAccuracy(k: 2)])
        try expectRefusal("in the epoch under way it has measured [\"accuracy\", \"loss\"]", model)
    }

    @Test func aCallbackThatRemembersMustBeThere() throws {
        try leave(callbacks: [EarlyStopping(monitor: "loss", patience: 5)])
        try expectRefusal("it holds the state of a callback EarlyStopping")
        // The way round it.
        let model = try Toy.normalized(optimizer: .adam())
        try model.loadCheckpoint(from: backup.file, continuingFit: false)
        #expect(model.optimizer?.iterations ?? 0 > 0)
        let history = try model.fit(Toy.dataset(7), epochs: 1, verbosity: .silent)
        #expect(history.epochs == [0])
    }

    @Test func aFitThatDoesNotGoOnCanBeCalledAgain() throws {
        try leave()
        let (model, other) = (try Toy.normalized(optimizer: .adam()), try Toy.normalized(optimizer: .adam()))
        try model.loadCheckpoint(from: backup.file)
        #expect(throws: CheckpointError.self) { try model.fit(Toy.dataset(40), verbosity: .silent) }
        for model in [model, other] {
            try model.fit(
                Toy.dataset(50), batchSize: 10, epochs: 3, verbosity: .silent,
                callbacks: model === other ? [backup] : [])
        }
        #expect(Toy.areIdentical(Toy.values(model), Toy.values(other)))
        #expect(model.history == other.history)
    }

    @Test func placesThatCannotBeUsed() throws {
        let model = try Toy.classifier()
        #expect {
            try model.saveCheckpoint(to: folder.file("nowhere/a"))
        } throws: { "\($0)".contains("does not exist") }
        #expect { try model.loadCheckpoint(from: folder.file("none")) } throws: { $0 is FormatError }
        let fresh = Sequential { Dense(2, inputShape: [3]) }
        #expect { try fresh.saveCheckpoint(to: folder.file("a")) } throws: {
            "\($0)".contains("is not compiled")
        }
        #expect { try fresh.loadCheckpoint(from: folder.file("a")) } throws: {
            "\($0)".contains("is not compiled")
        }
        // From a callback it is fit that throws.
        let saving = HookCallback(onEpochEnd: { _, _ in
            try model.saveCheckpoint(to: folder.file("nowhere/a"))
        })
        #expect {
            try model.fit(Toy.dataset(10), verbosity: .silent, callbacks: [saving])
        } throws: { "\($0)".contains("does not exist") }
        let loading = HookCallback(onEpochEnd: { _, _ in
            try model.loadCheckpoint(from: folder.file("a"))
        })
        #expect {
            try model.fit(Toy.dataset(10), verbosity: .silent, callbacks: [loading])
        } throws: { "\($0)".contains("a callback cannot load a checkpoint") }
    }
}

extension Sequential {
    /// A compiled classifier of Dense layers of given names.
    fileprivate static func of(_ names: [String]) throws -> Sequential {
        let model = Sequential(seed: 7) {
            for name in names {
                Dense(3, activation: .softmax, inputShape: name == names[0] ? [4] : nil, name: name)
            }
        }
        try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        return model
    }
}
