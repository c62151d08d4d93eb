import Testing
import ThawTensor

@testable import Thaw

/// New statistics from data.
@Suite struct RecalibrateTests {
    private static func network(_ estimate: BatchNormalization.VarianceEstimate = .biased) throws -> Model {
        let image = Input(shape: [6, 6, 2])
        let first = try ReLU()(
            BatchNormalization(movingVarianceEstimate: estimate, name: "one")(
                Conv2D(4, kernelSize: 3, name: "conv")(image)))
        let second = try BatchNormalization(name: "two")(Conv2D(5, kernelSize: 1, name: "conv2")(first))
        let sum = try GlobalAveragePooling2D()(ReLU()(second))
        return try Model(inputs: [image], outputs: [Dense(3, activation: .softmax)(sum)], seed: 4)
    }

    private static func images(_ count: Int, seed: UInt64 = 1) -> Tensor {
        var stream = RandomStream(seed: seed)
        return stream.normalTensor([count, 6, 6, 2]) * 3 + 2
    }

    private static func statistics(of model: Model) -> [[Double]] {
        model.parameterPaths.filter { $0.parameter.role == .statistic }.map { $0.parameter.value.doubles }
    }

    private static func isClose(_ left: [[Double]], _ right: [[Double]], within tolerance: Double) -> Bool {
        zip(left, right).allSatisfy { a, b in
            let scale = b.map(abs).max() ?? 1
            return zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * scale }
        }
    }

    @Test func statisticsAreThePopulationsAtEveryLevel() throws {
        let model = try Self.network()
        let x = Self.images(23)
        try model.recalibrate(on: x, batchSize: 7)
        for (name, source) in [("one", "conv"), ("two", "conv2")] {
            let layer = try #require(model.layer(named: name) as? BatchNormalization)
            // What reaches the layer with the statistics that it has now.
            let before = try Model(
                inputs: model.inputs, outputs: [model.layer(named: source).output])
            var moments = RunningMoments(count: layer.parameters[2].count)
            moments.add(try before.predict(x), keeping: [3])
            let kept = [layer.parameters[2].value.doubles, layer.parameters[3].value.doubles]
            #expect(Self.isClose(kept, [moments.mean, moments.variance], within: 1e-5))
        }
    }

    @Test func neitherTheOrderNorTheBatchesMatter() throws {
        let x = Self.images(50)
        var results: [[[Double]]] = []
        for (seed, size) in [(nil, 8), (1, 8), (2, 8), (nil, 50), (nil, 3)] as [(UInt64?, Int)] {
            let model = try Self.network()
            let data = try Dataset(x)
            try model.recalibrate(on: seed.map { data.shuffled(seed: $0) } ?? data, batchSize: size)
            results.append(Self.statistics(of: model))
        }
        for other in results.dropFirst() { #expect(Self.isClose(other, results[0], within: 1e-6)) }
    }

    @Test func oldStatisticsCountAsSamples() throws {
        let (alone, blended) = (try Self.network(), try Self.network())
        let x = Self.images(20)
        try alone.recalibrate(on: x)
        let old = Self.statistics(of: blended)
        let result = try blended.recalibrate(on: x, sourceWeight: 60)
        // The first layer gets the same inputs in both.
        let new = Self.statistics(of: alone)
        let expected = [0, 1].map { index in zip(old[index], new[index]).map { 0.75 * $0 + 0.25 * $1 } }
        #expect(Self.isClose(Array(Self.statistics(of: blended).prefix(2)), expected, within: 1e-6))
        #expect(result.sourceWeight == 60 && result.samples == 20)
    }

    @Test func weightsStayAndItCanBeTakenBack() throws {
        let model = try Self.network()
        model.freeze()
        let before = model.weights
        let weights = model.allParameters.filter { $0.role == .weight }.map(\.value)
        let recalibration = try model.recalibrate(on: Self.images(20))
        #expect(model.allParameters.filter { $0.role == .weight }.map(\.value) == weights)
        #expect(recalibration.layers.map(\.path) == ["one", "two"])
        #expect(
            recalibration.layers[1].newMean == model.allParameters.last { $0.name == "moving_mean" }?.value)
        #expect(model.weights != before)
        try recalibration.undo()
        #expect(model.weights == before)
    }

    @Test func predictionsFollowAtOnce() throws {
        let model = try Self.network()
        let x = Self.images(20)
        let before = try model.predict(x)
        try model.recalibrate(on: x)
        #expect(try model.predict(x) != before)
    }

    @Test func theVarianceIsTheEstimateThatTheLayerFollows() throws {
        let (biased, unbiased) = (try Self.network(), try Self.network(.unbiased))
        let x = Self.images(2)
        try biased.recalibrate(on: x)
        try unbiased.recalibrate(on: x)
        let factor = 32.0 / 31
        let expected = Self.statistics(of: biased)[1].map { $0 * factor }
        #expect(Self.isClose([Self.statistics(of: unbiased)[1]], [expected], within: 1e-5))
    }

    @Test func layersCanBeChosen() throws {
        let model = try Self.network()
        let old = Self.statistics(of: model)
        try model.recalibrate(on: Dataset(Self.images(9)), where: { $0.name == "two" })
        let new = Self.statistics(of: model)
        #expect(new[0] == old[0] && new[1] == old[1] && new[2] != old[2])
    }

    @Test func badArgumentsAreRefusedAndChangeNothing() throws {
        let model = try Self.network()
        try model.ensureBuilt()
        let before = model.weights
        #expect(throws: TrainingError.self) { try model.recalibrate(on: Self.images(4), sourceWeight: -1) }
        #expect(throws: TrainingError.self) { try model.recalibrate(on: Self.images(4), batchSize: 0) }
        #expect(throws: TrainingError.self) { try model.recalibrate(on: Tensor.zeros([4, 5, 5, 2])) }
        var broken = Self.images(40)
        broken[element: 33, 0, 0, 0] = .nan
        #expect(throws: TrainingError.self) { try model.recalibrate(on: broken) }
        #expect(model.weights == before)
    }
}
