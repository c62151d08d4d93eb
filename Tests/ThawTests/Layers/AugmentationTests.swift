import Testing
import ThawTestSupport

@testable import Thaw

/// The layers that move and colour images: values beside Keras for given draws (Fixtures/augmentation.json), what they ask
/// to be drawn, and that each image has numbers of its own.
@Suite struct AugmentationTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let kind: String
        let mode: String?
        let interpolation: String?
        let fill: String?
        let value: Double?
        let own: Int?
        let x: TrainingFixtures.Reference
        let draws: [TrainingFixtures.Reference]
        let y: TrainingFixtures.Reference

        var testDescription: String { "\(kind) \(mode ?? fill ?? "") \(interpolation ?? "") \(own ?? 0)" }

        var pixels: PixelInterpolation { interpolation == "nearest" ? .nearest : .bilinear }

        var filling: FillMode {
            switch fill {
            case "nearest": .nearest
            case "reflect": .reflect
            case "wrap": .wrap
            default: .constant(value ?? 0)
            }
        }

        func makeLayer() -> RandomLayer? {
            switch kind {
            case "RandomFlip": return RandomFlip(mode == "vertical" ? .vertical : .horizontal)
            case "RandomTranslation":
                return RandomTranslation(height: 0.9, width: 0.9, fill: filling, interpolation: pixels)
            case "RandomRotation": return RandomRotation(0.5, fill: filling, interpolation: pixels)
            case "RandomZoom":
                return RandomZoom(
                    height: 0.9, width: own == 2 ? 0.9 : nil, fill: filling, interpolation: pixels)
            case "RandomBrightness": return RandomBrightness(0.5, valueRange: 0...1)
            case "RandomContrast": return RandomContrast(0.5, valueRange: 0...1)
            case "RandomSaturation": return RandomSaturation(.between(0.1, 0.9), valueRange: 0...1)
            case "RandomErasing": return RandomErasing(fillValue: [0.25, 0.5, 2], valueRange: 0...1)
            default: return nil
            }
        }
    }

    static let cases: [Case] = {
        struct File: Decodable { let cases: [Case] }
        return (try? TrainingFixtures.load("augmentation", as: File.self).cases) ?? []
    }()

    @Test func thereAreCases() { #expect(Self.cases.count >= 31) }

    @Test(arguments: cases) func agreesWithKeras(_ fixture: Case) throws {
        try check(fixture, on: OneDNNEngine.shared, tolerance: 1e-5)
        try check(fixture, on: ReferenceEngine(), tolerance: 5e-6)
    }

    private func check(_ fixture: Case, on engine: any Engine, tolerance: Double) throws {
        let graph = Graph()
        let x = graph.input("x", shape: fixture.x.shape)
        let y: SymbolicTensor
        if let layer = fixture.makeLayer() {
            try layer.build(inputShape: fixture.x.shape)
            var draws = fixture.draws.makeIterator()
            y = try layer.disturbed(x) { distribution, shape in
                let next = draws.next()
                let draw = try #require(next, "\(distribution)")
                #expect(draw.shape == shape)
                return graph.constant(draw.tensor)
            }
            let left = draws.next()
            #expect(left?.values == nil)
        } else {
            #expect(fixture.kind == "resampling")
            y = try x.affineResampled(
                graph.constant(fixture.draws[0].tensor), interpolation: fixture.pixels, fill: fixture.filling)
        }
        graph.addOutput("y", y)
        let results = try engine.perform { () throws in
            try engine.compile(graph).run(["x": fixture.x.tensor])
        }
        expectAgreement(
            try #require(results["y"]).doubles, fixture.y.values, tolerance: tolerance,
            fixture.testDescription)
    }

    /// Every layer of the kind, by name, for images of 6 x 6 x 3.
    static let layers: [String: @Sendable () -> Layer] = [
        "RandomFlip": { RandomFlip() },
        "RandomTranslation": { RandomTranslation(height: 0.5, width: 0.5) },
        "RandomRotation": { RandomRotation(0.5) },
        "RandomZoom": { RandomZoom(height: 0.5) },
        "RandomBrightness": { RandomBrightness(0.3, valueRange: 0...1) },
        "RandomContrast": { RandomContrast(0.9, valueRange: 0...1) },
        "RandomSaturation": { RandomSaturation(0.9, valueRange: 0...1) },
        "RandomErasing": { RandomErasing(.between(1, 1), valueRange: 0...1) },
        "RandomCrop": { RandomCrop(height: 4, width: 4) },
        "RandomCrop with padding": { RandomCrop(height: 6, width: 6, padding: 2) },
    ]

    private static func images(_ count: Int) -> Tensor {
        var stream = RandomStream(seed: 12)
        return stream.uniformTensor([count, 6, 6, 3], in: 0..<1)
    }

    @Test(arguments: layers.keys.sorted()) func liveInTrainingOnly(_ name: String) throws {
        let make = try #require(Self.layers[name])
        let layer = make()
        let model = Sequential([layer], seed: 4)
        let x = Self.images(12)
        try model.build(inputShape: x.shape)
        let inference = try model(x)
        #expect(try model(x).isBitwiseEqual(to: inference))
        let training = try model(x, mode: .training)
        #expect(training.shape == inference.shape && training != inference)
        #expect(training.floats.allSatisfy { $0.isFinite })
        if name != "RandomCrop" { #expect(inference.isBitwiseEqual(to: x)) }
        layer.freeze()
        #expect(try model(x, mode: .training).isBitwiseEqual(to: inference))
    }

    /// An image's numbers depend on its place and not on the images beside it; another seed gives others.
    @Test(arguments: layers.keys.sorted()) func eachImageForItself(_ name: String) throws {
        let make = try #require(Self.layers[name])
        let x = Self.images(16)
        func output(_ images: Tensor, seed: UInt64) throws -> Tensor {
            let model = Sequential([make()], seed: seed)
            try model.build(inputShape: images.shape)
            return try model(images, mode: .training)
        }
        let all = try output(x, seed: 1)
        #expect(try output(x, seed: 1).isBitwiseEqual(to: all))
        #expect(try output(x, seed: 2) != all)
        #expect(try output(x[0..<5], seed: 1).isBitwiseEqual(to: all[0..<5]))
        let copies = Tensor.stack([Tensor](repeating: x[0], count: 16), axis: 0)
        let same = try output(copies, seed: 1)
        let kinds: Set<[Float]> = Set((0..<16).map { same[$0].floats })
        #expect(kinds.count > 2)
    }

    /// What the layers ask to be drawn.
    @Test func distributions() throws {
        func asked(_ layer: RandomLayer) throws -> [RandomDistribution] {
            let graph = Graph()
            var result: [RandomDistribution] = []
            _ = try layer.disturbed(graph.input("x", shape: [2, 6, 6, 3])) { distribution, shape in
                result.append(distribution)
                return graph.constant(Tensor.full(shape, 0.5))
            }
            return result
        }
        func uniform(_ low: Double, _ high: Double) -> RandomDistribution {
            .uniform(minimum: low, maximum: high)
        }
        #expect(try asked(RandomFlip(.vertical)) == [.bernoulli(probability: 0.5)])
        #expect(try asked(RandomFlip()).count == 2)
        #expect(
            try asked(RandomTranslation(height: 0.2, width: .between(0.3, -0.1)))
                == [uniform(-0.2, 0.2), uniform(-0.1, 0.3)])
        #expect(try asked(RandomRotation(-0.2)) == [uniform(-0.2, 0.2)])
        #expect(try asked(RandomZoom(height: .between(0.1, 0.3))) == [uniform(0.1, 0.3)])
        #expect(try asked(RandomBrightness(1)) == [uniform(-1, 1)])
        #expect(try asked(RandomContrast(0.25)) == [uniform(0.75, 1.25)])
        #expect(try asked(RandomContrast(.between(0.5, 0.25))) == [uniform(0.75, 1.5)])
        #expect(try asked(RandomSaturation(0.7)) == [uniform(0, 0.7)])
        let erasing = try asked(RandomErasing(0.3))
        #expect(erasing.prefix(2) == [uniform(0.02, 0.33), uniform(0, 1)])
        #expect(
            erasing.suffix(3) == [uniform(0, 0.3), uniform(0, 1), .normal(mean: 0, standardDeviation: 1)])
    }

    /// Each crop is a part of its image, and all places occur.
    @Test(arguments: [0, 1]) func crops(_ padding: Int) throws {
        let x = Tensor(shape: [1, 3, 4, 1], scalars: (1...12).map { Float($0) })
        let many = Tensor.stack([Tensor](repeating: x[0], count: 300), axis: 0)
        let model = Sequential([RandomCrop(height: 2, width: 3, padding: padding)], seed: 5)
        let y = try model(many, mode: .training)
        let (rows, columns) = (3 + 2 * padding, 4 + 2 * padding)
        func pixel(_ row: Int, _ column: Int) -> Float {
            let (row, column) = (row - padding, column - padding)
            return (0..<3).contains(row) && (0..<4).contains(column) ? Float(4 * row + column + 1) : 0
        }
        var possible: Set<[Float]> = []
        for top in 0...(rows - 2) {
            for left in 0...(columns - 3) {
                let part: [Float] = (0..<6).map { index in pixel(top + index / 3, left + index % 3) }
                possible.insert(part)
            }
        }
        let seen: Set<[Float]> = Set((0..<300).map { y[$0].floats })
        #expect(seen == possible)
    }

    /// The middle, of the part's shape and as large as it can be, resized as Keras resizes.
    @Test func cropsInInference() throws {
        let x = Tensor(shape: [1, 4, 6, 1], scalars: (0..<24).map { Float($0) })
        func cropped(_ height: Int, _ width: Int) throws -> Tensor {
            try Sequential([RandomCrop(height: height, width: width)], seed: 1)(x)
        }
        let whole: [Float] = [1, 2, 3, 4, 7, 8, 9, 10, 13, 14, 15, 16, 19, 20, 21, 22]
        #expect(try cropped(4, 4).floats == whole)
        // Half of the middle: each pixel between four.
        #expect(try cropped(2, 2).floats == [4.5, 6.5, 16.5, 18.5])
        // Twice as large: beyond the edge of the middle lies its edge.
        let large = try cropped(8, 8)
        let middle = try cropped(4, 4)
        let expected = try Sequential([UpSampling2D(2, interpolation: .bilinear)], seed: 1)(middle)
        expectAgreement(large.doubles, expected.doubles, "upsampled")
    }

    @Test func noiseKeepsToTheRange() throws {
        let layer = RandomErasing(.between(1, 1), scale: .between(1, 1), valueRange: -1...2)
        let y = try Sequential([layer], seed: 3)(Tensor.zeros([20, 6, 6, 3]), mode: .training).floats
        #expect(y.allSatisfy { $0 >= -1 && $0 <= 2 })
        #expect(Set(y).count > 500)
    }

    /// Gradients reach layers before the augmentation.
    @Test func gradientsPassThrough() throws {
        let layers: [Layer] = [
            Conv2D(3, kernelSize: 1), RandomFlip(), RandomRotation(0.1), RandomZoom(height: 0.2),
            RandomCrop(height: 4, width: 4), Flatten(), Dense(1),
        ]
        let model = Sequential(layers, seed: 2)
        let x = Self.images(8)
        try model.build(inputShape: x.shape)
        try model.compile(optimizer: .sgd(learningRate: 0.1), loss: .meanSquaredError)
        let before = model.layers[0].weights
        let history = try model.fit(x, Tensor.ones([8, 1]), epochs: 2, verbosity: .silent)
        #expect(history.loss.allSatisfy { $0.isFinite })
        #expect(zip(model.layers[0].weights, before).allSatisfy { $0 != $1 })
    }
}
