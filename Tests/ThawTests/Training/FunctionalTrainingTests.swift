import Testing
import ThawTestSupport

@testable import Thaw

/// Nets of two inputs and two outputs, and gathered gradients, beside Keras in float64.
@Suite struct FunctionalTrainingTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let optimizer: String
        let arguments: [String: Double]
        let accumulation: Int
        let samples: Int
        let batchSize: Int
        let initialWeights: [String: [TrainingFixtures.Reference]]
        let history: [String: [Double]]
        let weights: [String: [TrainingFixtures.Reference]]
        let predictions: [TrainingFixtures.Reference]

        var testDescription: String { "\(optimizer) over \(accumulation)" }

        func makeOptimizer() -> Optimizer {
            let rate = arguments["learning_rate"] ?? 0
            let optimizer: Optimizer =
                optimizer == "Adam"
                ? .adam(learningRate: rate) : .sgd(learningRate: rate, momentum: arguments["momentum"] ?? 0)
            if let norm = arguments["clipnorm"] { optimizer.clipping = .norm(norm) }
            return optimizer.accumulatingGradients(over: accumulation)
        }

        /// The formula of training.json with 12 features: 8 for one input, 4 for the other; the label, and feature 3.
        func data() throws -> Dataset {
            func x(_ features: Range<Int>) -> Tensor {
                let values = (0..<samples).flatMap { i in
                    features.map { Float(Double((i * 7919 + $0 * 104729) % 1000) / 1000) }
                }
                return Tensor(shape: [samples, features.count], scalars: values)
            }
            let labels = Tensor(
                shape: [samples], scalars: (0..<samples).map { Int32($0 * 7919 % 1000 / 100) })
            return try Dataset(inputs: [x(0..<8), x(8..<12)], targets: [labels, x(3..<4)])
        }
    }

    struct File: Decodable { let cases: [Case] }

    static func cases() throws -> [Case] { try TrainingFixtures.load("functional", as: File.self).cases }

    static func makeModel(seed: UInt64? = nil) throws -> Model {
        let (a, b) = (Input(shape: [8], name: "a"), Input(shape: [4], name: "b"))
        let left = try Dense(6, activation: .tanh, name: "left")(a)
        let right = try Dense(6, name: "right")(b)
        let shared = Dense(5, activation: .relu, name: "shared")
        let total = try Add(name: "total")(shared(left), shared(right))
        let both = try Concatenate(name: "both")(total, left)
        let digit = try Dense(10, activation: .softmax, name: "digit")(both)
        let level = try Dense(1, name: "level")(total)
        return try Model(inputs: [a, b], outputs: [digit, level], seed: seed)
    }

    static func compile(_ model: Model, _ optimizer: Optimizer) throws {
        try model.compile(
            optimizer: optimizer, losses: [.sparseCategoricalCrossentropy, .meanSquaredError],
            lossWeights: [1, 0.5], metrics: [[.accuracy], [.meanAbsoluteError]])
    }

    @Test(arguments: try cases()) func followsKeras(_ fixture: Case) throws {
        let model = try Self.makeModel()
        for (name, values) in fixture.initialWeights {
            try model.layer(named: name).setWeights(values.map(\.tensor))
        }
        try Self.compile(model, fixture.makeOptimizer())
        let data = try fixture.data()
        let history = try model.fit(
            data, batchSize: fixture.batchSize, epochs: 2, shuffle: false, verbosity: .silent)
        #expect(Set(history.names) == Set(fixture.history.keys))
        // Keras averages the losses of single outputs over batches, whatever their size; here they are means over
        // samples, as the whole is in both.
        for (name, values) in fixture.history where name == "loss" || !name.hasSuffix("_loss") {
            expectAgreement(history[name], values, tolerance: 1e-5, name)
        }
        for (whole, parts) in zip(history.loss, zip(history["digit_loss"], history["level_loss"])) {
            #expect(abs(whole - (parts.0 + 0.5 * parts.1)) < 1e-5)
        }
        for (name, values) in fixture.weights {
            for (ours, reference) in zip(try model.layer(named: name).weights, values) {
                expectAgreement(ours.doubles, reference.values, tolerance: 1e-5, name)
            }
        }
        for (ours, reference) in zip(try model.predictOutputs(data.prefix(4)), fixture.predictions) {
            expectAgreement(ours.doubles, reference.values, tolerance: 1e-5, "predictions")
        }
    }

    @Test func evaluationKnowsEveryOutput() throws {
        let model = try Self.makeModel(seed: 1)
        try Self.compile(model, .sgd(learningRate: 0.1))
        let data = try Self.cases()[0].data()
        let result = try model.evaluate(data, verbosity: .silent)
        #expect(
            result.names == [
                "digit_accuracy", "digit_loss", "level_loss", "level_mean_absolute_error", "loss",
            ])
        let (digit, level) = (try #require(result["digit_loss"]), try #require(result["level_loss"]))
        #expect(abs(result.loss - (digit + 0.5 * level)) < 1e-6)
        #expect(model.outputNames == ["digit", "level"])
    }

    @Test func mistakesAreExplained() throws {
        let model = try Self.makeModel(seed: 1)
        let data = try Self.cases()[0].data()
        func message(_ body: () throws -> Void) -> String {
            do { try body() } catch { return "\(error)" }
            return ""
        }
        #expect(
            message { try model.compile(optimizer: .sgd(), losses: [.meanSquaredError]) }.contains(
                "has 2 outputs, got 1 losses"))
        #expect(
            message {
                try model.compile(
                    optimizer: .sgd(), losses: [.meanSquaredError, .meanSquaredError], lossWeights: [1])
            }.contains("2 losses and 1 lossWeights"))
        #expect(
            message {
                try model.compile(optimizer: .sgd(), loss: .meanSquaredError)
                try model.fit(
                    try Dataset(inputs: data.inputs, targets: [data.targets[1]]), verbosity: .silent)
            }.contains("has 2 outputs and was compiled with 1 loss"))
        try Self.compile(model, .sgd())
        #expect(
            message { _ = try model.fit(data.inputs[0], data.targets[0], verbosity: .silent) }.contains(
                "targets"))
        #expect(message { _ = try model.predict(data) }.contains("predictOutputs"))
        #expect(message { _ = try model.predict(data.inputs[0]) }.contains("takes 2 inputs, got 1"))
        #expect(
            message { _ = try model.fit(data, classWeights: [0: 2], verbosity: .silent) }.contains(
                "class weights"))
    }

    @Test func gatheredGradientsAreThoseOfALargerBatch() throws {
        let (x, y) = Toy.clusters(64)
        func trained(batchSize: Int, steps: Int) throws -> [Tensor] {
            let model = try Toy.classifier(
                optimizer: .sgd(learningRate: 0.1).accumulatingGradients(over: steps))
            try model.fit(x, y, batchSize: batchSize, epochs: 3, shuffle: false, verbosity: .silent)
            #expect(model.optimizer?.iterations == 3 * 64 / (batchSize * steps))
            return model.weights
        }
        let whole = try trained(batchSize: 32, steps: 1)
        for (gathered, reference) in zip(try trained(batchSize: 8, steps: 4), whole) {
            #expect(gathered.isApproximatelyEqual(to: reference, absoluteTolerance: 1e-6))
        }
    }

    @Test func gatheringGoesOnAcrossEpochsAndSkipsWhatIsNotFinite() throws {
        let (x, y) = Toy.clusters(24)
        let model = try Toy.classifier(optimizer: .sgd(learningRate: 0.1).accumulatingGradients(over: 4))
        let before = model.weights
        // Three batches of eight: no update in the first epoch, one in the second.
        try model.fit(x, y, batchSize: 8, verbosity: .silent)
        #expect(Toy.areIdentical(model.weights, before))
        #expect(model.optimizer?.gatheredBatches == 3)
        try model.fit(x * Double.nan, y, batchSize: 24, verbosity: .silent, onNonFinite: .continue)
        #expect(model.optimizer?.gatheredBatches == 3)
        try model.fit(x, y, batchSize: 8, verbosity: .silent)
        #expect(!Toy.areIdentical(model.weights, before))
        #expect(model.optimizer?.iterations == 1)
        #expect(throws: TrainingError.self) {
            try Toy.classifier(optimizer: .sgd().accumulatingGradients(over: 0))
        }
    }

    @Test func aStepOfOnesOwn() throws {
        let (x, y) = Toy.clusters(64)
        func trained(_ step: TrainingStep) throws -> (weights: [Tensor], loss: Double) {
            let model = try Toy.classifier()
            try model.compile(
                optimizer: .sgd(learningRate: 0.1), loss: .sparseCategoricalCrossentropy,
                metrics: [.accuracy],
                step: step)
            let history = try model.fit(x, y, epochs: 3, shuffle: false, verbosity: .silent)
            return (model.weights, try #require(history.loss.last))
        }
        let same = TrainingStep { step in
            let predictions = try step.forward()
            let loss = try step.loss(of: predictions)
            try step.update(step.gradients(of: loss))
            try step.updateMetrics(loss: loss, predictions: predictions)
        }
        let standard = try trained(.standard)
        #expect(Toy.areIdentical(try trained(same).weights, standard.weights))
        let adversarial = TrainingStep { step in
            let clean = try step.loss(of: step.forward())
            let direction = try step.graph.gradients(of: clean, withRespectTo: step.inputs)
            let moved = try zip(step.inputs, direction).map { try $0 + ($1?.sign() ?? $0 * 0) * 0.1 }
            let predictions = try step.forward(moved)
            let loss = try (clean + step.loss(of: predictions)) * 0.5
            try step.update(step.clipped(step.gradients(of: loss)))
            try step.updateMetrics(loss: loss, predictions: predictions)
        }
        let moved = try trained(adversarial)
        #expect(moved.loss > standard.loss)
        #expect(!Toy.areIdentical(moved.weights, standard.weights))
        #expect(throws: TrainingError.self) { try trained(TrainingStep { _ = try $0.forward() }) }
    }
}
