import Testing
import ThawTestSupport

@testable import Thaw

/// A layer that takes the samples off axis 0.
private final class Folding: Layer {
    override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        try input.reshape(to: [input.shape[0] * 2, input.shape[1] / 2])
    }
    override func cloned() throws -> Layer { Folding() }
}

/// A layer that folds an axis into the batch around a random layer.
private final class DropEach: Layer {
    let dropout = Dropout(0.5)
    override var sublayers: [Layer] { [dropout] }
    override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        let rows = try input.reshape(to: [input.shape[0] * input.shape[1], input.shape[2]])
        return try dropout.apply(rows, context: context).reshape(to: input.shape)
    }
    override func cloned() throws -> Layer { DropEach() }
}

@Suite struct FitRefusalTests {
    @Test func outputsNeedARowForEachSample() throws {
        let model = Sequential { Folding(inputShape: [4]) }
        #expect(throws: TrainingError.self) { try model.predict(Tensor.ones([33, 4])) }
        #expect(throws: TrainingError.self) { try model.predictor().predict(Tensor.ones([3, 4])) }
    }

    @Test func randomLayersInsideFoldedOnesAreSampled() throws {
        let model = Sequential([Input(shape: [3, 5]), DropEach()], seed: 2)
        let result = try model.predict(Tensor.ones([2, 3, 5]), samples: 400)
        #expect(result.mean.shape == [2, 3, 5])
        #expect(result.deviation.doubles.allSatisfy { abs($0 - 1) < 0.1 })
    }

