import Testing
import Thaw
import ThawTestSupport

/// What the examples write, through public API alone: `Lion`, `FeatureScale` and `GatedDense` are links to their files.
@Suite struct OwnPartsTests {
    @Test func ownOptimizerFollowsItsFormula() throws {
        let model = Sequential(seed: 1) { FeatureScale(inputShape: [2]) }
        try model.compile(
            optimizer: Lion(learningRate: 0.1), loss: .custom("sum") { _, y in try y.sum(axes: [-1]) })
        // The gradient of each number is the sum of its feature over the batch, divided by its size.
        let batches: [[Double]] = [[1, -2], [-3, 4], [-1, 4], [2, 0.5]]
        var (expected, momentum) = (model.weights[0].doubles, [0.0, 0.0])
        for gradient in batches {
            let x = Tensor(shape: [1, 2], scalars: gradient.map { Float($0) })
            try model.trainOnBatch(x, .zeros([1, 2]))
            for index in 0..<2 {
                let blend = 0.9 * momentum[index] + 0.1 * gradient[index]
                expected[index] -= 0.1 * (blend > 0 ? 1 : -1)
                momentum[index] += (gradient[index] - momentum[index]) * 0.01
            }
            let values = model.weights[0].doubles
            #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(values), not \(expected)")
        }
    }

    @Test func ownPartsTrainTogether() throws {
        var stream = RandomStream(seed: 2)
        let x = stream.normalTensor([64, 3])
        let y = Tensor(
            shape: [64, 1], scalars: (0..<64).map { x.floats[3 * $0] * x.floats[3 * $0 + 1] })
        let model = Sequential(seed: 3) {
            FeatureScale(inputShape: [3])
            GatedDense(16)
            Dense(1)
        }
        try model.compile(
            optimizer: Lion(learningRate: 0.01).clipped(.globalNorm(1)).decaying(0.01).averaging(
                momentum: 0.5),
            loss: .meanSquaredError)
        let before = try model.evaluate(x, y, verbosity: .silent).loss
        try model.fit(x, y, batchSize: 16, epochs: 30, verbosity: .silent)
        let after = try model.evaluate(x, y, verbosity: .silent).loss
        #expect(after < before / 4, "from \(before) to \(after)")
        #expect(model.optimizer?.average(of: model.allParameters[0]) != nil)

        let copy = try model.clone()
        try copy.copyWeights(from: model)
        #expect(try copy(x).isBitwiseEqual(to: model(x)))
    }

    @Test func ownLayersHaveGradients() throws {
        try Runtime.$engine.withValue(ReferenceEngine()) {
            for layer in [FeatureScale(), GatedDense(3)] {
                let x = Tensor(shape: [2, 3], scalars: [0.5, -1, 2, 0.25, -0.75, 1.5])
                let check = try checkGradients(inputs: [x]) { graph, inputs in
                    try layer.apply(inputs[0], context: CallContext(graph: graph, mode: .training))
                }
                #expect(check.largestError < 1e-6, "\(check.worst)")
            }
        }
    }

    /// First values come from the model's seed, also with an initializer of one's own.
    @Test func ownInitializerFollowsTheSeed() throws {
        func scale(seed: UInt64) -> Tensor {
            let model = Sequential([FeatureScale(inputShape: [50])], seed: seed)
            return model.weights[0]
        }
        #expect(scale(seed: 1).isBitwiseEqual(to: scale(seed: 1)))
        #expect(scale(seed: 1) != scale(seed: 2))
        #expect(scale(seed: 1).floats.allSatisfy { (0.9...1.1).contains($0) })
    }
}
