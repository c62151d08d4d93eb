import Testing
import ThawTestSupport

@testable import Thaw

/// `Normalization`: what it computes from data, that nothing else changes it, and that it travels.
@Suite struct NormalizationTests {
    private static func samples(_ shape: [Int], seed: UInt64 = 4) -> Tensor {
        var stream = RandomStream(seed: seed)
        return stream.normalTensor(shape, mean: 100, standardDeviation: 3)
    }

    /// Mean and variance in double precision, over all axes but those that are kept.
    private func expectMoments(_ layer: Normalization, _ x: Tensor, keeping kept: [Int]) {
        let others = x.shape.indices.filter { !kept.contains($0) }
        let values = x.transposed(others + kept).doubles
        let places = kept.reduce(1) { $0 * x.shape[$1] }
        let rows = values.count / places
        var (means, variances) = ([Double](), [Double]())
        for place in 0..<places {
            let column = (0..<rows).map { values[$0 * places + place] }
            let mean = column.reduce(0, +) / Double(rows)
            means.append(mean)
            variances.append(column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows))
        }
        expectAgreement(layer.parameters[0].value.doubles, means, tolerance: 1e-6, "mean")
        expectAgreement(layer.parameters[1].value.doubles, variances, tolerance: 1e-6, "variance")
    }

    @Test(arguments: [[-1], [1], [1, 3], [3, 1], []]) func adaptsToTensors(_ axes: [Int]) throws {
        let x = Self.samples([70, 3, 2, 4])
        let layer = Normalization(axes: axes)
        try layer.adapt(to: x)
        expectMoments(layer, x, keeping: axes.map { $0 < 0 ? $0 + 4 : $0 }.sorted())
        let y = try Sequential([layer], seed: 1)(x).doubles
        let mean = y.reduce(0, +) / Double(y.count)
        #expect(abs(mean) < 1e-5)
        #expect(abs(y.reduce(0) { $0 + $1 * $1 } / Double(y.count) - 1) < 1e-5)
    }

    /// Batches, maps and selections are those of the data set.
    @Test func adaptsToDataSets() throws {
        let x = Self.samples([100, 5])
        let data = try Dataset(x, Tensor.zeros([100, 1])).dropFirst(17).map { x, y in (x * 2, y) }
        let layer = Normalization()
        let model = Sequential([layer, Dense(2)], seed: 1)
        try model.build(inputShape: [1, 5])
        try layer.adapt(to: data)
        let rows = Tensor.stack((17..<100).map { x[$0] * 2 }, axis: 0)
        expectMoments(layer, rows, keeping: [1])
        // Again: what was before is gone.
        try layer.adapt(to: x)
        expectMoments(layer, x, keeping: [1])
        #expect(layer.parameters[2].value.item == 0)
    }

    @Test func invertsItself() throws {
        let x = Self.samples([40, 6])
        let (forwards, backwards) = (Normalization(), Normalization(inverts: true))
        try forwards.adapt(to: x)
        try backwards.adapt(to: x)
        let y = try Sequential([forwards, backwards], seed: 1)(x)
        expectAgreement(y.doubles, x.doubles, "the input again")
    }

    /// A feature that never varies is only shifted, and divided by what Keras divides by.
    @Test func constantFeatures() throws {
        let layer = Normalization()
        try layer.adapt(to: Tensor.full([8, 2], 5))
        let y = try Sequential([layer], seed: 1)(Tensor([[5, 6]] as [[Float]])).floats
        #expect(y[0] == 0 && abs(y[1] / 1e7 - 1) < 1e-4)
    }

    @Test func trainingLeavesItAlone() throws {
        let x = Self.samples([32, 4])
        let layer = Normalization()
        try layer.adapt(to: x)
        let before = layer.weights
        let model = Sequential([layer, Dense(1)], seed: 1)
        try model.compile(optimizer: .sgd(learningRate: 0.1), loss: .meanSquaredError)
        let history = try model.fit(x, Tensor.ones([32, 1]), epochs: 3, verbosity: .silent)
        #expect(history.loss[2] < history.loss[0])
        #expect(zip(layer.weights, before).allSatisfy { $0.isBitwiseEqual(to: $1) })
        #expect(model.nonTrainableParameterCount == 9 && model.trainableParameterCount == 5)
        // New statistics take effect in the model that is compiled already.
        let output = try model.predict(x)
        try layer.adapt(to: x * 2)
        #expect(try model.predict(x) != output)
    }

    @Test func refusals() throws {
        let given = Normalization(mean: [1], variance: [2], name: "given")
        let first = #expect(throws: LayerError.self) { try given.adapt(to: Tensor.ones([3, 2])) }
        #expect(first?.description.hasPrefix("layer given (Normalization): has a mean") == true)
        let layer = Normalization(name: "built")
        try layer.adapt(to: Tensor.ones([3, 2]))
        let second = #expect(throws: LayerError.self) { try layer.adapt(to: Tensor.ones([3, 4])) }
        #expect(
            second?.description.hasPrefix("layer built (Normalization): was built for sizes [2]") == true)
        #expect(throws: DatasetError.self) { try layer.adapt(to: Dataset(Tensor.ones([3, 2])).prefix(0)) }
        #expect(throws: LayerError.self) { try Normalization(axes: [2]).adapt(to: Tensor.ones([3, 2])) }
    }
}
