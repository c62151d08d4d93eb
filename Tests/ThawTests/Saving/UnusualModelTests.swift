import Foundation
import Testing
import ThawFormats

@testable import Thaw

/// Files of Keras that are unusual in one way each; `Fixtures/generators/loading.py` made them.
@Suite struct UnusualModelTests {
    struct File: Decodable {
        let cases: [Case]
    }

    struct Case: Decodable, CustomTestStringConvertible {
        typealias Reference = TrainingFixtures.Reference

        let name: String
        let ending: String
        let layers: [String]
        let file: Data
        let weights: Data?
        let inputs: [Reference]
        let targets: [Reference]?
        let sampleWeights: Reference?
        let predictions: [Reference]?
        let logs: [String: Double]?
        let steps: Int
        let predictionsAfter: [Reference]?

        var testDescription: String { name }

        func load(compiled: Bool = true, inputShape: [Int]? = nil) throws -> Model {
            try Self.withFile(file, ending) {
                try Model.load(from: $0, compiled: compiled, inputShape: inputShape)
            }
        }

        static func withFile<Result>(
            _ data: Data, _ ending: String, _ body: (URL) throws -> Result
        ) throws -> Result {
            let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString)\(ending)")
            defer { try? FileManager.default.removeItem(at: url) }
            try Data(try Gzip.decompress(Array(data), limit: 1 << 20)).write(to: url)
            return try body(url)
        }

        func dataset() throws -> Dataset {
            try Dataset(
                inputs: inputs.map(\.tensor), targets: (targets ?? []).map(\.tensor),
                sampleWeights: sampleWeights?.tensor)
        }

