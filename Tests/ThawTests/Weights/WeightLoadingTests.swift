import Foundation
import Testing
import ThawFormats

@testable import Thaw

/// Files that Keras, NumPy and PyTorch wrote.
@Suite struct WeightLoadingTests {
    static let kerasFiles: [(name: String, format: WeightFileFormat)] = [
        ("keras3.weights.h5", .kerasVariables), ("keras3_layers.h5", .kerasLayers),
        ("keras2.h5", .kerasLayers),
        ("keras2_frozen.h5", .kerasLayers), ("paths.npz", .npz), ("numbers.npz", .npz),
    ]

    @Test(arguments: kerasFiles.indices) func filesOfKeras(_ index: Int) throws {
        let (name, format) = Self.kerasFiles[index]
        let model = try WeightFixtures.net()
        let report = try model.loadWeights(from: WeightFixtures.file(name))
        try WeightFixtures.expectKeras(model, name)
        #expect(report.format == format && report.loaded.count == model.allParameters.count)
        #expect(report.loaded.map(\.parameter) == model.parameterPaths.map(\.path))
        #expect(report.skipped.isEmpty && report.unused.isEmpty && report.nanCount == 0)
        #expect(report.matching == (name == "numbers.npz" ? .order : .names))
    }

    /// Layers without names are loaded in order, as Keras does.
    @Test(arguments: [
        "keras3.weights.h5", "keras3_layers.h5", "keras2.h5", "keras2_frozen.h5", "numbers.npz",
    ])
    func order(_ name: String) throws {
        for matching in [WeightMatching.automatic, .order] {
            let model = try WeightFixtures.net(isNamed: false)
            let report = try model.loadWeights(from: WeightFixtures.file(name), matching: matching)
            try WeightFixtures.expectKeras(model, "\(name), \(matching)")
            #expect(report.matching == .order)
        }
        // What is frozen changes the order in which Keras lists a model's weights, not what they are.
        let model = try WeightFixtures.net(isNamed: false)
        model.layers[6].freeze()
        try model.loadWeights(from: WeightFixtures.file(name), matching: .order)
        try WeightFixtures.expectKeras(model, "\(name), frozen")
    }

