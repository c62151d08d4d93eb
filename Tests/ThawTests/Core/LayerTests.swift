import Testing
import ThawTestSupport

@testable import Thaw

/// A layer as a user writes one; the example of `Layer`'s documentation.
private final class Scale: Layer {
    override func build(inputShape: [Int]) throws {
        try addWeight(name: "scale", shape: [inputShape[inputShape.count - 1]], initializer: .ones)
        try addWeight(name: "calls", shape: [], initializer: .zeros, role: .statistic)
    }
    override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        context.update(parameters[1], to: try context.read(parameters[1]) + 1)
        return try input * context.read(parameters[0])
    }
    override func cloned() throws -> Layer { Scale() }
}

/// A layer made of layers, without a container of the library.
private final class Twice: Layer {
    let inner = Dense(4, name: "inner")
    override var sublayers: [Layer] { [inner] }
    override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        try inner.apply(try inner.apply(input, context: context), context: context)
    }
}

@Suite struct LayerTests {
    @Test func ownLayer() throws {
        let engine = ReferenceEngine()
        try Runtime.$engine.withValue(engine) {
            let layer = Scale()
            let graph = Graph()
            let context = CallContext(graph: graph, mode: .training, writesState: true)
            let x = graph.input("x", shape: [2, 3])
            let y = try layer.apply(x, context: context)
            #expect(layer.name == "scale")
            #expect(layer.allParameters.map(\.name) == ["scale", "calls"])
            #expect(layer.trainableParameters.map(\.name) == ["scale"])
            let kernel = graph.read(layer.parameters[0].variable)
            let gradients = try graph.gradients(of: y.sum(), withRespectTo: [kernel])
            graph.addOutput("gradient", try #require(gradients[0]))
            try context.tracer.assignUpdates()
            let results = try engine.compile(graph).run(["x": Tensor([[1, 2, 3], [4, 5, 6]])])
            #expect(results["gradient"]?.floats == [5, 7, 9])
            #expect(layer.parameters[1].value.item == 1)
        }
    }

    @Test func compositeLayer() throws {
        Runtime.$engine.withValue(ReferenceEngine()) {
            let model = Sequential([Twice(inputShape: [4])], seed: 3)
            #expect(model.parameterPaths.map(\.path) == ["twice/inner/kernel", "twice/inner/bias"])
            let again = Sequential([Twice(inputShape: [4])], seed: 3)
            #expect(again.weights == model.weights)
            model.freeze()
            #expect(model.trainableParameters.isEmpty)
            #expect(!model.layers[0].isTrainable)
            model.layers[0].unfreeze()
            #expect(model.isTrainable)
            #expect(throws: ModelError.self) { try model.clone() }
        }
    }

    @Test func roleIsFixed() throws {
        Runtime.$engine.withValue(ReferenceEngine()) {
            let layer = BatchNormalization(inputShape: [3])
            let model = Sequential([layer])
            #expect(model.trainableParameters.map(\.name) == ["gamma", "beta"])
            layer.freeze()
            #expect(model.trainableParameters.isEmpty)
            layer.unfreeze()
            #expect(model.trainableParameters.map(\.name) == ["gamma", "beta"])
            #expect(layer.parameters.map(\.role) == [.weight, .weight, .statistic, .statistic])
        }
    }

    @Test func parametersThatDoNotFit() throws {
        try Runtime.$engine.withValue(ReferenceEngine()) {
            let layer = Dense(3, inputShape: [4])
            let model = Sequential([layer])
            try model.ensureBuilt()
            let before = layer.parameters[0].value
            let error = #expect(throws: ParameterError.self) {
                try layer.parameters[0].assign(Tensor.zeros([3, 4]))
            }
            #expect(
                error?.description.contains(
                    "kernel of layer dense: expected a tensor of shape [4, 3], got [3, 4]") == true)
            #expect(layer.parameters[0].value == before)
            try layer.parameters[0].assign(Tensor.ones([4, 3], dtype: .float64))
            #expect(layer.parameters[0].value == Tensor.ones([4, 3]))
        }
    }

    @Test func layerWithoutCall() {
        final class Empty: Layer {}
        let error = #expect(throws: LayerError.self) {
            try Sequential([Empty(inputShape: [1])]).ensureBuilt()
        }
        #expect(
            error?.description
                == "layer empty (Empty): does not override call(_:context:); compute the output there.")
    }

    @Test func containersHaveNoFlagOfTheirOwn() {
        let inner = Sequential([Dense(1), Dense(1)])
        let model = Sequential([inner, Dense(1)])
        model.freeze()
        #expect(!inner.isTrainable)
        inner.layers[1].isTrainable = true
        #expect(inner.isTrainable)
        #expect(model.isTrainable)
        #expect(model.leaves.map(\.isTrainable) == [false, true, false])
        #expect(model.leaves.map(\.name) == ["dense", "dense_1", "dense"])
    }

    @Test func changesAreNoted() {
        let layer = BatchNormalization()
        var count = LayerChanges.count
        func expectNoted(_ change: () -> Void) {
            change()
            #expect(LayerChanges.count > count)
            count = LayerChanges.count
        }
        expectNoted { layer.isTrainable = false }
        expectNoted { layer.statistics = .batch }
        #expect(layer.configurationVersion == 1)
        let model = Sequential([layer])
        count = LayerChanges.count
        expectNoted { model.add(Flatten()) }
        expectNoted { model.pop() }
    }
}
