import Testing

@testable import Thaw

/// Moving averages of weights in `fit`; fifty steps beside Keras are in `OptimizerTests`.
@Suite struct WeightAveragingTests {
    private let x = Tensor(shape: [8, 2], scalars: (0..<16).map { Float($0 % 5) / 4 })
    private let y = Tensor(shape: [8, 1], scalars: (0..<8).map { Float($0) })

    private func model(_ optimizer: Optimizer) throws -> Sequential {
        let model = Sequential([Dense(3, inputShape: [2]), Dense(1, name: "head")], seed: 4)
        try model.compile(optimizer: optimizer, loss: .meanSquaredError)
        return model
    }

    private func fit(_ model: Model, epochs: Int = 1, _ callbacks: [Callback] = []) throws {
        try model.fit(
            x, y, batchSize: 2, epochs: epochs, shuffle: false, verbosity: .silent, callbacks: callbacks)
    }

    /// Records the weights after each step.
    private final class Recorder: Callback {
        var weights: [[Tensor]] = []
        override func onTrainBatchEnd(batch: Int, logs: Logs) throws { weights.append(model?.weights ?? []) }
    }

    @Test func averagesReplaceWeightsAtTheEndOfFit() throws {
        let plain = try model(.adam(learningRate: 0.1))
        let recorder = Recorder()
        try fit(plain, epochs: 2, [recorder])
        let averaged = try model(.adam(learningRate: 0.1).averaging(momentum: 0.7))
        let seen = Recorder()
        try fit(averaged, epochs: 2, [seen])

        // Training itself goes on as without averages, up to the order of fused arithmetic.
        for (here, there) in zip(seen.weights, recorder.weights) {
            for (a, b) in zip(here, there) { expectAgreement(a.doubles, b.doubles, "during training") }
        }
        #expect(seen.weights.count == 8)
        for (index, weight) in averaged.weights.enumerated() {
            var average = recorder.weights[0][index].doubles
            for step in recorder.weights.dropFirst() {
                average = zip(average, step[index].doubles).map { 0.7 * $0 + 0.3 * $1 }
            }
            expectAgreement(weight.doubles, average, "weight \(index)")
            let kept = try #require(averaged.optimizer?.average(of: averaged.allParameters[index]))
            #expect(kept.isBitwiseEqual(to: weight))
        }
        #expect(plain.optimizer?.average(of: plain.allParameters[0]) == nil)
    }

    @Test func averagesTakeTheirPlaceEverySoManyUpdates() throws {
        let model = try model(.sgd(learningRate: 0.1).averaging(momentum: 0.5, overwriteEvery: 3))
        let recorder = Recorder()
        final class Averages: Callback {
            var values: [Tensor] = []
            override func onTrainBatchEnd(batch: Int, logs: Logs) throws {
                guard let model, let average = model.optimizer?.average(of: model.allParameters[0]) else {
                    return
                }
                values.append(average)
            }
        }
        let averages = Averages()
        try fit(model, epochs: 2, [recorder, averages])
        for (step, (weights, average)) in zip(recorder.weights, averages.values).enumerated() {
            // The first average is the first value.
            let isReplaced = step == 0 || (step + 1) % 3 == 0
            #expect(weights[0].isBitwiseEqual(to: average) == isReplaced, "step \(step + 1)")
        }
        #expect(averages.values.count == 8)
    }

    /// A frozen layer is neither averaged nor replaced, and one unfrozen late starts its own average.
    @Test func frozenParametersStay() throws {
        let model = try model(.sgd(learningRate: 0.1).averaging(momentum: 0.9))
        let head = try model.layer(named: "head")
        try fit(model)
        head.freeze()
        let before = head.weights
        let average = try #require(model.optimizer?.average(of: head.parameters[0]))
        try head.parameters[0].assign(before[0] + 1)
        try fit(model)
        #expect(head.weights[0].isBitwiseEqual(to: before[0] + 1))
        #expect(model.optimizer?.average(of: head.parameters[0])?.isBitwiseEqual(to: average) == true)

        let late = try self.model(.sgd(learningRate: 0.1).averaging(momentum: 0.9))
        try late.layer(named: "head").freeze()
        try fit(late)
        let kernel = try late.layer(named: "head").parameters[0]
        #expect(late.optimizer?.average(of: kernel) == nil)
        try late.layer(named: "head").unfreeze()
        let recorder = Recorder()
        try fit(late, [recorder])
        let last = try #require(late.optimizer?.average(of: kernel))
        let steps = recorder.weights.map { $0[2].doubles }
        let expected = steps.dropFirst().reduce(steps[0]) { zip($0, $1).map { 0.9 * $0 + 0.1 * $1 } }
        expectAgreement(last.doubles, expected, "the late average")
    }

    @Test func oneBatchReplacesNothing() throws {
        let model = try model(.sgd(learningRate: 0.1).averaging(momentum: 0.9))
        let plain = try self.model(.sgd(learningRate: 0.1))
        for _ in 0..<3 {
            try model.trainOnBatch(x, y)
            try plain.trainOnBatch(x, y)
        }
        for (a, b) in zip(model.weights, plain.weights) { expectAgreement(a.doubles, b.doubles, "weights") }
        #expect(model.optimizer?.average(of: model.allParameters[0]) != model.weights[0])
    }

    /// Skipped steps count for nothing: weights do not become an average of no updates.
    @Test func stepsThatAreNotFiniteCountForNothing() throws {
        let model = try model(.sgd().averaging())
        let before = model.weights
        try model.fit(
            x * .infinity, y, batchSize: 4, verbosity: .silent, onNonFinite: .continue)
        #expect(zip(model.weights, before).allSatisfy { $0.isBitwiseEqual(to: $1) })
        #expect(model.optimizer?.average(of: model.allParameters[0]) == nil)
    }

    @Test func takenUpAndGivenUpBetweenFits() throws {
        let model = try model(.adam(learningRate: 0.1))
        try fit(model)
        model.optimizer?.averaging(momentum: 0.5)
        let recorder = Recorder()
        try fit(model, [recorder])
        let steps = recorder.weights.map { $0[0].doubles }
        let expected = steps.dropFirst().reduce(steps[0]) { zip($0, $1).map { 0.5 * $0 + 0.5 * $1 } }
        expectAgreement(model.weights[0].doubles, expected, "averaged from the second fit on")
        model.optimizer?.weightAveraging = nil
        let last = Recorder()
        try fit(model, [last])
        #expect(model.weights[0].isBitwiseEqual(to: try #require(last.weights.last?[0])))
    }

    /// The average is one of values that the constraint allows.
    @Test func constraintsComeFirst() throws {
        let model = Sequential {
            Dense(1, kernelConstraint: .maxNorm(0.1), inputShape: [2])
        }
        try model.compile(optimizer: .sgd(learningRate: 0.5).averaging(), loss: .meanSquaredError)
        try fit(model, epochs: 3)
        let norm = model.weights[0].doubles.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(norm <= 0.1 + 1e-6)
    }

    @Test func settingsOutOfRange() throws {
        let model = try model(.sgd())
        for (optimizer, words) in [
            (Optimizer.adam().averaging(momentum: 1.5), "momentum 1.5; it must lie in 0...1"),
            (.adam().averaging(momentum: .nan), "momentum nan"),
            (.adam().averaging(overwriteEvery: 0), "every 0 updates; it must be 1 or more"),
        ] {
            let error = #expect(throws: TrainingError.self) {
                try model.compile(optimizer: optimizer, loss: .meanSquaredError)
            }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }
}
