import Testing
import ThawTestSupport

@testable import Thaw

/// The layers that draw random numbers: values beside Keras (Fixtures/random_layers.json), when they are live, and that
/// their gradient is that of the draw at hand.
@Suite struct RandomLayerTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let layer: String
        let argument: Double
        let kept: TrainingFixtures.Reference?
        let dropped: TrainingFixtures.Reference?
        let mean: Double?
        let deviation: Double?
        let y: TrainingFixtures.Reference?

        var testDescription: String { "\(layer) \(argument)" }
    }

    struct File: Decodable {
        let x: TrainingFixtures.Reference
        let z: TrainingFixtures.Reference
        let cases: [Case]
    }

    static func file() throws -> File { try TrainingFixtures.load("random_layers", as: File.self) }

    /// Every random layer, by name.
    static let layers: [String: @Sendable () -> Layer] = [
        "Dropout": { Dropout(0.3) },
        "AlphaDropout": { AlphaDropout(0.3) },
        "GaussianNoise": { GaussianNoise(standardDeviation: 0.3) },
        "GaussianDropout": { GaussianDropout(0.3) },
        "SpatialDropout2D": { SpatialDropout2D(0.3) },
        "Dropout of samples": { Dropout(0.3, noiseShape: [nil, 1, 1, 1]) },
    ]

    /// Each element is what Keras makes of it when it is kept or when it is dropped, and the rate is right.
    @Test(arguments: try file().cases.filter { $0.layer == "AlphaDropout" })
    func alphaDropoutIsKeras(_ reference: Case) throws {
        let x = try Self.file().x
        let (kept, dropped) = (try #require(reference.kept), try #require(reference.dropped))
        let copies = 2000
        let input = Tensor.concatenate([Tensor](repeating: x.tensor, count: copies))
        let model = Sequential([AlphaDropout(reference.argument, inputShape: [5])], seed: 3)
        let output = try model(input, mode: .training).doubles
        let scale = (kept.values + dropped.values).map { abs($0) }.max() ?? 1
        var droppedCount = 0
        for (index, value) in output.enumerated() {
            let place = index % x.values.count
            let isKept = abs(value - kept.values[place]) <= 1e-5 * scale
            let isDropped = abs(value - dropped.values[place]) <= 1e-5 * scale
            guard isKept || isDropped else {
                Issue.record("\(value) is neither \(kept.values[place]) nor \(dropped.values[place])")
                return
            }
            droppedCount += isDropped ? 1 : 0
        }
        let share = Double(droppedCount) / Double(output.count)
        let error = (reference.argument * (1 - reference.argument) / Double(output.count)).squareRoot()
        #expect(abs(share - reference.argument) < 4 * error)
    }

    /// Mean 0 and variance 1 stay, which is what the layer is for.
    @Test func alphaDropoutKeepsMomentsOfNormalInputs() throws {
        var stream = RandomStream(seed: 4)
        let x = stream.normalTensor([500, 200])
        let y = try Sequential([AlphaDropout(0.2, inputShape: [200])], seed: 1)(x, mode: .training)
        let (mean, deviation) = Self.moments(y.doubles)
        #expect(abs(mean) < 0.02)
        #expect(abs(deviation - 1) < 0.02)
    }

    /// Keras given its draws computes what our formula says, and our draws have the mean and deviation it asks for.
    @Test(arguments: try file().cases.filter { $0.layer.hasPrefix("Gaussian") })
    func gaussianLayersAreKeras(_ reference: Case) throws {
        let file = try Self.file()
        let (mean, deviation) = (try #require(reference.mean), try #require(reference.deviation))
        let isFactor = reference.layer == "GaussianDropout"
        let expected = zip(file.x.values, file.z.values).map { x, z in
            let drawn = mean + deviation * z
            return isFactor ? x * drawn : x + drawn
        }
        expectAgreement(expected, reference.y?.values ?? [], tolerance: 1e-12, "the formula")
        let layer: Layer =
            isFactor
            ? GaussianDropout(reference.argument) : GaussianNoise(standardDeviation: reference.argument)
        let x = Tensor.full([400, 250], 2)
        let y = try Sequential([layer], seed: 5)(x, mode: .training).doubles
        let drawn = y.map { isFactor ? $0 / 2 : $0 - 2 }
        let count = Double(drawn.count)
        let (drawnMean, drawnDeviation) = Self.moments(drawn)
        #expect(abs(drawnMean - mean) < 4 * deviation / count.squareRoot())
        #expect(abs(drawnDeviation / deviation - 1) < 4 / count.squareRoot())
    }

    @Test func spatialDropoutDropsWholeChannels() throws {
        let model = Sequential([SpatialDropout2D(0.25, inputShape: [3, 2, 50])], seed: 2)
        let y = try model(Tensor.ones([40, 3, 2, 50]), mode: .training)
        let values = y.floats
        #expect(Set(values) == [0, Float(1 / 0.75)])
        var dropped = 0
        for sample in 0..<40 {
            for channel in 0..<50 {
                let pixels = Set((0..<6).map { values[(sample * 6 + $0) * 50 + channel] })
                #expect(pixels.count == 1)
                dropped += pixels == [0] ? 1 : 0
            }
        }
        #expect(abs(Double(dropped) / 2000 - 0.25) < 0.04)
    }

    /// Stochastic depth: an image is kept, and scaled, or dropped as a whole.
    @Test func dropoutOfWholeSamples() throws {
        let layer = Dropout(0.25, noiseShape: [nil, 1, 1, 1], inputShape: [3, 2, 5])
        let y = try Sequential([layer], seed: 2)(Tensor.ones([400, 3, 2, 5]), mode: .training)
        let values = y.floats
        var dropped = 0
        for sample in 0..<400 {
            let elements = Set(values[sample * 30..<(sample + 1) * 30])
            #expect(elements == [0] || elements == [Float(1 / 0.75)])
            dropped += elements == [0] ? 1 : 0
        }
        #expect(abs(Double(dropped) / 400 - 0.25) < 0.09)
    }

    @Test(arguments: layers.keys.sorted()) func liveWhereItShouldBe(_ name: String) throws {
        let make = try #require(Self.layers[name])
        let layer = make()
        func isLive(_ mode: Mode, _ live: LiveRandomness) throws -> Bool {
            let graph = Graph()
            let context = CallContext(graph: graph, mode: mode, liveRandomness: live)
            let x = graph.input("x", shape: [2, 3, 3, 2])
            let y = try layer.apply(x, context: context)
            #expect((y.value == x.value) == (context.tracer.randomKey == nil))
            return context.tracer.randomKey != nil
        }
        #expect(try isLive(.training, .automatic))
        #expect(try !isLive(.inference, .automatic))
        #expect(try !isLive(.training, .none))
        #expect(try isLive(.inference, .all))
        layer.freeze()
        #expect(try !isLive(.training, .automatic))
        #expect(try isLive(.training, .all))
    }

    /// The same seed draws the same, another seed or another layer of the kind something else.
    @Test(arguments: layers.keys.sorted()) func drawsFromTheModelsSeed(_ name: String) throws {
        let make = try #require(Self.layers[name])
        let x = Tensor.ones([4, 3, 3, 8])
        func output(seed: UInt64) throws -> Tensor {
            let model = Sequential([make(), make()], seed: seed)
            try model.build(inputShape: x.shape)
            return try model(x, mode: .training)
        }
        let first = try output(seed: 1)
        #expect(try output(seed: 1).isBitwiseEqual(to: first))
        #expect(try output(seed: 2) != first)
        let single = Sequential([make()], seed: 1)
        try single.build(inputShape: x.shape)
        #expect(try single(x, mode: .training) != first)
    }

    /// All of them are linear in the input once the numbers are drawn: `y(2x) - y(x)` is the gradient times x.
    @Test(arguments: layers.keys.sorted()) func gradientIsOfTheDraw(_ name: String) throws {
        let make = try #require(Self.layers[name])
        let layer = make()
        let graph = Graph()
        let context = CallContext(graph: graph, mode: .training)
        let x = graph.input("x", shape: [3, 2, 2, 4])
        let y = try layer.apply(x, context: context)
        let gradient = try #require(try graph.gradients(of: y.sum(), withRespectTo: [x])[0])
        graph.addOutput("y", y)
        graph.addOutput("gradient", gradient)
        var stream = RandomStream(seed: 9)
        let point = stream.uniformTensor([3, 2, 2, 4], in: 0.5..<1.5)
        let key = Tensor([Int32(7), 0, 3, 0, 0])
        let once = try TestEngine.run(graph, ["x": point, Tracer.randomKeyName: key])
        let twice = try TestEngine.run(graph, ["x": point * 2, Tracer.randomKeyName: key])
        let (first, second) = (try #require(once["y"]), try #require(twice["y"]))
        let expected = try #require(once["gradient"]) * point
        expectAgreement((second - first).doubles, expected.doubles, name)
    }

    private static func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return (mean, variance.squareRoot())
    }
}
