import Testing
import ThawTestSupport

@testable import Thaw

@Suite struct MonteCarloTests {
    /// Dropout in two places behind a layer that is computed once, and Batch Normalization that stays in inference.
    static func model() throws -> Sequential {
        let model = Sequential(seed: 4) {
            Dense(16, activation: .relu, inputShape: [4])
            BatchNormalization()
            Dropout(0.4)
            Dense(8, activation: .tanh)
            Dropout(0.2)
            Dense(3)
        }
        try model.compile(optimizer: .sgd(learningRate: 0.1), loss: .meanSquaredError)
        return model
    }

    @Test func theMeanOfManySamplesIsNearTheMeanOfManyCalls() throws {
        let model = try Self.model()
        let x = Toy.clusters(6).x
        let prediction = try model.predict(x, samples: 4000)
        #expect(prediction.mean.shape == [6, 3])
        #expect(prediction.samples == 4000)
        // The same by hand: every sample a row of its own.
        let rows = Tensor.concatenate(Array(repeating: x, count: 2000))
        let drawn = try model.predict(rows, batchSize: 600, liveRandomness: .all).reshaped(to: [2000, 18])
        let mean = drawn.mean(axes: [0])
        let difference = drawn - mean
        let deviation = (difference * difference).mean(axes: [0]).doubles.map { $0.squareRoot() }
        // Within five standard errors.
        for (index, value) in prediction.mean.doubles.enumerated() {
            let error = deviation[index] * (1.0 / 2000 + 1.0 / 4000).squareRoot()
            #expect(abs(value - mean.doubles[index]) < 5 * error)
            #expect(abs(prediction.deviation.doubles[index] / deviation[index] - 1) < 0.1)
        }
    }

    @Test func aSampleDependsOnNeitherItsBatchNorTheCall() throws {
        let model = try Self.model()
        let x = Toy.clusters(10).x
        let one = try model.predict(x, samples: 20, batchSize: 10)
        #expect(try model.predict(x, samples: 20, batchSize: 10) == one)
        let parts = try model.predict(x, samples: 20, batchSize: 3)
        #expect(parts.mean.isApproximatelyEqual(to: one.mean, absoluteTolerance: 1e-6))
        #expect(parts.deviation.isApproximatelyEqual(to: one.deviation, absoluteTolerance: 1e-6))
        #expect(try model.predict(x, samples: 20, seed: 99) != one)
    }

    @Test func frozenDropoutIsLiveAndNothingElseIs() throws {
        let model = try Self.model()
        model.freeze()
        let x = Toy.clusters(4).x
        let statistics = model.weights
        #expect(try model.predict(x, samples: 10).deviation.max().item > 0)
        #expect(Toy.areIdentical(model.weights, statistics))
        let plain = Sequential(seed: 1) { Dense(2, inputShape: [4]) }
        let result = try plain.predict(x, samples: 7)
        #expect(result.deviation.max().item == 0)
        #expect(try result.mean.isApproximatelyEqual(to: plain.predict(x)))
    }

    @Test func valuesMeetInFunctionalModels() throws {
        let input = Input(shape: [4])
        let calm = try Dense(5, name: "calm")(input)
        let random = try Dropout(0.5)(calm)
        let sum = try Add()(random, calm)
        let model = try Model(inputs: [input], outputs: [sum], seed: 2)
        let x = Toy.clusters(3).x
        let result = try model.predict(x, samples: 3000)
        // Dropout keeps the mean: twice the calm value; it is 1 or 3 times it otherwise, so its deviation is its size.
        let twice = try Model(inputs: [input], outputs: [calm]).predict(x) * 2.0
        for (index, value) in result.mean.doubles.enumerated() {
            let size = abs(twice.doubles[index]) / 2
            #expect(abs(value - twice.doubles[index]) < 5 * size / Double(3000).squareRoot())
            #expect(abs(result.deviation.doubles[index] - size) < 0.05 * size + 1e-6)
        }
        #expect(throws: TrainingError.self) { try model.predict(x, samples: 0) }
    }

    @Test func drawsOnceForWhatComesBefore() throws {
        // What comes before the first random layer is traced for the batch alone.
        let model = try Self.model()
        let key = StepKey(
            kind: .sample(50), batchSize: 2, inputShapes: [[4]], mode: .inference, liveRandomness: .all,
            model: ModelSignature(of: model))
        let step = try StepBuilder.samplingStep(model: model, key: key, samples: 50)
        #expect(step.predictionShapes == [[100, 3]])
    }

    @Test func absurdNumbersOfSamples() throws {
        let model = try Toy.classifier(dropout: 0.5)
        let (x, _) = Toy.clusters(20)
        for samples in [Int.max, .max / 2, 1 << 40] {
            let error = #expect(throws: TrainingError.self) { try model.predict(x, samples: samples) }
            #expect(error?.description.contains("samples is \(samples)") == true)
            #expect(throws: TrainingError.self) { try model.predict(x, samples: samples, batchSize: .max) }
        }
    }
}
