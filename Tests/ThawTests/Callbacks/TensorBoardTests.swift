import Foundation
import Testing
import Thaw
import ThawTestSupport

@Suite struct TensorBoardTests {
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func entries(_ run: String) throws -> [EventFileReader.Entry] {
        try EventFileReader.entries(in: folder.file("logs/\(run)"))
    }

    @Test func valuesOfEpochs() throws {
        let model = try Toy.classifier()
        let history = try model.fit(
            try Toy.dataset(30), batchSize: 10, epochs: 3, validation: try Toy.dataset(6), verbosity: .silent,
            callbacks: [
                LearningRateScheduler { epoch in 0.1 / Double(epoch + 1) }, TensorBoard(folder.path("logs")),
            ])
        for (run, prefix) in [("train", ""), ("validation", "val_")] {
            let entries = try entries(run)
            for name in ["loss", "accuracy"] {
                let found = entries.filter { $0.name == "epoch_\(name)" }
                #expect(found.map(\.step) == [0, 1, 2])
                #expect(found.compactMap(\.value) == history[prefix + name].map { Float($0) })
            }
        }
        let rates = try entries("train").filter { $0.name == "epoch_learning_rate" }
        #expect(rates.compactMap(\.value) == [0.1, 0.05, Float(0.1 / 3)])
        let steps = try entries("validation").filter { $0.name == "evaluation_loss_vs_iterations" }.map(
            \.step)
        #expect(steps == [3, 6, 9])
        #expect(try entries("train").allSatisfy { !$0.name.hasPrefix("batch_") && $0.histogram == nil })
    }

    @Test(arguments: [
        (TensorBoard.UpdateFrequency.batch, Array(1...8)), (.steps(3), [3, 6]), (.epoch, []),
    ])
    func valuesOfBatches(frequency: TensorBoard.UpdateFrequency, steps: [Int]) throws {
        let model = try Toy.classifier(
            optimizer: .sgd(learningRate: .exponentialDecay(from: 1, steps: 1, rate: 0.5)))
        try model.fit(
            try Toy.dataset(40), batchSize: 10, epochs: 2, verbosity: .silent,
            callbacks: [TensorBoard(folder.path("logs"), updateFrequency: frequency)])
        let entries = try entries("train")
        #expect(entries.filter { $0.name == "batch_loss" }.map(\.step) == steps)
        #expect(entries.filter { $0.name == "batch_accuracy" }.map(\.step) == steps)
        let rates = entries.filter { $0.name == "batch_learning_rate" }
        #expect(
            rates.compactMap(\.value) == steps.map { Float(pow(0.5, Double($0 - 1))) }, "of the step itself")
        #expect(!FileManager.default.fileExists(atPath: folder.path("logs/validation")))
    }

    @Test func histogramsOfWeights() throws {
        let model = try Toy.normalized()
        try model.fit(
            try Toy.dataset(30), epochs: 3, verbosity: .silent,
            callbacks: [TensorBoard(folder.path("logs"), histogramFrequency: 2)])
        let histograms = try entries("train").filter { $0.histogram != nil }
        let names = model.parameterPaths.map { "\($0.path)/histogram" }
        #expect(histograms.map(\.name) == names + names)
        #expect(Set(histograms.map(\.step)) == [0, 2])
        let last = try #require(histograms.last { $0.name == "hidden/kernel/histogram" })
        let values = try #require(model.parameterPaths.first { $0.path == "hidden/kernel" }).parameter.value
            .floats
        #expect(last.histogram?.prefix(3) == [Double(values.min() ?? 0), Double(values.max() ?? 0), 32])
        #expect(last.counts.reduce(0, +) == 32 && last.counts.count == 30)
    }

    @Test func evaluationAlone() throws {
        let model = try Toy.classifier()
        try model.evaluate(
            try Toy.dataset(6), verbosity: .silent, callbacks: [TensorBoard(folder.path("logs"))])
        #expect(
            try entries("validation").map(\.name) == [
                "evaluation_accuracy_vs_iterations", "evaluation_loss_vs_iterations",
            ])
    }

    @Test func errors() throws {
        try Data().write(to: folder.file("file"))
        let bad = [
            TensorBoard(folder.path("file")), TensorBoard(folder.path("logs"), histogramFrequency: -1),
            TensorBoard(folder.path("logs"), updateFrequency: .steps(0)),
        ]
        for callback in bad {
            let model = try Toy.classifier()
            #expect(throws: (any Error).self) {
                try model.fit(try Toy.dataset(3), verbosity: .silent, callbacks: [callback])
            }
            #expect(model.optimizer?.iterations == 0)
        }
    }

    /// Leaves files for scripts/check-files.
    @Test(
        .enabled(if: ProcessInfo.processInfo.environment["THAW_TEST_FILES"] != nil, "see scripts/check-files")
    )
    func filesForPeers() throws {
        let out = URL(fileURLWithPath: ProcessInfo.processInfo.environment["THAW_TEST_FILES"] ?? "")
        let model = try Toy.normalized()
        let history = try model.fit(
            try Toy.dataset(40), batchSize: 10, epochs: 3, validation: try Toy.dataset(6), verbosity: .silent,
            callbacks: [
                TensorBoard(out.appending(path: "logs").path, histogramFrequency: 1, updateFrequency: .batch)
            ])
        let weights = Dictionary(
            uniqueKeysWithValues: model.parameterPaths.map { ($0.path, $0.parameter.value.doubles) })
        let facts = try JSONEncoder().encode(history.values)
        try facts.write(to: out.appending(path: "history.json"))
        try JSONEncoder().encode(weights).write(to: out.appending(path: "weights.json"))
        try model.saveWeights(to: out.appending(path: "model.safetensors"))
    }
}
