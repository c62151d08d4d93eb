import Testing
import ThawTestSupport

@testable import Thaw

@Suite struct PredictorTests {
    static func image() -> Sequential {
        Sequential(seed: 6) {
            Conv2D(8, kernelSize: 3, padding: .same, inputShape: [9, 9, 3])
            BatchNormalization()
            ReLU()
            MaxPooling2D()
            DepthwiseConv2D(kernelSize: 3)
            BatchNormalization()
            Flatten()
            Dropout(0.5)
            Dense(7, activation: .softmax)
        }
    }

    static func numbers(_ shape: [Int], seed: UInt64 = 3) -> Tensor {
        var stream = RandomStream(seed: seed)
        return Tensor(shape: shape, scalars: (0..<shape.reduce(1, *)).map { _ in stream.normal() })
    }

    static let models: [@Sendable () -> Sequential] = [
        { image() },
        // Large batches of these would be faster with another algorithm than small ones.
        {
            Sequential(seed: 6) {
                Conv2D(16, kernelSize: 3, padding: .same, inputShape: [8, 8, 3])
                Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
                MaxPooling2D()
                Conv2D(32, kernelSize: 3, padding: .same, activation: .relu)
                Flatten()
                Dense(5)
            }
        },
        {
            Sequential(seed: 6) {
                Dense(33, activation: .elu, inputShape: [17])
                BatchNormalization()
                Dense(7, activation: .tanh)
                Dense(1, activation: .sigmoid)
            }
        },
        {
            Sequential(seed: 6) {
                Dense(300, activation: .relu, inputShape: [784])
                Dense(100, activation: .selu)
                Dense(10, activation: .softmax)
            }
        },
    ]

    @Test(arguments: models.indices) func aSampleHasTheSameBitsWhateverItIsPredictedWith(_ index: Int) throws
    {
        let model = Self.models[index]()
        let predictor = try model.predictor(maximumBatchSize: 32)
        let shape = predictor.inputShapes[0]
        let x = Self.numbers([70] + shape)
        let all = try predictor.predict(x)
        #expect(try all.isApproximatelyEqual(to: model.predict(x), absoluteTolerance: 1e-6))
        for range in [0..<1, 5..<6, 69..<70, 3..<5, 10..<17, 0..<31, 1..<34, 6..<70] {
            let part = x[range]
            #expect(try predictor.predict(part).isBitwiseEqual(to: all[range]), "\(range)")
        }
    }

    @Test func itIsASnapshot() throws {
        let (x, y) = Toy.clusters(32)
        let model = try Toy.normalized()
        try model.fit(x, y, verbosity: .silent)
        let predictor = try model.predictor()
        let before = try predictor.predict(x)
        #expect(try before.isApproximatelyEqual(to: model.predict(x), absoluteTolerance: 1e-6))
        try model.fit(x, y, epochs: 2, verbosity: .silent)
        model.freeze()
        #expect(try predictor.predict(x).isBitwiseEqual(to: before))
        #expect(try model.predict(x) != before)
    }

    @Test func manyTasksAtOnce() async throws {
        let predictor = try Self.image().predictor()
        let x = Self.numbers([16, 9, 9, 3])
        let all: Tensor = try await predictor.predict(x)
        try await withThrowingTaskGroup(of: (Int, Tensor).self) { group in
            for index in 0..<64 {
                let row = x[index % 16..<index % 16 + 1]
                group.addTask { (index % 16, try await predictor.predict(row)) }
            }
            for try await (row, result) in group {
                #expect(result.isBitwiseEqual(to: all[row..<row + 1]))
            }
        }
    }

    @Test func edgesAndMistakes() throws {
        let model = Self.image()
        let predictor = try model.predictor()
        #expect(predictor.inputShapes == [[9, 9, 3]])
        #expect(predictor.outputShapes == [[7]])
        #expect(try predictor.predict(Tensor.zeros([0, 9, 9, 3])).shape == [0, 7])
        #expect(throws: TrainingError.self) { try predictor.predict(Tensor.zeros([1, 9, 9, 2])) }
        #expect(throws: ModelError.self) {
            try predictor.predict([Tensor.zeros([1, 9, 9, 3]), Tensor.zeros([1])])
        }
        #expect(throws: ModelError.self) { try Sequential([Dense(2)]).predictor() }
        #expect(throws: TrainingError.self) { try model.predictor(maximumBatchSize: 0) }
        var x = Self.numbers([3, 9, 9, 3])
        x[element: 1, 2, 2, 0] = .nan
        let result = try predictor.predict(x)
        #expect(result[1].floats.allSatisfy { $0.isNaN })
        #expect((result[0].floats + result[2].floats).allSatisfy { $0.isFinite })
        let input = Input(shape: [4])
        let live = try Model(inputs: [input], outputs: [Dropout(0.5)(input, mode: .training)])
        #expect(throws: TrainingError.self) { try live.predictor() }
    }

    @Test func severalInputsAndOutputs() throws {
        let model = try FunctionalTrainingTests.makeModel(seed: 3)
        let predictor = try model.predictor()
        let inputs = [Self.numbers([5, 8]), Self.numbers([5, 4])]
        let outputs = try predictor.predict(inputs)
        #expect(outputs.map(\.shape) == [[5, 10], [5, 1]])
        for (ours, reference) in zip(outputs, try model.predictOutputs(Dataset(inputs: inputs))) {
            #expect(ours.isApproximatelyEqual(to: reference, absoluteTolerance: 1e-6))
        }
        #expect(throws: TrainingError.self) { try predictor.predict([inputs[0], inputs[1][0..<4]]) }
    }
}
