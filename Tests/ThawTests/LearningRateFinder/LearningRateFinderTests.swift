import Foundation
import Testing

@testable import Thaw

@Suite struct LearningRateFinderTests {
    private typealias Found = LearningRateFinder.Result

    /// Everything that a search may not change.
    private struct State: Equatable {
        var weights: [Data]
        var slots: [[String: Data]]
        var iterations: Int
        var rate: Double
        var schedule: String
        var history: History?

        init(_ model: Model) {
            func data(_ tensor: Tensor) -> Data { tensor.withUnsafeBytes { Data($0) } }
            weights = Toy.values(model).map(data)
            slots = model.allParameters.map {
                (model.optimizer?.slotValues(of: $0) ?? [:]).mapValues(data)
            }
            iterations = model.optimizer?.iterations ?? -1
            rate = model.optimizer?.learningRate ?? -1
            schedule = model.optimizer.map { "\($0.schedule)" } ?? ""
            history = model.history
        }
    }

    @Test func ratesGrowByOneFactor() throws {
        let model = try Toy.classifier()
        let found = try model.findLearningRate(
            on: Toy.dataset(330), from: 1e-4, to: 1, batchSize: 10, epochs: 2)
        #expect(found.rates.count == 66 && found.losses.count == 66)
        #expect(found.rates.first == 1e-4 && found.rates.last == 1)
        let factor = pow(1e4, 1.0 / 65)
        for (before, after) in zip(found.rates, found.rates.dropFirst()) {
            #expect(abs(after / before - factor) < 1e-9)
        }
        #expect(found.end == .completed)
    }

    /// The losses are those of the batches alone, as a loop over batches by hand gives them.
    @Test func lossesAreRaw() throws {
        let data = try Toy.dataset(60)
        let (model, other) = (try Toy.classifier(), try Toy.classifier())
        let found = try model.findLearningRate(on: data, from: 1e-3, to: 0.5, batchSize: 60, epochs: 12)
        let byHand = try found.rates.map { rate in
            other.optimizer?.learningRate = rate
            let (x, y) = Toy.clusters(60)
            return try #require(other.trainOnBatch(x, y)["loss"])
        }
        // The search shuffles, which only changes the order of sums here.
        expectAgreement(found.losses, byHand, tolerance: 1e-5, "losses")
    }

    @Test(arguments: [true, false]) func everythingIsPutBackToTheBit(_ isTrainedBefore: Bool) throws {
        let optimizer = Optimizer.adam(learningRate: .exponentialDecay(from: 0.01, steps: 3, rate: 0.9))
            .clipped(.globalNorm(1))
        let model = try Toy.normalized(optimizer: optimizer)
        if isTrainedBefore { try model.fit(try Toy.dataset(50), epochs: 2, verbosity: .silent) }
        let before = State(model)
        let found = try model.findLearningRate(on: Toy.dataset(200), to: 100, batchSize: 5)
        #expect(found.losses.count > 10)
        var after = State(model)
        if !isTrainedBefore {
            // Slots made by the search stay, as they are before a first update.
            #expect(after.slots.allSatisfy { $0.values.allSatisfy { $0.allSatisfy { $0 == 0 } } })
            after.slots = before.slots
        }
        #expect(after == before)
        #expect(optimizer.clipping == .globalNorm(1))
        // Training goes on as if nothing had been.
        let other = try Toy.normalized(
            optimizer: .adam(learningRate: .exponentialDecay(from: 0.01, steps: 3, rate: 0.9))
                .clipped(.globalNorm(1)))
        if isTrainedBefore { try other.fit(try Toy.dataset(50), epochs: 2, verbosity: .silent) }
        let data = try Toy.dataset(50)
        let (history, expected) = try (
            model.fit(data, epochs: 2, verbosity: .silent), other.fit(data, epochs: 2, verbosity: .silent)
        )
        #expect(history == expected)
        #expect(State(model).slots == State(other).slots)
        #expect(Toy.areIdentical(Toy.values(model), Toy.values(other)))
    }

