import Testing
import Thaw

/// A step whose loss or gradients are not finite leaves everything as it was, and says where it began.
@Suite struct NonFiniteTests {
    private func report(_ body: () throws -> Void) throws -> NonFiniteReport {
        do {
            try body()
        } catch TrainingError.nonFinite(let report) {
            return report
        }
        throw LayerError("the step went through.")
    }

    private static func data(badSample: Int?) -> (x: Tensor, y: Tensor) {
        let (x, y) = Toy.clusters(64)
        guard let badSample else { return (x, y) }
        var values = x.floats
        values[badSample * 4 + 1] = .nan
        return (Tensor(shape: x.shape, scalars: values), y)
    }

    @Test func dataWithNaNIsNamedAndWeightsStay() throws {
        let model = try Toy.normalized(optimizer: .adam())
        let good = Self.data(badSample: nil)
        try model.fit(good.x, good.y, verbosity: .silent)
        let before = Toy.values(model)
        let bad = Self.data(badSample: 3)
        let report = try report { try model.fit(bad.x, bad.y, shuffle: false, verbosity: .silent) }
        #expect(report.origin == .input(sample: 3))
        #expect(report.step == 0)
        #expect(report.description.contains("sample 3"))
        #expect(Toy.areIdentical(Toy.values(model), before))
        #expect(model.optimizer?.iterations == 2)
        #expect(model.history?.end == .failed)
    }

    /// The library's ReLU and maximum pooling make a number of NaN; a prediction must not.
    @Test func predictionsOfNaNAreNaN() throws {
        let model = Sequential(seed: 3) {
            Conv2D(4, kernelSize: 3, activation: .relu, inputShape: [8, 8, 2])
            MaxPooling2D()
            Flatten()
            Dense(3, activation: .softmax)
        }
        try model.compile(optimizer: .sgd(), loss: .sparseCategoricalCrossentropy)
        var stream = RandomStream(seed: 4)
        let good = stream.uniformTensor([5, 8, 8, 2], in: -1..<1)
        let y = Tensor([0, 1, 2, 0, 1] as [Int32])
        let expected = try model.predict(good).floats
        for wrong in [Float.nan, .infinity] {
            var values = good.floats
            values[2 * 128 + 77] = wrong
            let bad = Tensor(shape: good.shape, scalars: values)
            let predicted = try model.predict(bad).floats
            for (index, value) in predicted.enumerated() {
                if index / 3 == 2 {
                    #expect(value.isNaN)
                } else {
                    #expect(value == expected[index], "another sample changed")
                }
            }
            #expect(try model.evaluate(bad, y).loss.isNaN)
            #expect(try model.evaluate(bad[0..<2], y[0..<2]).loss.isFinite)
            #expect(try model.predict(bad, mode: .training).floats.allSatisfy(\.isNaN))
        }
    }

    /// Finite numbers whose variance is not never reach the moving statistics.
    @Test func statisticsThatOverflowStay() throws {
        let model = try Toy.normalized(optimizer: .sgd())
        let data = Self.data(badSample: nil)
        try model.fit(data.x, data.y, verbosity: .silent)
        let before = Toy.values(model)
        #expect(throws: TrainingError.self) { try model.trainOnBatch(data.x * 1e30, data.y) }
        #expect(Toy.areIdentical(Toy.values(model), before))
    }

