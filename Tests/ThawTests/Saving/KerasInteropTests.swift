import Foundation
import Testing
import ThawFormats

@testable import Thaw

/// A Python that has Keras, if the tests are to ask it.
private let python = ProcessInfo.processInfo.environment["THAW_INTEROP_PYTHON"]

/// Models that go to Keras and come back, in `scripts/test --interop`, which names a Python with Keras in `THAW_INTEROP_PYTHON`.
@Suite(.serialized, .enabled(if: python != nil, "needs Keras: scripts/test --interop"))
struct KerasInteropTests {
    struct Answer: Decodable {
        let outputs: [KerasModelTests.Case.Values]
        let parameters: Int
        let layers: [String]
        let trainable: [Bool]
        let loss: [Double]
    }

    private func askKeras(_ model: Model, epochs: Int = 0) throws -> (answer: Answer, model: Model) {
        let folder = try TestFolder()
        try model.save(to: folder.file("model.keras"))
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/interop/keras_interop.py")
        let process = Process()
        process.executableURL = URL(filePath: python ?? "")
        process.arguments = [
            script.path, folder.path("model.keras"), folder.path("answer.json"), folder.path("trained.keras"),
            String(epochs),
        ]
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(text.suffix(3000))")
        let answer = try JSONDecoder().decode(
            Answer.self, from: Data(contentsOf: folder.file("answer.json")))
        return (answer, try Model.load(from: folder.file("trained.keras")))
    }

    private func expectSame(_ model: Model, _ answer: Answer) throws {
        #expect(answer.parameters == model.parameterCount)
        for (output, reference) in zip(try KerasModelTests.outputs(model, samples: 24), answer.outputs) {
            #expect(output.shape == reference.shape)
            expectAgreement(output.floats.map(Double.init), reference.values, model.name)
        }
    }

    @Test(arguments: KerasModelTests.cases.indices) func everyLayerGoesToKerasAndBack(_ index: Int) throws {
        let fixture = KerasModelTests.cases[index]
        let model = try KerasModelTests.reader.model(from: fixture.config)
        try model.ensureBuilt()
        try KerasModelTests.fill(model, fixture)
        let (answer, back) = try askKeras(model)
        #expect(answer.layers == fixture.layers)
        try expectSame(model, answer)
        for (a, b) in zip(model.weights, back.weights) { #expect(a.isBitwiseEqual(to: b)) }
        for (a, b) in zip(try KerasModelTests.outputs(model), try KerasModelTests.outputs(back)) {
            #expect(a.isBitwiseEqual(to: b))
        }
    }

    /// Ours to Keras, which predicts the same, trains on with the same losses, and saves; what it saved is here again the same.
    @Test(arguments: Architecture.all) func everyArchitectureTrainsOnThereAndHere(
        _ architecture: Architecture
    ) throws {
        let (model, data) = try architecture.trained()
        let (answer, back) = try askKeras(model, epochs: architecture.isDeterministic ? 2 : 0)
        #expect(answer.layers == model.layers.map { model.name(of: $0) })
        try expectSame(model, answer)
        guard architecture.isDeterministic else {
            for (a, b) in zip(model.weights, back.weights) { #expect(a.isBitwiseEqual(to: b)) }
            return
        }
        let history = try model.fit(data, batchSize: 8, epochs: 2, shuffle: false, verbosity: .silent)
        expectAgreement(history["loss"], answer.loss, tolerance: 1e-4, architecture.name)
        for (a, b) in zip(
            try KerasModelTests.outputs(model, samples: 24), try KerasModelTests.outputs(back, samples: 24))
        {
            expectAgreement(
                a.floats.map(Double.init), b.floats.map(Double.init), tolerance: 1e-4, architecture.name)
        }
        let once = try model.fit(data, batchSize: 8, epochs: 1, shuffle: false, verbosity: .silent)
        let again = try back.fit(data, batchSize: 8, epochs: 1, shuffle: false, verbosity: .silent)
        expectAgreement(once["loss"], again["loss"], tolerance: 1e-4, "\(architecture.name) afterwards")
    }

    @Test(arguments: ModelSavingTests.optimizers.indices) func kerasTrainsOn(_ index: Int) throws {
        let model = Sequential(seed: 2, name: "net") {
            Dense(8, activation: .tanh, inputShape: [4])
            BatchNormalization(momentum: 0.9)
            Dense(6, activation: .sigmoid)
            Dense(3)
        }
        try model.compile(optimizer: ModelSavingTests.optimizers[index](), loss: .meanSquaredError)
        let data = try Dataset(KerasModelTests.values([24, 4], 99), KerasModelTests.values([24, 3], 199))
        try model.fit(data, batchSize: 8, epochs: 2, shuffle: false, verbosity: .silent)
        let (answer, back) = try askKeras(model, epochs: 3)
        try expectSame(model, answer)
        let history = try model.fit(data, batchSize: 8, epochs: 3, shuffle: false, verbosity: .silent)
        expectAgreement(history["loss"], answer.loss, tolerance: 1e-4, "\(model.optimizer?.name ?? "")")
        #expect(back.optimizer?.iterations == model.optimizer?.iterations)
        for (a, b) in zip(model.weights, back.weights) {
            expectAgreement(a.floats.map(Double.init), b.floats.map(Double.init), tolerance: 1e-4, "weights")
        }
        // And from there here again.
        let once = try model.fit(data, batchSize: 8, epochs: 1, shuffle: false, verbosity: .silent)
        let again = try back.fit(data, batchSize: 8, epochs: 1, shuffle: false, verbosity: .silent)
        expectAgreement(once["loss"], again["loss"], tolerance: 1e-4, "loss afterwards")
    }

    @Test func frozenLayersStayFrozen() throws {
        let model = ModelSavingTests.net()
        try model.ensureBuilt()
        model.layers[1].freeze()
        let (answer, back) = try askKeras(model)
        #expect(answer.trainable == [true, false, true, true])
        #expect(!back.layers[1].isTrainable && back.layers[0].isTrainable)
    }

    static let unusual = UnusualModelTests.cases.filter {
        $0.logs != nil && !$0.name.contains("Archive") && !$0.name.contains("open")
    }

    /// Outputs without a loss, a metric with and without sample weights, dictionaries, and names with slashes, which are
    /// underscores there.
    @Test(arguments: unusual) func whatIsUnusualGoesToKerasAndBack(_ fixture: UnusualModelTests.Case) throws {
        let model = try fixture.load()
        // Those targets are no classes.
        let epochs = fixture.name.contains("scores") ? 0 : 2
        let (answer, back) = try askKeras(model, epochs: epochs)
        #expect(answer.layers == model.layers.map { $0.name.replacing("/", with: "_") })
        try expectSame(model, answer)
        #expect(back.losses.map { $0?.name } == model.losses.map { $0?.name })
        #expect(back.metrics.map { $0.map(\.name) } == model.metrics.map { $0.map(\.name) })
        #expect(back.outputNames == model.outputNames)
        guard epochs > 0 else { return }
        func values(_ shapes: [[Int]]?, _ start: Int) -> [Tensor] {
            (shapes ?? []).enumerated().map { KerasModelTests.values([24] + $1, start + $0) }
        }
        let data = try Dataset(
            inputs: values(model.inputShapes, 99), targets: values(model.outputShapes, 199))
        let history = try model.fit(
            data, batchSize: 8, epochs: epochs, shuffle: false, verbosity: .silent)
        expectAgreement(history["loss"], answer.loss, tolerance: 1e-4, fixture.name)
    }
}
