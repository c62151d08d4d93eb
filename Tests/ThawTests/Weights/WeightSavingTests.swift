import Foundation
import Testing
import ThawFormats

@testable import Thaw

/// Weights to every format and back.
@Suite struct WeightSavingTests {
    static let endings = ["safetensors", "npz", "weights.h5", "h5", "hdf5"]

    @Test(arguments: endings) func everyFormatComesBackToTheBit(_ ending: String) throws {
        let folder = try TestFolder()
        let url = folder.file("a.\(ending)")
        let model = try WeightFixtures.loaded()
        try model.layer(named: "body/point").freeze()
        try model.saveWeights(to: url)
        let other = try WeightFixtures.net()
        try other.loadWeights(from: url)
        #expect(WeightFixtures.areSame(model, other))
        // A part of it, and a single layer.
        let body = try #require(model.layer(named: "body") as? Model)
        try body.saveWeights(to: url)
        let otherBody = try #require(WeightFixtures.net().layer(named: "body") as? Model)
        try otherBody.loadWeights(from: url)
        #expect(WeightFixtures.areSame(body, otherBody))
        let head = try model.layer(named: "head")
        try head.saveWeights(to: url)
        let otherHead = try WeightFixtures.net().layer(named: "head")
        try otherHead.loadWeights(from: url)
        #expect(zip(head.weights, otherHead.weights).allSatisfy { $0.isBitwiseEqual(to: $1) })
    }

    @Test func layersInsideLayersAndSharedOnes() throws {
        let folder = try TestFolder()
        func make(_ seed: UInt64) throws -> Model {
            let input = Input(shape: [4])
            let shared = Dense(4)
            let x = try shared(TwoDense()(shared(input)))
            return try Model(inputs: [input], outputs: [try TwoDense()(x)], seed: seed)
        }
        let model = try make(1)
        #expect(model.allParameters.count == 10)
        for ending in Self.endings {
            let url = folder.file("a.\(ending)")
            try model.saveWeights(to: url)
            let other = try make(2)
            try other.loadWeights(from: url)
            #expect(WeightFixtures.areSame(model, other), "\(ending)")
        }
        // So do the variables of whole models.
        #expect(KerasWeightPaths(of: model).groups.flatMap(\.parameters).count == 10)
    }

    @Test func layoutsOfPyTorch() throws {
        let folder = try TestFolder()
        let url = folder.file("a.safetensors")
        let model = try WeightFixtures.net()
        try model.loadWeights(from: WeightFixtures.file("torch.pth"))
        try model.saveWeights(to: url, mapping: .torch(renaming: ["fc": "head"]))
        // Exactly what PyTorch has, names and layouts.
        let written = try SafetensorsFile.read(url)
        let checkpoint = try TorchCheckpoint.read(WeightFixtures.file("torch_legacy.th"))
        let reference = checkpoint.tensors.filter { !$0.name.hasSuffix("num_batches_tracked") }
        #expect(written.metadata == ["format": "pt"] && written.tensors.count == reference.count)
        for (name, tensor) in reference {
            let own = written.tensors[name.replacing("head", with: "fc")]
            #expect(own?.isBitwiseEqual(to: tensor) == true, "\(name)")
        }
        let other = try WeightFixtures.net()
        try other.loadWeights(from: url, mapping: .torch(renaming: ["fc": "head"]))
        #expect(WeightFixtures.areSame(model, other))
        let named = try WeightFixtures.net(head: "fc")
        try named.loadWeights(from: url)
        #expect(WeightFixtures.areSame(model, named))
    }

    /// What the fixture's net lacks: one slope, slopes of every feature, normalization over whole images.
    @Test func otherLayoutsOfPyTorch() throws {
        let folder = try TestFolder()
        let url = folder.file("a.safetensors")
        let model = Sequential(seed: 1) {
            PReLU(inputShape: [2, 3, 4], name: "slopes")
            LayerNormalization(axes: [1, 2, 3], name: "norm")
            PReLU(sharedAxes: [1, 2], name: "slope")
            Dense(2, name: "dense")
        }
        let slopes = KerasModelTests.values([4, 2, 3], 1)
        let gamma = KerasModelTests.values([4, 2, 3], 2)
        let dense = KerasModelTests.values([2, 4, 1, 1], 3)
        try SafetensorsFile.write(
            [
                "slopes.weight": slopes, "norm.weight": gamma, "norm.bias": gamma,
                "slope.weight": .full([1], 0.5),
                "dense.weight": dense, "dense.bias": .zeros([2]),
            ], to: url)
        try model.loadWeights(from: url, mapping: .torch())
        let weights = Dictionary(
            uniqueKeysWithValues: model.parameterPaths.map { ($0.path, $0.parameter.value) })
        #expect(weights["slopes/alpha"]?.isBitwiseEqual(to: slopes.transposed([1, 2, 0])) == true)
        #expect(weights["norm/gamma"]?.isBitwiseEqual(to: gamma.transposed([1, 2, 0])) == true)
        #expect(weights["slope/alpha"]?.floats == [0.5, 0.5, 0.5, 0.5])
        #expect(weights["dense/kernel"]?.isBitwiseEqual(to: dense.reshaped(to: [2, 4]).transposed()) == true)
        try model.saveWeights(to: url, mapping: .torch())
        let written = try SafetensorsFile.read(url).tensors
        #expect(written["slopes.weight"]?.isBitwiseEqual(to: slopes) == true)
        #expect(written["norm.bias"]?.isBitwiseEqual(to: gamma) == true)
        #expect(written["slope.weight"]?.shape == [4])
    }

    @Test func refusals() throws {
        let folder = try TestFolder()
        let model = try WeightFixtures.net()
        for (name, word) in [
            ("a.keras", "save(to:)"), ("a.pth", ".torch()"), ("a", "endings"), ("a.bin", ".torch()"),
        ] {
            let error = #expect(throws: TrainingError.self) { try model.saveWeights(to: folder.file(name)) }
            #expect(error?.description.contains(word) == true, "\(String(describing: error))")
        }
        for (name, mapping) in [
            ("a.npz", WeightMapping.torch()), ("a.h5", .torch()), ("a.h5", .renaming(["fc": "head"])),
            ("a.safetensors", .renaming { $0 }),
            ("a.safetensors", .renaming(["fc": "head", "fc/bias": "head/kernel"])),
        ] {
            #expect(throws: TrainingError.self) {
                try model.saveWeights(to: folder.file(name), mapping: mapping)
            }
        }
        #expect(throws: ModelError.self) {
            try Sequential { Dense(2) }.saveWeights(to: folder.file("a.h5"))
        }
        #expect(throws: FormatError.self) { try model.saveWeights(to: folder.file("absent/a.h5")) }
        #expect(try folder.names.isEmpty)
    }
}

/// A layer with layers inside.
private final class TwoDense: Layer {
    private let first = Dense(4, name: "first")
    private let second = Dense(4, name: "second")

    override var sublayers: [Layer] { [first, second] }

    override func call(_ inputs: [SymbolicTensor], context: CallContext) throws -> [SymbolicTensor] {
        try second.apply(first.apply(inputs, context: context), context: context)
    }
}