    @Test(arguments: [Double.nan, .infinity]) func learningRateThatIsNoNumberIsRefused(_ rate: Double) throws
    {
        let model = try Toy.classifier()
        let data = Self.data(badSample: nil)
        try model.fit(data.x, data.y, verbosity: .silent)
        let before = Toy.values(model)
        model.optimizer?.learningRate = rate
        let error = #expect(throws: TrainingError.self) {
            try model.fit(data.x, data.y, verbosity: .silent)
        }
        #expect(error?.description.contains("learning rate") == true)
        #expect(Toy.areIdentical(Toy.values(model), before))
        #expect(throws: TrainingError.self) {
            try model.compile(optimizer: .adam(learningRate: rate), loss: .sparseCategoricalCrossentropy)
        }
    }

    /// An epoch whose every step was left out has no loss, least of all a perfect one.
    @Test func epochWithoutStepsHasNoLoss() throws {
        let model = try Toy.classifier()
        let bad = Self.data(badSample: 3)
        let history = try model.fit(
            bad.x, bad.y, batchSize: 64, epochs: 1, verbosity: .silent, onNonFinite: .continue)
        #expect(history.skippedSteps == 1)
        #expect(history.loss[0].isNaN)
    }

    /// Evaluation computes the loss from the logits, as training does, and not from a softmax that has rounded to zero.
    @Test func evaluationLossOfSureMistakesIsExact() throws {
        let model = Sequential { Dense(2, activation: .softmax, inputShape: [1]) }
        try model.compile(optimizer: .sgd(), loss: .sparseCategoricalCrossentropy)
        try model.setWeights([Tensor(shape: [1, 2], scalars: [50, -50] as [Float]), .zeros([2])])
        let x = Tensor(shape: [1, 1], scalars: [1] as [Float]), y = Tensor([1] as [Int32])
        #expect(try abs(model.evaluate(x, y).loss - 100) < 1e-4)
    }

    @Test func targetsAndWeightsWithNaNAreNamed() throws {
        try Runtime.$engine.withValue(TestEngine.current) {
            let model = Sequential { Dense(1, inputShape: [4]) }
            try model.compile(optimizer: .sgd(), loss: .meanSquaredError)
            let x = Toy.clusters(4).x
            let byTarget = try report {
                try model.fit(x, Tensor([Float(0), 1, .nan, 1]), shuffle: false, verbosity: .silent)
            }
            #expect(byTarget.origin == .target(sample: 2))
            let byWeight = try report {
                try model.fit(
                    x, .zeros([4]), sampleWeights: Tensor([Float(1), .infinity, 1, 1]), shuffle: false,
                    verbosity: .silent)
            }
            #expect(byWeight.origin == .sampleWeight(sample: 1))
        }
    }

    @Test func firstLayerAtFaultIsNamed() throws {
        try Runtime.$engine.withValue(TestEngine.current) {
            let model = Sequential {
                Dense(4, kernelInitializer: .zeros, inputShape: [4], name: "below")
                Sequential([LogarithmLayer(name: "logarithm")], name: "block")
                Dense(3, activation: .softmax, name: "above")
            }
            try model.compile(optimizer: .sgd(), loss: .sparseCategoricalCrossentropy)
            let before = Toy.values(model)
            let (x, y) = Toy.clusters(8)
            let report = try report { try model.fit(x, y, verbosity: .silent) }
            #expect(report.origin == .layer(path: "block/logarithm", type: "LogarithmLayer"))
            #expect(report.layer == "block/logarithm")
            #expect(Toy.areIdentical(Toy.values(model), before))
        }
    }

    @Test func parameterThatIsNotFiniteIsNamed() throws {
        let model = try Toy.classifier()
        try model.parameterPaths[2].parameter.assign(Tensor.full([8, 3], .infinity))
        let (x, y) = Toy.clusters(8)
        let report = try report { try model.fit(x, y, verbosity: .silent) }
        #expect(report.origin == .parameter(path: "output/kernel"))
    }

    @Test func gradientIsNamed() throws {
        try Runtime.$engine.withValue(TestEngine.current) {
            // The square root of 0 is 0, its slope is infinite.
            let loss = Loss.custom("root") { _, prediction in try prediction.abs().sqrt() }
            let model = Sequential { Dense(1, kernelInitializer: .zeros, inputShape: [4], name: "only") }
            try model.compile(optimizer: .sgd(), loss: loss)
            let report = try report {
                try model.fit(Toy.clusters(4).x, .zeros([4, 1]), verbosity: .silent)
            }
            guard case .gradient(let path) = report.origin else {
                Issue.record("\(report)")
                return
            }
            #expect(path.hasPrefix("only/"))
            #expect(report.layer == "only")
        }
    }

    @Test func continuingSkipsTheBatch() throws {
        let bad = Self.data(badSample: 3)
        let model = try Toy.classifier()
        let history = try model.fit(
            bad.x, bad.y, batchSize: 16, epochs: 2, shuffle: false, verbosity: .silent, onNonFinite: .continue
        )
        #expect(history.skippedSteps == 2)
        #expect(history.loss.allSatisfy { $0.isFinite })
        #expect(model.optimizer?.iterations == 6)
        // The skipped batch counts in nothing: as if it had not been there.
        let other = try Toy.classifier()
        let same = try other.fit(
            bad.x.dropFirst(16), bad.y.dropFirst(16), batchSize: 16, epochs: 2, shuffle: false,
            verbosity: .silent)
        #expect(same.values == history.values)
        #expect(Toy.areIdentical(Toy.values(model), Toy.values(other)))
    }

    @Test func stoppingEndsTraining() throws {
        let bad = Self.data(badSample: 40)
        let model = try Toy.classifier()
        let history = try model.fit(
            bad.x, bad.y, batchSize: 16, epochs: 5, shuffle: false, verbosity: .silent, onNonFinite: .stop)
        #expect(history.end == .nonFinite)
        #expect(history.epochs == [0])
        #expect(model.optimizer?.iterations == 2)
    }
}