    @Test func everythingIsPutBackAfterAnError() throws {
        struct Stop: Error {}
        let model = try Toy.normalized(optimizer: .adam())
        try model.fit(try Toy.dataset(50), verbosity: .silent)
        let before = State(model)
        let thrower = LambdaCallback(onTrainBatchEnd: { batch, _ in if batch == 4 { throw Stop() } })
        #expect(throws: Stop.self) {
            try model.findLearningRate(on: Toy.dataset(100), batchSize: 5, callbacks: [thrower])
        }
        #expect(State(model) == before)
        let (x, y) = Toy.clusters(100)
        var values = x.floats
        values[60 * 4] = 99
        let failing = try Dataset(Tensor(shape: x.shape, scalars: values), y).map { x, y in
            if x.floats[0] == 99 { throw Stop() }
            return (x, y)
        }
        #expect(throws: Stop.self) { try model.findLearningRate(on: failing, batchSize: 5) }
        #expect(State(model) == before)
        #expect(throws: TrainingError.self) {
            try model.findLearningRate(
                on: Toy.dataset(100), batchSize: 5, callbacks: [LearningRateScheduler { _ in 1 }])
        }
        #expect(State(model) == before)
        #expect(try model.fit(try Toy.dataset(6), verbosity: .silent).end == .completed)
    }

    @Test func stopsWhenTheLossDivergesOrIsNotFinite() throws {
        // The loss is a parabola: any rate above 1 makes the weight grow without bound.
        func model() throws -> Sequential {
            let model = Sequential(seed: 1) {
                Dense(1, usesBias: false, kernelInitializer: .constant(5), inputShape: [1])
            }
            try model.compile(optimizer: .sgd(), loss: .meanSquaredError)
            return model
        }
        let data = try Dataset(.ones([200, 1]), .zeros([200, 1]))
        let diverged = try model().findLearningRate(on: data, from: 1e-3, to: 100, batchSize: 1)
        #expect(diverged.end == .diverged && diverged.losses.count < 190)
        #expect(try #require(diverged.turningRate) < 3)
        let endless = try model().findLearningRate(
            on: data, from: 1e-3, to: 100, batchSize: 1, divergenceFactor: .infinity)
        #expect(endless.losses.count > diverged.losses.count)
        #expect(endless.end == .nonFinite && endless.losses.last?.isFinite == false)
        let stopping = LambdaCallback(onTrainBatchEnd: { _, _ in })
        #expect(
            try model().findLearningRate(on: data, batchSize: 100, callbacks: [stopping]).end == .completed)
        let stopped = try model()
        let stop = HookCallback(onTrainBatchEnd: { batch, _ in
            if batch == 5 { stopped.stopTraining = true }
        })
        let found = try stopped.findLearningRate(on: data, batchSize: 10, callbacks: [stop])
        #expect(found.end == .stopped && found.losses.count == 6)
    }

    @Test func suggestsATenthOfWhereTheLossClimbs() {
        let rates = (0..<200).map { 1e-5 * pow(1e6, Double($0) / 199) }
        // Flat, falling fastest at 1e-2, lowest at 0.1, then climbing.
        func loss(_ rate: Double) -> Double {
            2 - 1 / (1 + exp(-6 * (log10(rate) + 2))) + (rate > 0.1 ? 10 * (log10(rate) + 1) : 0)
        }
        let found = Found(rates: rates, losses: rates.map(loss), end: .completed)
        #expect(abs(log10(found.turningRate ?? 0) + 1) < 0.2)
        #expect(abs(log10(found.steepestRate ?? 0) + 2) < 0.1)
        #expect(found.suggestion == found.turningRate.map { $0 / 10 })
        // On a plateau that is lowest at its beginning, the end of it counts.
        let plateau = Found(
            rates: rates, losses: rates.map { $0 < 0.01 ? 2 : $0 < 0.1 ? 1 + $0 / 10 : 3 }, end: .completed)
        #expect(abs(log10(plateau.turningRate ?? 0) + 1) < 0.2)
        let climbing = Found(rates: rates, losses: rates.map { $0 }, end: .completed)
        #expect(climbing.suggestion == nil && climbing.steepestRate == nil)
        let falling = Found(rates: rates, losses: rates.map { 1 - $0 / 20 }, end: .completed)
        #expect(falling.turningRate == nil && falling.steepestRate != nil)
        var cut = Array(rates.map { 1 - $0 / 20 }.prefix(100))
        cut[99] = .nan
        let ended = Found(rates: Array(rates.prefix(100)), losses: cut, end: .nonFinite)
        #expect(ended.turningRate != nil)
        for losses in [[Double.nan], [], [1]] {
            let odd = Found(rates: losses.map { _ in 1 }, losses: losses, end: .nonFinite)
            #expect(odd.suggestion == nil && odd.steepestRate == nil)
            #expect(odd.svg().hasPrefix("<svg"))
        }
    }

    /// The first batch's loss is low, all others are alike.
    @Test func theFirstBatchesAreNoMeasure() {
        let recorder = LearningRateRecorder(divergenceFactor: 4)
        func record(_ losses: [Double]) {
            for (batch, loss) in losses.enumerated() {
                let logs = Logs([("loss", loss)])
                (logs.batchLoss, logs.isStepSkipped) = (loss, false)
                recorder.onTrainBatchEnd(batch: batch, logs: logs)
            }
        }
        record([0.01] + Array(repeating: 1, count: 60))
        #expect(recorder.end == nil)
        record(Array(repeating: 40, count: 5))
        #expect(recorder.end == .diverged)
    }

    /// Where the loss only fluctuates there is nothing to suggest; a fall beyond the noise shows through it.
    @Test func noiseSuggestsNothing() {
        for seed in UInt64(1)...40 {
            var stream = RandomStream(seed: seed)
            let count = [30, 64, 200, 1000][Int(seed % 4)]
            let rates = (0..<count).map { 1e-5 * pow(1e6, Double($0) / Double(count - 1)) }
            // Flat, and climbing at the end.
            let flat = rates.map { 1 + 0.2 * Double(stream.normal()) + ($0 > 1 ? 20 * log10($0) : 0) }
            let found = Found(rates: rates, losses: flat, end: .completed)
            #expect(found.suggestion == nil, "seed \(seed): \(String(describing: found.turningRate))")
            #expect(found.steepestRate == nil)
            #expect(found.reasonForNoSuggestion?.contains("noise") == true)
            let falling = rates.map {
                2 + 0.1 * Double(stream.normal()) - 1 / (1 + exp(-6 * (log10($0) + 2)))
                    + ($0 > 1 ? 20 * log10($0) : 0)
            }
            let seen = Found(rates: rates, losses: falling, end: .completed)
            #expect(seen.suggestion != nil, "seed \(seed)")
            #expect(seen.reasonForNoSuggestion == nil)
        }
    }

    @Test func theReasonIsSaid() {
        let rates = (0..<100).map { 1e-5 * pow(1e6, Double($0) / 99) }
        func reason(_ losses: [Double], _ end: Found.End = .completed) -> String? {
            Found(rates: rates, losses: losses, end: end).reasonForNoSuggestion
        }
        #expect(reason(rates)?.contains("never fell") == true)
        #expect(reason(rates.map { 1 - $0 / 20 })?.contains("did not climb") == true)
        #expect(
            Found(rates: [], losses: [], end: .stopped).reasonForNoSuggestion?.contains("no batch") == true)
    }

    @Test func badArguments() throws {
        let model = try Toy.classifier()
        let data = try Toy.dataset(30)
        let before = State(model)
        for (from, to) in [(-1.0, 1.0), (0, 1), (1, 1), (1, 0.1), (1, .infinity), (.nan, 1), (1, .nan)] {
            let error = #expect(throws: TrainingError.self) {
                try model.findLearningRate(on: data, from: from, to: to, batchSize: 5)
            }
            #expect(error?.description.contains("\(from) to \(to)") == true)
        }
        #expect(throws: TrainingError.self) { try model.findLearningRate(on: data, epochs: 0) }
        #expect(throws: TrainingError.self) { try model.findLearningRate(on: data, batchSize: 0) }
        #expect(throws: TrainingError.self) { try model.findLearningRate(on: data, divergenceFactor: 1) }
        let short = #expect(throws: TrainingError.self) {
            try model.findLearningRate(on: data, batchSize: 30)
        }
        #expect(short?.description.contains("1 steps") == true)
        #expect(throws: TrainingError.self) {
            try Sequential { Dense(1, inputShape: [4]) }.findLearningRate(on: data)
        }
        let nested = HookCallback(onTrainBatchEnd: { _, _ in _ = try model.findLearningRate(on: data) })
        #expect(throws: TrainingError.self) { try model.fit(data, verbosity: .silent, callbacks: [nested]) }
        #expect(State(model).schedule == before.schedule)
    }

    /// A model that is built by the search has its first weights after it.
    @Test func buildsTheModel() throws {
        func make() throws -> Sequential {
            let model = Sequential(seed: 5) { Dense(3, activation: .softmax) }
            try model.compile(optimizer: .sgd(), loss: .sparseCategoricalCrossentropy)
            return model
        }
        let (model, other) = (try make(), try make())
        _ = try model.findLearningRate(on: Toy.dataset(40), batchSize: 4)
        try other.build(inputShape: [1, 4])
        #expect(Toy.areIdentical(Toy.values(model), Toy.values(other)))
        #expect(model.history == nil)
    }
}