        /// What `evaluate` says, by Thaw's names: Keras 3 calls metrics as the caller did, and Keras 2 the outputs in a
        /// dictionary as their layers.
        var ownLogs: [String: Double] {
            let names = [
                "mae": "mean_absolute_error", "mse": "mean_squared_error", "first": "q", "second": "p",
            ]
            let pairs = (logs ?? [:]).map { name, value in
                (
                    name.split(separator: "_").map { names[String($0)] ?? String($0) }.joined(separator: "_"),
                    value
                )
            }
            return Dictionary(uniqueKeysWithValues: pairs)
        }
    }

    static let cases: [Case] = (try? TrainingFixtures.load("loading", as: File.self).cases) ?? []

    static func named(_ name: String) throws -> Case {
        try #require(cases.first { $0.name == name }, "\(name)")
    }

    static func expect(_ model: Model, on fixture: Case, gives references: [Case.Reference]?) throws {
        let references = try #require(references)
        let outputs = try model.predictOutputs(fixture.dataset())
        #expect(outputs.map(\.shape) == references.map(\.shape))
        for (output, reference) in zip(outputs, references) {
            expectAgreement(output.floats.map(Double.init), reference.values, fixture.name)
        }
    }

    @Test func thereAreCases() { #expect(Self.cases.count == 36) }

    /// Training goes on where it was, in the steps of the library that wrote the file, and measures what that measures.
    @Test(arguments: cases.filter { $0.logs != nil && !$0.name.contains("open") })
    func measuresAndTrainsOn(_ fixture: Case) throws {
        try check(fixture.load(), fixture)
    }

    /// The same through Thaw's own file.
    @Test(arguments: cases.filter { $0.logs != nil && !$0.name.contains("open") })
    func comesBack(_ fixture: Case) throws {
        let folder = try TestFolder()
        let model = try fixture.load()
        try model.save(to: folder.file("model.keras"))
        let copy = try Model.load(from: folder.file("model.keras"))
        #expect(copy.layers.map(\.name) == model.layers.map(\.name))
        #expect(copy.outputNames == model.outputNames)
        try check(copy, fixture)
    }

    private func check(_ model: Model, _ fixture: Case) throws {
        #expect(model.layers.map(\.name) == fixture.layers)
        try Self.expect(model, on: fixture, gives: fixture.predictions)
        let data = try fixture.dataset()
        let result = try model.evaluate(data, batchSize: data.count, verbosity: .silent)
        var expected = fixture.ownLogs
        // With one loss, Keras 2 gives it twice.
        if expected["c_loss"] == expected["loss"] { expected["c_loss"] = nil }
        #expect(Set(result.names) == Set(expected.keys))
        for (name, value) in expected { expectAgreement([result[name] ?? .nan], [value], name) }
        if let target = fixture.targets?.first, fixture.targets?.count == 1 {
            for _ in 0..<fixture.steps {
                _ = try model.trainOnBatch(
                    fixture.inputs[0].tensor, target.tensor, sampleWeights: fixture.sampleWeights?.tensor)
            }
        } else {
            try model.fit(
                data, batchSize: data.count, epochs: fixture.steps, shuffle: false, verbosity: .silent)
        }
        try Self.expect(model, on: fixture, gives: fixture.predictionsAfter)
    }

    // MARK: - Outputs without a loss

    @Test func whatHasNoLossIsMeasuredOnly() throws {
        let model = try Self.named("Keras 3, losses in a list").load()
        #expect(model.losses.map { $0?.name } == ["mean_squared_error", nil, "mean_absolute_error"])
        #expect(model.loss?.name == "mean_squared_error")
        let before = try #require(model.layer(named: "b").weights.first)
        try model.fit(
            Self.named("Keras 3, losses in a list").dataset(), epochs: 2, verbosity: .silent)
        #expect(try #require(model.layer(named: "b").weights.first).isBitwiseEqual(to: before))
    }

    @Test func aLossForNoOutputIsNamed() throws {
        let model = try Self.named("Keras 3, losses by name").load(compiled: false)
        func error(_ loss: JSONValue, metrics: JSONValue = .null) -> String {
            let error = #expect(throws: SavedModelError.self) {
                try model.compile(
                    keras: ["optimizer": "sgd", "loss": loss, "metrics": metrics], kerasVersion: 3)
            }
            return error?.description ?? ""
        }
        let other = error(["a": "mse", "d": "mae"])
        for word in ["\"d\"", "\"a\", \"b\", \"c\"", "compiled: false"] {
            #expect(other.contains(word), "\(other)")
        }
        #expect(error("mse", metrics: ["e": "mae"]).contains("\"e\""))
        #expect(error(["mse", .null]).contains("2 entries for 3 outputs"))
        // No loss at all is as if there were nothing to compile.
        try model.compile(keras: ["optimizer": "sgd", "loss": [.null, .null, .null]], kerasVersion: 3)
        #expect(model.optimizer == nil)
    }

    // MARK: - Dictionaries

    @Test func dictionariesAreListsInTheOrderOfTheirKeys() throws {
        for name in ["Keras 3, dictionaries", "Keras 2, dictionaries"] {
            let model = try Self.named(name).load()
            #expect(model.inputShapes == [[2], [3]] && model.outputShapes == [[2], [1]])
            #expect(model.outputNames == ["p", "q"])
            #expect(try model.clone().outputNames == ["p", "q"])
            // Keras gets dictionaries back.
            let written = try KerasModelWriter().object(for: model)
            #expect(written["config"]?["input_layers"]?["z"]?.array?[0].string == "z")
            #expect(written["config"]?["output_layers"]?["q"]?.array?[0].string == "first")
            let inner = written["config"]?["layers"]?.array?.first { $0["name"]?.string == "inner" }
            let arguments = inner?["inbound_nodes"]?.array?[0]["args"]?.array?[0]
            #expect(arguments?["v"]?["config"]?["keras_history"]?.array?[0].string == "a")
        }
    }

    // MARK: - Sizes and classes

    @Test func openSizesAreSaidOrGiven() throws {
        let fixture = try Self.named("Keras 3, open sizes")
        let error = #expect(throws: SavedModelError.self) { try fixture.load() }
        let text = error?.description ?? ""
        for word in ["open_sizes", "[?, ?, 2]", "inputShape", "keras.Input"] {
            #expect(text.replacing(" ", with: "").contains(word.replacing(" ", with: "")), "\(text)")
        }
        #expect(!text.contains("damaged"))
        let model = try fixture.load(inputShape: [4, 5, 2])
        try Self.expect(model, on: fixture, gives: fixture.predictions)
        #expect(model.optimizer?.iterations == 3)
        for shape in [[4, 5, 3], [4, 5], [0, 5, 2], [1 << 25, 5, 2]] {
            #expect(throws: SavedModelError.self) { try fixture.load(inputShape: shape) }
        }
        // A model inside is as large as what it is called on.
        let nested = try Self.named("Keras 3, open sizes inside")
        try Self.expect(nested.load(), on: nested, gives: nested.predictions)
        let other = #expect(throws: TrainingError.self) { try nested.load(inputShape: [9, 9, 2]) }
        #expect(other?.description.contains("[4, 5, 2]") == true)
    }

    @Test func aModelOfNoLayersIsNotDamaged() throws {
        let fixture = try Self.named("Keras 3, subclassed")
        let error = #expect(throws: SavedModelError.self) { try fixture.load() }
        let text = error?.description ?? ""
        for word in ["Doubled", "loadWeights", "keras.Input"] { #expect(text.contains(word), "\(text)") }
        #expect(!text.contains("damaged"))
        // Its weights are there all the same.
        let dense = Sequential([Dense(2, inputShape: [3])], seed: 1)
        let report = try Case.withFile(fixture.file, ".keras") { try dense.loadWeights(from: $0) }
        #expect(report.loaded.count == 2)
    }

    // MARK: - Element types

    @Test(arguments: ["mixed_float16", "mixed_bfloat16", "float16", "bfloat16"])
    func otherElementTypesAreSaid(_ policy: String) throws {
        let model = try Self.named("Keras 3, \(policy)").load()
        #expect(
            model.loadingNotes
                == ["1 layer of the file computes in \(policy); here it computes in float32."])
        #expect(model.weights.allSatisfy { $0.dtype == .float32 })
    }

    @Test func float64IsSaidAndFloat32IsNot() throws {
        let notes = try Self.named("Keras 3, scores").load().loadingNotes
        #expect(notes.count == 1 && notes[0].contains("float64"))
        #expect(try Self.named("Keras 2, slashes").load().loadingNotes.isEmpty)
    }
}