    @Test func compilingDuringAFitIsRefused() throws {
        let (x, y) = Toy.clusters(24)
        let model = try Toy.classifier()
        let again = HookCallback(onEpochEnd: { [unowned model] _, _ in
            try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy)
        })
        #expect(throws: TrainingError.self) { try model.fit(x, y, verbosity: .silent, callbacks: [again]) }
        #expect(model.optimizer?.name == "SGD")
        try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy)
        try model.fit(x, y, verbosity: .silent)
    }

    @Test func epochsWithoutValidationAreNotWatched() throws {
        let (x, y) = Toy.clusters(24)
        let model = try Toy.classifier()
        let stopping = EarlyStopping(patience: 1)
        let history = try model.fit(
            x, y, epochs: 6, validation: try Toy.dataset(12, seed: 2), validationFrequency: 2,
            verbosity: .silent, callbacks: [stopping, ReduceLROnPlateau(patience: 1)])
        #expect(history.epochs.count == 6)
        #expect(history.validationLoss.filter { !$0.isNaN }.count == 3)
        #expect(throws: TrainingError.self) {
            try model.fit(x, y, verbosity: .silent, callbacks: [EarlyStopping()])
        }
    }

    @Test func aChangedNumberOfGatheredBatchesStartsAfresh() throws {
        let (x, y) = Toy.clusters(16)
        func trained(first: Int) throws -> [Tensor] {
            let optimizer: Optimizer = .sgd(learningRate: 0.1).accumulatingGradients(over: 4)
            let model = try Toy.classifier(optimizer: optimizer)
            for _ in 0..<first { try model.fit(x, y, batchSize: 16, shuffle: false, verbosity: .silent) }
            optimizer.gradientAccumulationSteps = 2
            try model.fit(x, y, batchSize: 8, shuffle: false, verbosity: .silent)
            return model.weights
        }
        #expect(Toy.areIdentical(try trained(first: 2), try trained(first: 0)))
    }

    @Test func settingsAreCheckedAgainAndRatesFitFloats() throws {
        let (x, y) = Toy.clusters(8)
        let model = try Toy.classifier()
        model.optimizer?.gradientAccumulationSteps = 0
        #expect(throws: TrainingError.self) { try model.fit(x, y, verbosity: .silent) }
        model.optimizer?.gradientAccumulationSteps = 1
        let before = model.weights
        model.optimizer?.learningRate = 1e39
        #expect(throws: TrainingError.self) { try model.fit(x, y, verbosity: .silent) }
        #expect(Toy.areIdentical(model.weights, before))
    }

    /// A schedule of one's own need not check itself, and callbacks may set anything.
    @Test func negativeRatesAreRefusedAtTheStep() throws {
        struct Falling: LearningRateSchedule {
            func rate(atStep step: Int) -> Double { 0.1 - 0.1 * Double(step) }
        }
        let (x, y) = Toy.clusters(32)
        let scheduled = try Toy.classifier(optimizer: .sgd(learningRate: Falling()))
        let error = #expect(throws: TrainingError.self) {
            try scheduled.fit(x, y, batchSize: 8, verbosity: .silent)
        }
        #expect(error?.description.contains("is -0.1 at step 2") == true, "\(String(describing: error))")
        #expect(scheduled.optimizer?.iterations == 2)
        let model = try Toy.classifier()
        let setting = HookCallback(onTrainBatchBegin: { [unowned model] batch in
            if batch == 1 { model.optimizer?.learningRate = -0.5 }
        })
        #expect(throws: TrainingError.self) {
            try model.fit(x, y, batchSize: 8, verbosity: .silent, callbacks: [setting])
        }
        #expect(model.optimizer?.iterations == 1)
        #expect(model.history?.end == .failed)
    }

    /// Keras: "Only one of clipnorm, clipvalue and global_clipnorm can be set".
    @Test func twoKindsOfClippingAreRefused() throws {
        func message(_ optimizer: Optimizer) -> String {
            do {
                _ = try Toy.classifier(optimizer: optimizer)
                return ""
            } catch {
                return "\(error)"
            }
        }
        let text = message(.sgd(learningRate: 0.1).clipped(.norm(1)).clipped(.value(2)))
        #expect(text.contains("norm(1.0)") && text.contains("value(2.0)") && text.contains("SGD"), "\(text)")
        #expect(message(.adam().clipped(.globalNorm(1)).clipped(.norm(1))).contains("globalNorm(1.0)"))
        #expect(message(.adam().clipped(.norm(1)).clipped(.norm(2))) == "", "another limit, not another kind")
        let changed = Optimizer.adam().clipped(.norm(1)).clipped(.value(2))
        changed.clipping = .value(2)
        #expect(message(changed) == "", "setting the property decides")
    }

    /// Unlike in Keras, where it is an error, a rate that is set ends a schedule; a schedule that is set begins.
    @Test func aRateThatIsSetEndsASchedule() throws {
        let (x, y) = Toy.clusters(32)
        let model = try Toy.classifier(
            optimizer: .sgd(learningRate: .exponentialDecay(from: 0.1, steps: 1, rate: 0.5)))
        var rates: [Double] = []
        let setting = HookCallback(onTrainBatchBegin: { [unowned model] batch in
            if batch == 2 { model.optimizer?.learningRate = 0.3 }
            rates.append(model.optimizer?.learningRate ?? .nan)
        })
        try model.fit(x, y, batchSize: 8, verbosity: .silent, callbacks: [setting])
        #expect(rates == [0.1, 0.05, 0.3, 0.3])
        #expect(model.optimizer?.schedule as? Double == 0.3)
        model.optimizer?.schedule = .exponentialDecay(from: 1, steps: 4, rate: 0.5)
        #expect(model.optimizer?.learningRate == 0.5, "at the step at hand")
        // Then a callback that sets rates is refused again.
        #expect(throws: TrainingError.self) {
            try model.fit(x, y, verbosity: .silent, callbacks: [LearningRateScheduler { _ in 1 }])
        }
    }

    @Test func averagesTakeNoPlaceWithoutAStep() throws {
        let (x, y) = Toy.clusters(16)
        let model = try Toy.classifier(optimizer: .sgd(learningRate: 0.1).averaging(momentum: 0.5))
        try model.fit(x, y, epochs: 3, verbosity: .silent)
        try model.setWeights(model.weights.map { $0 * 2.0 })
        let loaded = model.weights
        try model.fit(x, y, epochs: 3, verbosity: .silent, callbacks: [], seed: nil)
        #expect(!Toy.areIdentical(model.weights, loaded))
        try model.setWeights(loaded)
        try model.fit(x, y, epochs: 5, initialEpoch: 5, verbosity: .silent)
        #expect(Toy.areIdentical(model.weights, loaded))
    }

    @Test func modelsMayBeginAtSeveralPlacesOfOneLayer() throws {
        let (a, b) = (Input(shape: [3]), Input(shape: [3]))
        let shared = Dense(2, name: "shared")
        let values = (try shared(a), try shared(b))
        let model = try Model(inputs: [values.0, values.1], outputs: [Add()(values.0, values.1)])
        #expect(model.layers.map(\.name) == ["shared_input", "shared_input_1", "add"])
    }

    @Test func batchesAreCountedOnWhenGatheringChanges() throws {
        let (x, y) = Toy.clusters(80)
        let optimizer: Optimizer = .sgd(learningRate: 0.1).accumulatingGradients(over: 4)
        let model = try Toy.classifier(optimizer: optimizer, dropout: 0.5)
        var numbers: [Int] = []
        let lowering = HookCallback(onTrainBatchBegin: { batch in
            if batch == 5 { optimizer.gradientAccumulationSteps = 1 }
            numbers.append(optimizer.batchNumber)
        })
        let history = try model.fit(x, y, batchSize: 8, verbosity: .silent, callbacks: [lowering])
        #expect(numbers == Array(0..<10), "no batch draws the numbers of another")
        #expect(history.loss.allSatisfy { $0.isFinite })
        // One update of four batches; the fifth batch's sum is given up.
        #expect(optimizer.iterations == 6)
    }

    @Test func classesThatCannotOccurAreRefused() throws {
        let (x, y) = Toy.clusters(12)
        func message(_ model: Sequential, _ y: Tensor, _ weights: [Int: Double]) -> String {
            let before = model.weights
            do {
                try model.fit(x, y, classWeights: weights, verbosity: .silent)
                return ""
            } catch {
                #expect(Toy.areIdentical(model.weights, before))
                return "\(error)"
            }
        }
        let model = try Toy.classifier()
        #expect(message(model, y, [0: 2, 12: 1]).contains("names class 12"))
        #expect(message(model, y, [0: 2, 12: 1]).contains("classes 0 to 2"))
        #expect(message(model, y, [-1: 2]).contains("names class -1"))
        #expect(message(model, y, [1: .nan]).contains("weight of class 1"))
        #expect(message(model, y, [1: 2]) == "")
        #expect(throws: TrainingError.self) { try model.trainOnBatch(x, y, classWeights: [3: 1]) }
        let binary = Sequential { Dense(1, activation: .sigmoid, inputShape: [4]) }
        try binary.compile(optimizer: .sgd(), loss: .binaryCrossentropy)
        #expect(message(binary, y.cast(to: .float32) * 0.5, [2: 3]).contains("classes 0 to 1"))
        #expect(message(binary, Tensor.ones([12]), [0: 2, 1: 3]) == "")
        try binary.compile(optimizer: .sgd(), loss: .meanSquaredError)
        #expect(message(binary, y.cast(to: .float32), [2: 3]) == "", "any number may be a target")
        try model.compile(optimizer: .sgd(), loss: .categoricalCrossentropy)
        #expect(message(model, y.oneHot(depth: 3), [3: 2]).contains("names class 3"))
    }
}
