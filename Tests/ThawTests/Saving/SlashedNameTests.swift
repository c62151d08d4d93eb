import Foundation
import Testing
import ThawFormats

@testable import Thaw

/// Names of layers with slashes, as Keras 2's DenseNets have: in models, whole models on disk, and weights of every format.
@Suite struct SlashedNameTests {
    @Test func slashesGoThroughFilesAndKerasGetsNone() throws {
        let fixture = try UnusualModelTests.named("Keras 2, slashes")
        let model = try fixture.load()
        let block = try #require(model.layer(named: "block/one") as? Sequential)
        #expect(block.layers.map(\.name) == ["a/conv", "a/bn", "b/conv", "b/bn"])
        #expect(try (model.layer(named: "conv1/bn") as? BatchNormalization)?.epsilon == 0.01)
        #expect(try model.layer(named: "block/one/a/conv") === block.layers[0])
        try model.unfreeze(from: "conv1/bn")
        let written = try KerasModelWriter().object(for: model).text
        for name in ["conv1_conv", "conv1_bn", "block_one", "a_conv"] {
            #expect(written.contains("\"\(name)\""))
        }
        #expect(!written.contains("/bn") && !written.contains("block/"))
        // Where the name is taken, the next one that is free.
        let twice = Sequential([
            Dense(2, inputShape: [2], name: "a/b"), Dense(2, name: "a_b"), Dense(2, name: "a_b_1"),
        ])
        twice.name = "net/one"
        let folder = try TestFolder()
        try twice.save(to: folder.file("twice.keras"))
        let copy = try Model.load(from: folder.file("twice.keras"))
        #expect(copy.layers.map(\.name) == ["a/b", "a_b", "a_b_1"] && copy.name == "net/one")
    }

    /// The file that Keras ignores is no more to be trusted than the rest.
    @Test func namesThatCannotBeAreRefused() throws {
        let layers = HostileModelTests.sequential(HostileModelTests.dense())
        for name in ["", "/", "a//b"] {
            let reader = KerasModelReader(kerasVersion: 3, customLayers: [], names: ["head": name])
            #expect(throws: LayerError.self) { try reader.model(from: layers).ensureBuilt() }
        }
        let reader = KerasModelReader(kerasVersion: 3, customLayers: [], names: ["head": "a/b", "": "c/d"])
        let model = try reader.model(from: layers)
        #expect(model.layers.map(\.name) == ["a/b"] && model.name == "c/d")
    }

    /// The net of the fixture, with names or without, and with other epsilons.
    private func slashes(isNamed: Bool) throws -> Model {
        func name(_ name: String) -> String? { isNamed ? name : nil }
        let block = Sequential(name: name("block/one")) {
            Conv2D(3, kernelSize: 1, activation: .tanh, inputShape: [2, 2, 3], name: name("a/conv"))
            BatchNormalization(name: name("a/bn"))
            Conv2D(3, kernelSize: 1, activation: .tanh, name: name("b/conv"))
            BatchNormalization(name: name("b/bn"))
        }
        let image = Input(shape: [4, 4, 2], name: name("image"))
        var x = try Conv2D(3, kernelSize: 2, strides: 2, usesBias: false, name: name("conv1/conv"))(image)
        x = try BatchNormalization(name: name("conv1/bn"))(x)
        x = try Dense(2, name: name("top"))(Flatten(name: name("flat"))(block(x)))
        return try Model(inputs: [image], outputs: [x], seed: 3)
    }

    @Test(arguments: [WeightMatching.names, .order, .automatic]) func weightsUnderNamesWithSlashes(
        _ matching: WeightMatching
    ) throws {
        let fixture = try UnusualModelTests.named("Keras 2, slashes")
        let reference = try fixture.load(compiled: false)
        let weights = try #require(fixture.weights)
        for isNamed in matching == .names ? [true] : [true, false] {
            let model = try slashes(isNamed: isNamed)
            let report = try UnusualModelTests.Case.withFile(weights, ".h5") {
                try model.loadWeights(from: $0, matching: matching)
            }
            #expect(report.loaded.count == reference.allParameters.count)
            #expect(WeightFixtures.areSame(model, reference))
        }
        // A whole model brings its epsilons: each layer its own.
        let model = try slashes(isNamed: true)
        let report = try UnusualModelTests.Case.withFile(fixture.file, ".h5") {
            try model.loadWeights(from: $0, matching: matching)
        }
        #expect(report.notes.count == 3, "\(report.notes)")
        for (path, epsilon) in [("conv1/bn", 0.01), ("block/one/a/bn", 0.02), ("block/one/b/bn", 0.03)] {
            #expect(try (model.layer(named: path) as? BatchNormalization)?.epsilon == epsilon, "\(path)")
        }
        try UnusualModelTests.expect(model, on: fixture, gives: fixture.predictions)
    }

    @Test(arguments: ["h5", "weights.h5", "npz", "safetensors", "keras"])
    func everyFormatTakesSlashes(_ ending: String) throws {
        let folder = try TestFolder()
        let model = try slashes(isNamed: true)
        let url = folder.file("a.\(ending)")
        if ending == "keras" { try model.save(to: url) } else { try model.saveWeights(to: url) }
        for isNamed in [true, false] where isNamed || !["npz", "safetensors"].contains(ending) {
            let other = try slashes(isNamed: isNamed)
            #expect(!WeightFixtures.areSame(model, other) || isNamed)
            for layer in other.layers { try layer.setWeights(layer.weights.map { Tensor.zeros($0.shape) }) }
            try other.loadWeights(from: url)
            #expect(WeightFixtures.areSame(model, other), "\(ending), \(isNamed)")
        }
    }

    @Test func namesWithoutAPartAreRefused() throws {
        for name in ["", "/a", "a/", "a//b"] {
            let error = #expect(throws: LayerError.self) {
                try Sequential([Dense(2, inputShape: [2], name: name)]).ensureBuilt()
            }
            #expect(error?.description.contains("name") == true, "\(name)")
        }
        // Two ways to one path.
        let model = Sequential([
            Sequential([Dense(2, inputShape: [2], name: "b")], name: "a"), Dense(2, name: "a/b"),
        ])
        #expect(throws: ModelError.self) { try model.ensureBuilt() }
    }
}
