import Foundation
import Testing
import Thaw

/// The callbacks beside Keras's along recorded courses of a metric; the fixture says what its fields mean.
@Suite struct KerasCallbackTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let callback: String
        let values: [Double]
        let arguments: [String: TrainingFixtures.Argument]
        let epochs: Int
        let stopped: Bool?
        let best: Double?
        let weights: Int?
        let rates: [Double]?
        let last: Double?
        let function: String?
        let path: String?
        let saved: [String?]?
        let separator: String?
        let append: Bool?
        let texts: [String]?

        var testDescription: String { "\(callback) \(arguments) \(function ?? path ?? separator ?? "")" }

        func number(_ name: String) -> Double? { arguments[name]?.value }
        func count(_ name: String) -> Int? { number(name).map { Int($0) } }
        var mode: MonitorMode { arguments["mode"]?.name == "max" ? .maximum : .minimum }
    }

    struct File: Decodable {
        let cases: [Case]
    }

    private static func cases(_ callback: String) throws -> [Case] {
        try TrainingFixtures.load("callbacks", as: File.self).cases.filter { $0.callback == callback }
    }

    /// A model whose only weight counts the epochs, trained along a course of the metric `score`.
    private static func run(
        _ callback: Callback, _ values: [Double], learningRate: Double = 1,
        also other: Callback = LambdaCallback()
    ) throws -> (model: Model, history: History) {
        let model = Sequential(seed: 1) {
            Dense(1, usesBias: false, kernelInitializer: .zeros, inputShape: [1])
        }
        try model.compile(
            optimizer: .sgd(learningRate: learningRate),
            loss: .custom("fall") { _, prediction in try -prediction })
        let course = LambdaCallback(onEpochEnd: { epoch, logs in logs["score"] = values[epoch] })
        let history = try model.fit(
            .ones([1, 1]), .ones([1, 1]), epochs: values.count, verbosity: .silent,
            callbacks: [course, callback, other])
        return (model, history)
    }

    @Test(arguments: try cases("EarlyStopping")) func earlyStopping(_ reference: Case) throws {
        let callback = EarlyStopping(
            monitor: "score", minimumDelta: reference.number("min_delta") ?? 0,
            patience: reference.count("patience") ?? 0, mode: reference.mode,
            baseline: reference.number("baseline"),
            restoreBestWeights: reference.arguments["restore_best_weights"]?.isTrue ?? false,
            startFromEpoch: reference.count("start_from_epoch") ?? 0)
        let (model, history) = try Self.run(callback, reference.values)
        #expect(history.epochs.count == reference.epochs)
        #expect((history.end == .stopped) == reference.stopped)
        #expect(callback.best == reference.best)
        // After epoch e the weight is e + 1.
        #expect(model.weights[0].floats == [Float((reference.weights ?? 0) + 1)])
    }

    @Test(arguments: try cases("ReduceLROnPlateau")) func plateau(_ reference: Case) throws {
        let callback = ReduceLROnPlateau(
            monitor: "score", factor: try #require(reference.number("factor")),
            patience: reference.count("patience") ?? 10, mode: reference.mode,
            minimumDelta: reference.number("min_delta") ?? 1e-4, cooldown: reference.count("cooldown") ?? 0,
            minimumRate: reference.number("min_lr") ?? 0)
        let (model, history) = try Self.run(callback, reference.values, learningRate: 0.1)
        #expect(history.epochs.count == reference.epochs)
        expectAgreement(history["learning_rate"], reference.rates ?? [], tolerance: 1e-12, "rates")
        expectAgreement(
            [model.optimizer?.learningRate ?? .nan], [reference.last ?? 0], tolerance: 1e-12, "last rate")
    }

    @Test(arguments: try cases("LearningRateScheduler")) func scheduler(_ reference: Case) throws {
        let callback =
            reference.function == "halving"
            ? LearningRateScheduler { _, rate in rate / 2 }
            : LearningRateScheduler { epoch in 0.01 * pow(0.1, Double(epoch) / 20) }
        let (_, history) = try Self.run(callback, reference.values, learningRate: 0.1)
        expectAgreement(history["learning_rate"], reference.rates ?? [], tolerance: 1e-12, "rates")
    }

    @Test(arguments: try cases("ModelCheckpoint")) func checkpoint(_ reference: Case) throws {
        let folder = try TestFolder()
        let path = try #require(reference.path).replacing("weights.h5", with: "safetensors")
        let callback = ModelCheckpoint(
            folder.path(path), monitor: "score",
            saveBestOnly: reference.arguments["save_best_only"]?.isTrue ?? false, mode: reference.mode,
            initialValueThreshold: reference.number("initial_value_threshold"))
        var saved: [String?] = []
        var previous: Data?
        let watch = HookCallback(onEpochEnd: { epoch, _ in
            guard let file = callback.lastFile else { return saved.append(nil) }
            let contents = try Data(contentsOf: file)
            // The weight differs from epoch to epoch, so that a file that is the same was not written.
            saved.append(contents == previous ? nil : file.lastPathComponent)
            previous = contents
        })
        _ = try Self.run(callback, reference.values, also: watch)
        #expect(saved.map { $0?.replacing("safetensors", with: "weights.h5") } == reference.saved)
        #expect(try folder.names.count == Set(saved.compactMap { $0 }).count, "nothing else is left behind")
    }

    @Test(arguments: try cases("CSVLogger")) func logger(_ reference: Case) throws {
        let folder = try TestFolder()
        let rows: [[(Double, Double, Double)]] = [
            [(0.5, 0.25, 1), (1e-5, 0.125, 123456.75)], [(2, 0.1, 3e20)],
        ]
        for (run, text) in zip(rows, try #require(reference.texts)) {
            let model = try Toy.classifier()
            let course = LambdaCallback(onEpochEnd: { epoch, logs in
                (logs["loss"], logs["accuracy"], logs["val_loss"]) = run[epoch]
            })
            let logger = CSVLogger(
                folder.path("log.csv"), separator: try #require(reference.separator),
                append: reference.append == true)
            try model.fit(
                try Toy.dataset(3), epochs: run.count, verbosity: .silent, callbacks: [course, logger])
            #expect(try String(contentsOfFile: folder.path("log.csv"), encoding: .utf8) == text)
        }
    }
}
