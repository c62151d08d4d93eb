import Foundation
import Testing

@testable import Thaw

@Suite struct ModelCheckpointTests {
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @discardableResult
    private func fit(_ checkpoint: ModelCheckpoint, epochs: Int = 2, validation: Bool = true) throws -> Model
    {
        let model = try Toy.classifier()
        try model.fit(
            try Toy.dataset(30), batchSize: 10, epochs: epochs,
            validation: validation ? try Toy.dataset(6) : nil,
            verbosity: .silent, callbacks: [checkpoint])
        return model
    }

    @Test func namesHoldEpochAndMetrics() throws {
        let checkpoint = ModelCheckpoint(folder.path("deep/{epoch:02d}/w-{val_loss:.2f}.safetensors"))
        let model = try fit(checkpoint)
        let file = try #require(checkpoint.lastFile)
        let loss = try #require(model.history?.validationLoss.last)
        #expect(file.path == folder.path("deep/02/w-\(String(format: "%.2f", loss)).safetensors"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("deep")).sorted() == ["01", "02"])
        let other = try Toy.classifier(seed: 100)
        try other.loadWeights(from: file)
        #expect(Toy.areIdentical(Toy.values(model), Toy.values(other)))
    }

    @Test func savesByBatches() throws {
        let checkpoint = ModelCheckpoint(
            folder.path("{epoch}-{batch}.safetensors"), saveFrequency: .batches(2))
        try fit(checkpoint, epochs: 3)
        // Nine batches, of which the second, fourth, ... are saved, counted on over the epochs.
        #expect(
            try folder.names == ["1-2.safetensors", "2-1.safetensors", "2-3.safetensors", "3-2.safetensors"])
    }

    @Test func bestIsKeptFromOneFitToTheNext() throws {
        let checkpoint = ModelCheckpoint(
            folder.path("w.safetensors"), monitor: "loss", saveBestOnly: true)
        let model = try fit(checkpoint, epochs: 3, validation: false)
        let best = try #require(checkpoint.best)
        #expect(best == model.history?.loss.min())
        model.optimizer?.learningRate = 0
        try model.setWeights(model.weights.map { .zeros($0.shape) })
        let before = try Data(contentsOf: folder.file("w.safetensors"))
        try model.fit(try Toy.dataset(30), verbosity: .silent, callbacks: [checkpoint])
        #expect(checkpoint.best == best)
        #expect(try Data(contentsOf: folder.file("w.safetensors")) == before)
    }

    @Test func nanIsNeverBest() throws {
        let checkpoint = ModelCheckpoint(folder.path("w.safetensors"), monitor: "score", saveBestOnly: true)
        let course = LambdaCallback(onEpochEnd: { _, logs in logs["score"] = .nan })
        try Toy.classifier().fit(try Toy.dataset(3), verbosity: .silent, callbacks: [course, checkpoint])
        #expect(try folder.names.isEmpty && checkpoint.best == nil)
    }

    @Test(arguments: [
        ("w", ".safetensors"), ("{nothing}.keras", "\"nothing\" is not known"),
        ("{epoch.safetensors", "has no }"),
        ("epoch}.safetensors", "has no {"), ("{:02d}.safetensors", "names nothing"),
        ("{loss:x}.safetensors", "format"), ("{epoch:.2d}.safetensors", "format"),
        ("{loss:9999f}.safetensors", "width"), ("{loss:.f}.safetensors", "decimals"),
        ("{loss:d}.safetensors", "whole numbers"), ("{val_f1:.2f}.safetensors", "val_accuracy"),
        ("{batch}.safetensors", "epoch, accuracy, loss"),
    ])
    func names(name: String, part: String) throws {
        let model = try Toy.classifier()
        let error = #expect(throws: TrainingError.self) {
            try model.fit(
                try Toy.dataset(30), validation: try Toy.dataset(6), verbosity: .silent,
                callbacks: [ModelCheckpoint(folder.path(name))])
        }
        let text = error?.description ?? ""
        #expect(text.contains(part) && !text.contains(".."), "\(text)")
        #expect(model.optimizer?.iterations == 0, "said before the first step")
        #expect(try folder.names.isEmpty)
    }

    /// What another callback will set can only be known once it has.
    @Test func namesThatACallbackSets() throws {
        let course = LambdaCallback(onEpochEnd: { _, logs in logs["score"] = 0.5 })
        let rates = LearningRateScheduler { _ in 0.25 }
        let checkpoint = ModelCheckpoint(folder.path("{score}-{learning_rate}.safetensors"))
        try Toy.classifier().fit(
            try Toy.dataset(3), verbosity: .silent, callbacks: [course, rates, checkpoint])
        #expect(try folder.names == ["0.5-0.25.safetensors"])
        let model = try Toy.classifier()
        #expect(throws: TrainingError.self) {
            try model.fit(
                try Toy.dataset(3), verbosity: .silent,
                callbacks: [rates, ModelCheckpoint(folder.path("{score}.safetensors"))])
        }
        #expect(model.optimizer?.iterations == 0)
    }

    /// A name that ends in .keras holds the whole model, which trains on from there as the one that was saved.
    @Test func wholeModels() throws {
        let model = try Toy.classifier(optimizer: .adam(learningRate: 0.01))
        let checkpoint = ModelCheckpoint(
            folder.path("{epoch}/best.keras"), monitor: "loss", saveBestOnly: true)
        let data = try Toy.dataset(30)
        try model.fit(data, batchSize: 10, epochs: 2, verbosity: .silent, callbacks: [checkpoint])
        #expect(try folder.names == ["1", "2"])
        let same = try Model.load(from: try #require(checkpoint.lastFile))
        #expect(Toy.areIdentical(Toy.values(model), Toy.values(same)))
        #expect(same.optimizer?.iterations == 6)
        try model.fit(data, batchSize: 10, verbosity: .silent, seed: 1)
        try same.fit(data, batchSize: 10, verbosity: .silent, seed: 1)
        #expect(Toy.areIdentical(Toy.values(model), Toy.values(same)))
    }

    @Test func onlyTheBestModelIsKept() throws {
        let values = [1.0, 0.5, 0.8]
        let course = LambdaCallback(onEpochEnd: { epoch, logs in logs["score"] = values[epoch] })
        let checkpoint = ModelCheckpoint(folder.path("best.keras"), monitor: "score", saveBestOnly: true)
        let model = try Toy.classifier()
        try model.fit(
            try Toy.dataset(3), epochs: 3, verbosity: .silent, callbacks: [course, checkpoint])
        #expect(try folder.names == ["best.keras"], "nothing else is left")
        #expect(try Model.load(from: folder.file("best.keras")).optimizer?.iterations == 2)
        #expect(checkpoint.best == 0.5)
    }

    /// A model that no file can hold is refused before it is trained.
    @Test func modelsThatCannotBeSavedAreRefusedAtOnce() throws {
        let model = Sequential {
            Dense(3, inputShape: [4])
            LogarithmLayer()
        }
        try model.compile(optimizer: .sgd(), loss: .sparseCategoricalCrossentropy)
        #expect(throws: SavedModelError.self) {
            try model.fit(
                try Toy.dataset(3), verbosity: .silent, callbacks: [ModelCheckpoint(folder.path("w.keras"))])
        }
        #expect(model.optimizer?.iterations == 0)
        #expect(try folder.names.isEmpty)
    }

    @Test func namesWithoutValidation() throws {
        for checkpoint in [
            ModelCheckpoint(folder.path("{val_loss}.safetensors")),
            ModelCheckpoint(folder.path("w.safetensors"), saveBestOnly: true),
        ] {
            let error = #expect(throws: TrainingError.self) { try fit(checkpoint, validation: false) }
            let text = error?.description ?? ""
            #expect(text.contains("accuracy, loss") && text.contains("validation data"), "\(text)")
        }
        #expect(throws: TrainingError.self) {
            try fit(ModelCheckpoint(folder.path("w.safetensors"), saveFrequency: .batches(0)))
        }
    }

    @Test func foldersThatCannotBeWrittenToAreRefusedBeforeTraining() throws {
        try Data().write(to: folder.file("file"))
        for path in [
            folder.path("file/w.safetensors"), folder.path("file/deep/w.safetensors"),
            "/proc/no/w.safetensors",
        ] {
            let model = try Toy.classifier()
            let error = #expect(throws: TrainingError.self) {
                try model.fit(try Toy.dataset(3), verbosity: .silent, callbacks: [ModelCheckpoint(path)])
            }
            #expect(error?.description.contains("ModelCheckpoint cannot") == true)
            #expect(model.optimizer?.iterations == 0)
        }
    }

    @Test func failureKeepsTheHistory() throws {
        let model = try Toy.classifier()
        let path = folder.path("{epoch}/w.safetensors")
        try Data().write(to: folder.file("2"))
        #expect(throws: TrainingError.self) {
            try model.fit(
                try Toy.dataset(3), epochs: 5, verbosity: .silent, callbacks: [ModelCheckpoint(path)])
        }
        #expect(model.history?.epochs == [0, 1], "the epoch whose weights could not be saved was trained")
        #expect(model.history?.end == .failed)
        #expect(try model.fit(try Toy.dataset(3), verbosity: .silent).end == .completed)
    }

    @Test func formats() throws {
        func fill(_ pattern: String) throws -> String {
            try FileNamePattern(pattern, callback: "Test").filled(
                counts: [("epoch", 7)], values: [("a", -0.000_012_5), ("b", 1234.5), ("n", .nan)])
        }
        #expect(try fill("{epoch}|{epoch:d}|{epoch:03d}|{epoch:4}|{epoch:.1f}") == "7|7|007|   7|7.0")
        #expect(try fill("{a}|{a:.3e}|{a:012.2e}|{a:g}") == "-1.25e-05|-1.250e-05|-0001.25e-05|-1.25e-05")
        #expect(try fill("{b:.2f}|{b:f}|{b:.3}|{b:.1%}") == "1234.50|1234.500000|1.23e+03|123450.0%")
        #expect(try fill("{n:.2f}{{x}}}}") == "nan{x}}")
    }
}
