import Testing
import ThawTestSupport

@testable import Thaw

@Suite struct SequentialTests {
    private func onReference<Result>(_ body: () throws -> Result) rethrows -> Result {
        try Runtime.$engine.withValue(ReferenceEngine(), operation: body)
    }

    @Test func builderTakesWhatSwiftHas() throws {
        try onReference {
            let deep = true
            let extra: Layer? = nil
            let tail: [Layer] = [Dense(5), Activation(.relu)]
            let model = Sequential(seed: 1, name: "net") {
                Input(shape: [2, 2])
                Flatten()
                for units in [3, 4] { Dense(units) }
                if deep { BatchNormalization() }
                if !deep { Dropout(0.5) } else { Activation(.elu) }
                extra
                tail
                tail.prefix(1)
            }
            #expect(model.name == "net")
            #expect(
                model.layers.map(\.name) == [
                    "flatten", "dense", "dense_1", "batch_normalization", "activation", "dense_2",
                    "activation_1", "dense_2",
                ])
            #expect(throws: LayerError.self, "the shared layer gets 5 features, not 4") {
                try model.ensureBuilt()
            }
            model.pop()
            try model.ensureBuilt()
            #expect(model.outputShape == [5])
            #expect(model.count == 7)
            #expect(model["dense_1"] === model[2])
            #expect(model["nothing"] == nil)
        }
    }

    @Test func builtWhenLookedAt() throws {
        try onReference {
            let known = Sequential { Dense(3, inputShape: [4]) }
            #expect(known.isBuilt)
            #expect(known.inputShape == [4])
            let layer = Dense(2, inputShape: [4])
            let model = Sequential([Sequential([layer])])
            #expect(layer.parameters.map(\.shape) == [[4, 2], [2]])
            #expect(model.isBuilt)

            let unknown = Sequential { Dense(3) }
            #expect(!unknown.isBuilt)
            #expect(unknown.weights.isEmpty)
            #expect(throws: ModelError.notBuilt(model: "sequential")) { try unknown.ensureBuilt() }
            #expect(throws: ModelError.notBuilt(model: "sequential")) { try unknown.setWeights([]) }
            try unknown.build(inputShape: [32, 7])
            #expect(unknown.weights.map(\.shape) == [[7, 3], [3]])
            #expect(throws: ModelError.noLayers(model: "sequential")) {
                try Sequential().build(inputShape: [1, 2])
            }
        }
    }

    @Test func addBuildsOnWhatIsThere() throws {
        onReference {
            let model = Sequential([Dense(3, inputShape: [4])], seed: 1)
            let kernel = model.weights[0]
            model.add(Dense(2))
            #expect(model.weights.map(\.shape) == [[4, 3], [3], [3, 2], [2]])
            #expect(model.weights[0] == kernel)
            #expect(model.outputShape == [2])
            #expect(model.pop()?.name == "dense_1")
            #expect(model.weights.count == 2)
            #expect(model.outputShape == [3])
        }
    }

    @Test func sameSeedSameWeights() {
        onReference {
            func make(_ seed: UInt64) -> [Tensor] {
                Sequential(seed: seed) {
                    Sequential { Dense(3, inputShape: [4]) }
                    Sequential { Dense(3) }
                    Dense(3, kernelInitializer: .heNormal)
                }.weights
            }
            #expect(make(1) == make(1))
            #expect(make(1) != make(2))
            let weights = make(1)
            #expect(weights[2] != weights[4], "layers draw from different streams")
            #expect(
                Sequential([Dense(3, inputShape: [4])]).weights
                    != Sequential([Dense(3, inputShape: [4])]).weights)

            // A model with a seed of its own is the same wherever it is used.
            let inner = Sequential([Dense(3, inputShape: [4])], seed: 9)
            let outer = Sequential([inner, Dense(1)], seed: 1)
            #expect(
                Array(outer.weights.prefix(2)) == Sequential([Dense(3, inputShape: [4])], seed: 9).weights)
        }
    }

    @Test func nestedModels() throws {
        try onReference {
            let base = Sequential(name: "base") {
                Dense(3, inputShape: [4])
                BatchNormalization()
            }
            let before = base.weights
            let model = Sequential {
                base
                Dense(2)
            }
            #expect(
                model.parameterPaths.map(\.path) == [
                    "base/dense/kernel", "base/dense/bias", "base/batch_normalization/gamma",
                    "base/batch_normalization/beta", "base/batch_normalization/moving_mean",
                    "base/batch_normalization/moving_variance", "dense/kernel", "dense/bias",
                ])
            #expect(Array(model.weights.prefix(6)) == before, "nesting leaves weights alone")
            let inner = try model.layer(named: "base/dense")
            #expect(inner === base[0])
            let error = #expect(throws: ModelError.self) { try model.layer(named: "head") }
            #expect(
                error?.description == "model sequential has no layer \"head\"; its layers are base, dense.")
        }
    }

    @Test func reusingLayersOfAnotherModel() throws {
        onReference {
            let first = Sequential(seed: 1) {
                Flatten(inputShape: [2, 2])
                Dense(3)
                Dense(8)
            }
            let kernel = first.weights[0]
            let second = Sequential(seed: 2) {
                first.layers.dropLast()
                Dense(1, activation: .sigmoid)
            }
            #expect(second.layers.map(\.name) == ["flatten", "dense", "dense_1"])
            #expect(first.layers.map(\.name) == ["flatten", "dense", "dense_1"])
            #expect(second.weights.map(\.shape) == [[4, 3], [3], [3, 1], [1]])
            #expect(second.weights[0] == kernel)
            #expect(second.layers[1] === first.layers[1])
        }
    }

    @Test func duplicateNames() throws {
        try onReference {
            let model = Sequential([Dense(1, inputShape: [1], name: "a"), Dense(1, name: "a")])
            #expect(throws: ModelError.duplicatePath(model: "sequential", path: "a")) {
                try model.ensureBuilt()
            }
            model[1].name = "b"
            try model.ensureBuilt()
            let slash = Sequential([Dense(1, inputShape: [1], name: "a/")])
            #expect(throws: LayerError.self) { try slash.ensureBuilt() }
        }
    }

    @Test func callingOnABatch() throws {
        let model = Sequential([Dense(1, usesBias: false, kernelInitializer: .ones)])
        let x = Tensor([[1, 2, 3], [4, 5, 6]] as [[Float]])
        #expect(try model(x).floats == [6, 15])
        let error = #expect(throws: LayerError.self) { try model(Tensor.ones([2, 4])) }
        #expect(error?.description.contains("was built for 3 features") == true)
    }

    @Test func ownModel() throws {
        final class Residual: Model {
            let first = Dense(4)
            let second = Dense(4)
            override var sublayers: [Layer] { [first, second] }
            override func call(_ inputs: [SymbolicTensor], context: CallContext) throws -> [SymbolicTensor] {
                let hidden = try first.apply(inputs[0], context: context)
                return [try inputs[0] + second.apply(hidden, context: context)]
            }
        }
        try onReference {
            let model = Residual(seed: 4)
            try model.build(inputShape: [1, 4])
            #expect(
                model.parameterPaths.map(\.path) == [
                    "dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias",
                ])
            let again = Residual(seed: 4)
            try again.build(inputShape: [7, 4])
            #expect(again.weights == model.weights)
        }
    }

    @Test func aBuiltModelIsNotBuiltForAnotherShape() throws {
        let model = Sequential([Dense(2)])
        try model.build(inputShape: [1, 4])
        try model.build(inputShape: [32, 4])
        let error = #expect(throws: ModelError.self) { try model.build(inputShape: [32, 7]) }
        #expect(error == .otherShape(model: "sequential", known: [4], got: [7]))
        #expect("\(try #require(error))".contains("[4] and cannot be built for [7]"))
        #expect(model.inputShape == [4])
        #expect(throws: ModelError.self) {
            try Sequential([Dense(2, inputShape: [4])]).build(inputShape: [1, 7])
        }
        let inputs = [Input(shape: [2]), Input(shape: [2])]
        let two = try Model(inputs: inputs, outputs: [Add()(inputs[0], inputs[1])])
        #expect(throws: ModelError.inputCount(model: "model", expected: 2, got: 1)) {
            try two.build(inputShape: [1, 2])
        }
    }
}