    @Test(arguments: ["keras3.weights.h5", "keras3_layers.h5", "keras2.h5", "keras2_frozen.h5", "paths.npz"])
    func names(_ name: String) throws {
        let model = try WeightFixtures.net()
        let report = try model.loadWeights(from: WeightFixtures.file(name), matching: .names)
        #expect(report.matching == .names)
        try WeightFixtures.expectKeras(model, name)
        let unnamed = try WeightFixtures.net(isNamed: false)
        let error = #expect(throws: WeightFileError.self) {
            try unnamed.loadWeights(from: WeightFixtures.file(name), matching: .names)
        }
        // PReLU is called otherwise there, and so is what is inside the model.
        #expect(error?.missing.contains("p_re_lu/alpha") == true)
        #expect(error?.missing.contains("sequential/conv2d/kernel") == true)
    }

    @Test func aWholeModelOfKeras2BringsItsEpsilons() throws {
        let model = try WeightFixtures.net(epsilon: 1e-3)
        let report = try model.loadWeights(from: WeightFixtures.file("keras2_model.h5"))
        let other = try Model.load(from: WeightFixtures.file("keras2_model.h5"), compiled: false)
        #expect(WeightFixtures.areSame(model, other))
        let outputs = try WeightFixtures.outputs(model)
        #expect(try outputs.isBitwiseEqual(to: WeightFixtures.outputs(other)))
        let layer = try #require(model.layer(named: "body/point_bn") as? BatchNormalization)
        #expect(layer.epsilon == 2e-3 && layer.momentum == 0.9)
        #expect(report.notes.count == 4, "bn, gn, point_bn, ln: \(report.notes)")
        #expect(report.description.contains("body/point_bn has the epsilon 0.002, before 0.001"))
    }

    @Test func anArchiveBringsEpsilonAndMomentum() throws {
        let folder = try TestFolder()
        let model = try WeightFixtures.net(epsilon: 0.05)
        try model.save(to: folder.file("a.keras"))
        let other = try WeightFixtures.net(isNamed: false)
        let before = try WeightFixtures.outputs(other)
        let report = try other.loadWeights(from: folder.file("a.keras"))
        #expect(report.format == .kerasArchive && report.notes.count == 4)
        let outputs = try WeightFixtures.outputs(other)
        #expect(!outputs.isBitwiseEqual(to: before))
        #expect(try outputs.isBitwiseEqual(to: WeightFixtures.outputs(model)))
    }

    // MARK: - PyTorch

    @Test(arguments: ["torch.pth", "torch_legacy.th"]) func filesOfPyTorch(_ name: String) throws {
        for mapping in [WeightMapping.automatic, .torch()] {
            let model = try WeightFixtures.net()
            let report = try model.loadWeights(from: WeightFixtures.file(name), mapping: mapping)
            try WeightFixtures.expectTorch(model, name)
            #expect(report.format == .torch && report.matching == .names && report.unused.isEmpty)
            #expect(
                report.ignored.count == 2 && report.ignored.allSatisfy { $0.hasSuffix("num_batches_tracked") }
            )
            let prefix = name == "torch.pth" ? "module." : ""
            #expect(
                report.loaded.contains {
                    $0.parameter == "bn/moving_variance" && $0.entry == prefix + "bn.running_var"
                })
            #expect(report.notes.count == 1 && report.notes[0].contains("1e-05"), "\(report.notes)")
        }
    }

    @Test func renamedAndNumberedFilesOfPyTorch() throws {
        let url = WeightFixtures.file("torch_renamed.pt")
        // A first part that the model lacks goes by itself, another name does not.
        let model = try WeightFixtures.net()
        let error = #expect(throws: WeightFileError.self) {
            try model.loadWeights(from: url, matching: .names)
        }
        #expect(error?.missing == ["head/kernel", "head/bias"])
        #expect(error?.unexpected == ["backbone.linear.weight", "backbone.linear.bias"])
        for mapping in [
            WeightMapping.torch(renaming: ["backbone.linear": "head", "backbone": ""]),
            .renaming(["backbone/linear": "backbone/head"]),
            .renaming { $0.replacing("linear", with: "head") },
        ] {
            let model = try WeightFixtures.net()
            let report = try model.loadWeights(from: url, mapping: mapping)
            #expect(report.matching == .names)
            try WeightFixtures.expectTorch(model, "renamed")
        }
        let linear = try WeightFixtures.net(head: "linear")
        try linear.loadWeights(from: url)
        try WeightFixtures.expectTorch(linear, "linear")
        // Names that say nothing: in order, which the report says.
        let numbered = try WeightFixtures.net()
        let report = try numbered.loadWeights(from: WeightFixtures.file("torch_numbered.pt"))
        #expect(report.matching == .order && report.notes[0].contains("in order"))
        try WeightFixtures.expectTorch(numbered, "numbered")
        #expect(throws: WeightFileError.self) {
            try numbered.loadWeights(from: WeightFixtures.file("torch_numbered.pt"), matching: .names)
        }
    }

    @Test func epsilonAndMomentumOfPyTorch() throws {
        let model = try WeightFixtures.net()
        let report = try model.loadWeights(
            from: WeightFixtures.file("torch.pth"), mapping: .torch(epsilon: 1e-5, momentum: 0.8))
        let normalization = try #require(model.layer(named: "bn") as? BatchNormalization)
        #expect(normalization.epsilon == 1e-5 && normalization.momentum == 0.8)
        #expect(report.notes.count == 4 && report.notes[0].contains("as the mapping says"), "\(report.notes)")
        let again = try WeightFixtures.net(epsilon: 1e-5)
        #expect(try again.loadWeights(from: WeightFixtures.file("torch.pth")).notes.isEmpty)
        #expect(try WeightFixtures.outputs(again).isBitwiseEqual(to: WeightFixtures.outputs(model)))
        for (epsilon, momentum) in [(0, 0.9), (-1, 0.9), (.nan, 0.9), (1e-5, 1.5)] {
            #expect(throws: TrainingError.self) {
                try model.loadWeights(
                    from: WeightFixtures.file("torch.pth"),
                    mapping: .torch(epsilon: epsilon, momentum: momentum))
            }
        }
    }

    /// Two Batch Normalizations of one size, the first frozen when Keras 2 saved them: their arrays lie in an order in which
    /// everything would fit, wrongly, into a model in which none is frozen.
    @Test func ordersThatWouldFitWrongly() throws {
        func make(isNamed: Bool) -> Sequential {
            let body = Sequential(name: isNamed ? "body" : nil) {
                BatchNormalization(inputShape: [3], name: isNamed ? "first" : nil)
                BatchNormalization(name: isNamed ? "second" : nil)
            }
            return Sequential([body])
        }
        let folder = try TestFolder()
        let url = folder.file("a.h5")
        let model = make(isNamed: true)
        for (place, parameter) in model.allParameters.enumerated() {
            try parameter.assign(.full([3], Double(place)))
        }
        try model.layer(named: "body/first").freeze()
        try model.saveWeights(to: url)
        let names = try HDF5File(url).group("body").attributes.strings(named: "weight_names")
        #expect(names?.prefix(3) == ["second/gamma:0", "second/beta:0", "first/gamma:0"])
        let named = make(isNamed: true)
        try named.loadWeights(from: url)
        #expect(WeightFixtures.areSame(named, model))
        let unnamed = make(isNamed: false)
        let before = unnamed.weights
        for skips in [false, true] {
            #expect(throws: WeightFileError.self) {
                try unnamed.loadWeights(from: url, strict: false, skipMismatch: skips)
            }
        }
        #expect(zip(before, unnamed.weights).allSatisfy { $0.isBitwiseEqual(to: $1) })
        unnamed.layers[0].sublayers[0].freeze()
        try unnamed.loadWeights(from: url)
        #expect(WeightFixtures.areSame(unnamed, model))
        // The same in PyTorch's order.
        let other = folder.file("a.npz")
        let arrays = ["0.running_mean", "0.running_var", "0.weight", "0.bias"].map {
            (name: $0, tensor: Tensor.ones([3]))
        }
        try NPZFile.write(arrays, to: other)
        let single = Sequential { BatchNormalization(inputShape: [3]) }
        for matching in [WeightMatching.automatic, .order] {
            #expect(throws: WeightFileError.self) {
                try single.loadWeights(from: other, matching: matching, mapping: .torch())
            }
        }
    }

    /// What a file is decides, not what it is called.
    @Test func contentsDecide() throws {
        let folder = try TestFolder()
        for (name, other) in [
            ("keras3.weights.h5", "a.h5"), ("keras2.h5", "a.weights.h5"), ("keras2_model.h5", "b.weights.h5"),
            ("keras2.h5", "a.hdf5"), ("paths.npz", "a.safetensors"), ("torch.pth", "a.bin"),
            ("torch_legacy.th", "b.pt"), ("torch.pth", "a.npz"),
        ] {
            try FileManager.default.copyItem(at: WeightFixtures.file(name), to: folder.file(other))
            try WeightFixtures.net().loadWeights(from: folder.file(other))
            try FileManager.default.removeItem(at: folder.file(other))
        }
    }

    /// Keras 2.13 to 2.15 call the list of layers otherwise.
    @Test func listsOfLayersOfKeras213() throws {
        let source = try HDF5File(WeightFixtures.file("keras3.weights.h5"))
        var writer = HDF5Writer()
        for dataset in try source.root.datasets() {
            try writer.add(
                dataset.readTensor(),
                at: dataset.path.replacing("layers/", with: "_layer_checkpoint_dependencies/"))
        }
        let folder = try TestFolder()
        try writer.write(to: folder.file("a.weights.h5"))
        let model = try WeightFixtures.net()
        let report = try model.loadWeights(from: folder.file("a.weights.h5"))
        #expect(report.matching == .order)
        try WeightFixtures.expectKeras(model, "2.13")
    }
}
