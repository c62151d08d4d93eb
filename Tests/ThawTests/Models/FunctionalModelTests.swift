import Foundation
import FoundationXML
import Testing
import ThawTestSupport

@testable import Thaw

@Suite struct FunctionalModelTests {
    /// A small residual net with Batch Normalization.
    static func residual(seed: UInt64? = 5) throws -> Model {
        let x = Input(shape: [4], name: "x")
        let first = try Dense(6, activation: .relu, name: "first")(x)
        let normal = try BatchNormalization(name: "normal")(first)
        let second = try Dense(6, name: "second")(normal)
        let sum = try Add(name: "sum")(first, second)
        let classes = try Dense(3, activation: .softmax, name: "classes")(sum)
        return try Model(inputs: [x], outputs: [classes], seed: seed, name: "residual")
    }

    @Test func shapesAreKnownWhereLayersAreCalled() throws {
        let image = Input(shape: [8, 8, 3])
        let features = try Conv2D(4, kernelSize: 3)(image)
        #expect(features.shape == [6, 6, 4])
        #expect(features.description == "conv2d [n, 6, 6, 4]")
        let error = #expect(throws: LayerError.self) {
            try Dense(2)(Conv2D(4, kernelSize: 9, name: "big")(image))
        }
        #expect(error?.path == "big")
        let second = #expect(throws: LayerError.self) {
            try Add(name: "join")(features, Input(shape: [6, 6, 3]))
        }
        #expect(second?.description.contains("[n, 6, 6, 4] and [n, 6, 6, 3]") ?? false)
    }

    @Test func trainsAndPredicts() throws {
        let (x, y) = Toy.clusters(96)
        let model = try Self.residual()
        try model.compile(
            optimizer: .adam(learningRate: 0.01), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        try model.fit(x, y, epochs: 20, verbosity: .silent)
        #expect(try #require(model.evaluate(x, y, verbosity: .silent)["accuracy"]) > 0.9)
        #expect(try model.predict(x).shape == [96, 3])
        #expect(model.inputShape == [4])
        #expect(model.outputShape == [3])
    }

    @Test func computesWhatItsLayersCompute() throws {
        let model = try Self.residual()
        let x = Toy.clusters(5).x
        let first = try Sequential([model.layer(named: "first")]).predict(x)
        let rest = try Sequential([model.layer(named: "normal"), model.layer(named: "second")])
        let classes = try Sequential([model.layer(named: "classes")])
        let expected = try classes.predict(first + rest.predict(first))
        #expect(try model.predict(x).isApproximatelyEqual(to: expected, absoluteTolerance: 1e-6))
    }

    @Test func theSeedDecidesAndPathsMatter() throws {
        let one = try Self.residual()
        #expect(Toy.areIdentical(one.weights, try Self.residual().weights))
        #expect(!Toy.areIdentical(one.weights, try Self.residual(seed: 6).weights))
        let chain = Sequential(seed: 5) { Dense(6, inputShape: [4], name: "first") }
        #expect(chain.weights[0].isBitwiseEqual(to: one.weights[0]))
        // Without a seed of its own a model takes first values from the model around it.
        let outer = Sequential([try Self.residual(seed: nil)], seed: 9)
        #expect(Toy.areIdentical(outer.weights, Sequential([try Self.residual(seed: nil)], seed: 9).weights))
        let kept = Sequential([try Self.residual(seed: 5)], seed: 9)
        #expect(Toy.areIdentical(kept.weights, one.weights))
    }

    @Test func layersComeInTheOrderOfKeras() throws {
        let a = Input(shape: [8], name: "a")
        let b = Input(shape: [4], name: "b")
        let x = try Dense(4, name: "d")(a)
        let y = try Dense(4)(b)
        let sum = try Add()(x, y)
        let all = try Concatenate()(sum, x, b)
        let head = try Dense(1, name: "head")(all)
        let other = try Dense(2, name: "other")(sum)
        let model = try Model(inputs: [a, b], outputs: [head, other], name: "functional")
        #expect(model.layers.map(\.name) == ["a", "b", "d", "dense", "add", "concatenate", "head", "other"])
        #expect(
            model.summaryText == """
                Model: "functional"
                ┏━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┓
                ┃ Layer (type)        ┃ Output Shape      ┃    Param # ┃ Connected to      ┃
                ┡━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━┩
                │ a (InputLayer)      │ (None, 8)         │          0 │ -                 │
                ├─────────────────────┼───────────────────┼────────────┼───────────────────┤
                │ b (InputLayer)      │ (None, 4)         │          0 │ -                 │
                ├─────────────────────┼───────────────────┼────────────┼───────────────────┤
                │ d (Dense)           │ (None, 4)         │         36 │ a[0][0]           │
                ├─────────────────────┼───────────────────┼────────────┼───────────────────┤
                │ dense (Dense)       │ (None, 4)         │         20 │ b[0][0]           │
                ├─────────────────────┼───────────────────┼────────────┼───────────────────┤
                │ add (Add)           │ (None, 4)         │          0 │ d[0][0],          │
                │                     │                   │            │ dense[0][0]       │
                ├─────────────────────┼───────────────────┼────────────┼───────────────────┤
                │ concatenate         │ (None, 12)        │          0 │ add[0][0],        │
                │ (Concatenate)       │                   │            │ d[0][0], b[0][0]  │
                ├─────────────────────┼───────────────────┼────────────┼───────────────────┤
                │ head (Dense)        │ (None, 1)         │         13 │ concatenate[0][0] │
                ├─────────────────────┼───────────────────┼────────────┼───────────────────┤
                │ other (Dense)       │ (None, 2)         │         10 │ add[0][0]         │
                └─────────────────────┴───────────────────┴────────────┴───────────────────┘
                 Total params: 79 (316.00 B)
                 Trainable params: 79 (316.00 B)
                 Non-trainable params: 0 (0.00 B)
                """)
    }

    @Test func chainsAreSummarizedWithoutConnections() throws {
        let x = Input(shape: [8], name: "a")
        let model = try Model(inputs: [x], outputs: [Dense(2)(Flatten()(x))])
        #expect(!model.summaryText.contains("Connected to"))
        #expect(
            model.summaryText.contains(
                "│ a (InputLayer)                  │ (None, 8)              │             0 │"))
    }

    @Test func sharedLayersHaveOneSetOfParameters() throws {
        let left = Input(shape: [3])
        let right = Input(shape: [3])
        let shared = Dense(2, name: "shared")
        let difference = try Subtract()(shared(left), shared(right))
        let model = try Model(inputs: [left, right], outputs: [difference], seed: 1)
        #expect(model.parameterCount == 8)
        let x = Tensor(shape: [2, 3], scalars: [1, 2, 3, 4, 5, 6] as [Float])
        #expect(try model.predict(Dataset(inputs: [x, x])).floats == [0, 0, 0, 0])
        let text = model.summaryText
        #expect(text.contains("shared[0][0],") && text.contains("shared[1][0]"))
    }

    @Test func aPinnedModeSurvivesUnfreezing() throws {
        let (x, y) = Toy.clusters(64)
        let base = Sequential(seed: 2, name: "base") {
            Dense(8, inputShape: [4])
            BatchNormalization(momentum: 0.5, name: "normal")
            Dropout(0.5)
        }
        let input = Input(shape: [4])
        let pinned = try Dense(3, activation: .softmax)(base(input, mode: .inference))
        let model = try Model(inputs: [input], outputs: [pinned], seed: 3)
        let statistics = try base.layer(named: "normal").parameters.filter { $0.role == .statistic }
        let before = statistics.map(\.value)
        let weights = base.weights[0]
        base.freeze()
        base.unfreeze()
        try model.compile(optimizer: .sgd(learningRate: 0.1), loss: .sparseCategoricalCrossentropy)
        try model.fit(x, y, epochs: 2, verbosity: .silent)
        #expect(Toy.areIdentical(statistics.map(\.value), before))
        #expect(base.weights[0] != weights)
        // In either mode, with and without live randomness, the pinned part computes the same.
        let calm = try model.predict(x)
        #expect(try model.predict(x, mode: .training).isBitwiseEqual(to: calm))
        #expect(try model.predict(x, liveRandomness: .all).isBitwiseEqual(to: calm))
        #expect(try model.predict(x, statistics: .batch).isBitwiseEqual(to: calm))
    }

    @Test func aNodeMayAlwaysDrop() throws {
        let input = Input(shape: [50])
        let model = try Model(inputs: [input], outputs: [Dropout(0.5)(input, mode: .training)], seed: 3)
        let result = try model.predict(Tensor.ones([2, 50]))
        #expect(Set(result.floats) == [0, 2])
    }

    @Test func partsOfModelsShareTheirWeights() throws {
        let model = try Self.residual()
        let features = try Model(
            inputs: try model.inputs, outputs: [try model.layer(named: "sum").output], name: "features")
        #expect(features.layers.map(\.name) == ["x", "first", "normal", "second", "sum"])
        let head = try Model(inputs: [try model.layer(named: "sum").output], outputs: try model.outputs)
        #expect(head.layers.map(\.name) == ["sum_input", "classes"])
        let x = Toy.clusters(7).x
        let whole = try model.predict(x)
        #expect(
            try head.predict(features.predict(x)).isApproximatelyEqual(to: whole, absoluteTolerance: 1e-6))
        try model.layer(named: "first").setWeights([.zeros([4, 6]), .zeros([6])])
        #expect(try features.layer(named: "first").weights[0] == .zeros([4, 6]))
        // And of a Sequential.
        let chain = Sequential(seed: 4) {
            Dense(5, inputShape: [4])
            Dense(2, name: "last")
        }
        let part = try Model(inputs: try chain.inputs, outputs: [try chain[0].output])
        #expect(part.parameters.isEmpty)
        #expect(part.weights[0].isBitwiseEqual(to: chain.weights[0]))
        let sliced = Sequential(Array(model.layers[1..<2]))
        #expect(try sliced.predict(x).shape == [7, 6])
    }

    @Test func clonesShareNothing() throws {
        let model = try Self.residual()
        try model.layer(named: "second").freeze()
        let copy = try model.clone()
        #expect(copy.layers.map(\.name) == model.layers.map(\.name))
        #expect(Set(copy.allParameters).isDisjoint(with: model.allParameters))
        #expect(copy.trainableParameterCount == model.trainableParameterCount)
        #expect(!Toy.areIdentical(copy.weights, model.weights))
        try copy.copyWeights(from: model)
        let x = Toy.clusters(5).x
        #expect(try copy.predict(x).isBitwiseEqual(to: model.predict(x)))
        #expect(Toy.areIdentical(try Self.residual().clone().weights, try Self.residual().clone().weights))
    }

    @Test func modelsAreLayersOfModels() throws {
        let inner = try Self.residual(seed: nil)
        let input = Input(shape: [4])
        let outer = try Model(inputs: [input], outputs: [Dense(1, name: "top")(inner(input))], seed: 8)
        #expect(
            outer.parameterPaths.map(\.path).prefix(3) == [
                "residual/first/kernel", "residual/first/bias", "residual/normal/gamma",
            ])
        inner.freeze()
        #expect(outer.trainableParameterCount == 4)
        let digest = outer.frozenDigest
        try outer.compile(optimizer: .sgd(learningRate: 0.1), loss: .meanSquaredError)
        try outer.fit(Toy.clusters(32).x, Tensor.ones([32, 1]), verbosity: .silent)
        #expect(outer.frozenDigest == digest)
    }

    @Test func whatCannotBeConnectedIsRefused() throws {
        let x = Input(shape: [4], name: "x")
        let z = Input(shape: [4], name: "z")
        let sum = try Add()(x, z)
        var error = #expect(throws: ModelError.self) { try Model(inputs: [x], outputs: [sum]) }
        #expect("\(try #require(error))".contains("need the value of z"))
        let unused = Input(shape: [2], name: "unused")
        error = #expect(throws: ModelError.self) { try Model(inputs: [x, z, unused], outputs: [sum]) }
        #expect("\(try #require(error))".contains("input unused of shape [2] leads to no output"))
        error = #expect(throws: ModelError.self) { try Model(inputs: [x, x], outputs: [sum]) }
        error = #expect(throws: ModelError.self) { try Model(inputs: [], outputs: [sum]) }
        error = #expect(throws: ModelError.self) {
            try Model(inputs: [x, z], outputs: [Dense(1, name: "twice")(sum), Dense(1, name: "twice")(sum)])
        }
        #expect("\(try #require(error))".contains("given the name \"twice\""))
        // A cycle: a model inside one of its own layers.
        let chain = Sequential([Dense(4)])
        let around = try Model(inputs: [x], outputs: [chain(x)])
        chain.add(around)
        #expect(throws: (any Error).self) { try around.predict(Tensor.ones([1, 4])) }
        // Data of another shape, and of another number of inputs.
        let model = try Model(inputs: [x, z], outputs: [sum])
        #expect(throws: (any Error).self) { try model.predict(Tensor.ones([3, 4])) }
        #expect(throws: (any Error).self) {
            try model.predict(Dataset(inputs: [Tensor.ones([3, 4]), Tensor.ones([3, 5])]))
        }
        #expect(throws: LayerError.self) { try Dense(3).output }
    }

    @Test func weightsMayBeSetBeforeThereIsAModel() throws {
        let layer = Dense(2)
        let x = Input(shape: [3])
        let y = try layer(x)
        try layer.setWeights([.ones([3, 2]), .zeros([2])])
        let model = try Model(inputs: [x], outputs: [y], seed: 1)
        #expect(model.weights[0] == .ones([3, 2]))
        let other = Dense(2)
        _ = try other(x)
        #expect(other.weights[0].floats.contains { $0 != 0 })
    }

    @Test func deepChainsAreNoTrouble() throws {
        let x = Input(shape: [1])
        var value = x.layerOutput
        for _ in 0..<3000 { value = try Activation(.linear)(value) }
        let model = try Model(inputs: [x], outputs: [value])
        #expect(model.layers.count == 3001)
    }

    @Test func drawsItself() throws {
        let model = try Self.residual()
        try model.layer(named: "first").freeze()
        let svg = model.svg()
        #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
        #expect(svg.contains("30 parameters, frozen"))
        #expect(svg.components(separatedBy: "<rect").count == 7)
        _ = try XMLDocument(xmlString: svg)
        let dot = model.dot()
        #expect(dot.contains("n1 -> n4;") && dot.contains("digraph \"residual\""))
    }
}
