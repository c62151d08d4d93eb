import Foundation
import Testing
import ThawFormats
import ThawTestSupport

@testable import Thaw

/// Models through files and back.
@Suite struct ModelSavingTests {
    static func net(seed: UInt64 = 3) -> Sequential {
        Sequential(seed: seed, name: "net") {
            Dense(8, activation: .relu, inputShape: [4])
            BatchNormalization(momentum: 0.9)
            Dropout(0.2)
            Dense(3, activation: .softmax)
        }
    }

    static let optimizers: [@Sendable () -> Optimizer] = [
        { .sgd(learningRate: 0.1) }, { .sgd(learningRate: 0.1, momentum: 0.9, nesterov: true) },
        { .adam(learningRate: .exponentialDecay(from: 0.01, steps: 10, rate: 0.9)) },
        { .adamW(learningRate: 0.01) }, { .nadam() }, { .adamax() },
        { .rmsprop(momentum: 0.5, centered: true) }, { .adagrad() }, { .adadelta() },
        { .adam().averaging() }, { .adam().clipped(.norm(0.5)) },
    ]

    private func roundTrip(_ model: Model, in folder: TestFolder, compiled: Bool = true) throws -> Model {
        let url = folder.file("model.keras")
        try model.save(to: url)
        return try Model.load(from: url, compiled: compiled)
    }

    /// Every kind of layer occurs in some architecture, so that no round trip forgets one.
    @Test func everyLayerIsInSomeArchitecture() throws {
        var found: Set<String> = []
        for architecture in Architecture.all {
            let model = try architecture.make()
            for (_, layer) in model.sublayerPaths {
                if let layer = layer as? any KerasLayer { found.insert(type(of: layer).kerasClassName) }
            }
        }
        // Keras 3 keeps ThresholdedReLU among what it reads from older files.
        let all = Set(KerasLayers.types.map { $0.kerasClassName }).subtracting(["ThresholdedReLU"])
        #expect(all.subtracting(found).sorted() == [])
    }

    @Test(arguments: Architecture.all) func everyArchitectureComesBack(_ architecture: Architecture) throws {
        let folder = try TestFolder()
        let (model, data) = try architecture.trained(optimizer: .adam())
        let copy = try roundTrip(model, in: folder)
        for (a, b) in zip(try KerasModelTests.outputs(model), try KerasModelTests.outputs(copy)) {
            #expect(a.isBitwiseEqual(to: b))
        }
        for model in [model, copy] {
            try model.fit(data, batchSize: 8, epochs: 1, shuffle: false, verbosity: .silent, seed: 5)
        }
        for (a, b) in zip(model.weights, copy.weights) { #expect(a.isBitwiseEqual(to: b)) }
    }

    @Test(arguments: optimizers.indices) func trainingGoesOnAsIfNothingHadHappened(_ index: Int) throws {
        let folder = try TestFolder()
        let (x, y) = Toy.clusters(32)
        let data = try Dataset(x, y)
        let model = Self.net()
        try model.compile(
            optimizer: Self.optimizers[index](), loss: .sparseCategoricalCrossentropy,
            metrics: [.accuracy])
        try model.fit(data, batchSize: 8, epochs: 2, shuffle: false, verbosity: .silent)
        let copy = try roundTrip(model, in: folder)
        #expect(copy.name == "net")
        #expect(try copy.predict(x).isBitwiseEqual(to: model.predict(x)))
        #expect(copy.optimizer?.iterations == model.optimizer?.iterations)
        let first = try model.fit(data, batchSize: 8, epochs: 1, shuffle: false, verbosity: .silent)
        let second = try copy.fit(data, batchSize: 8, epochs: 1, shuffle: false, verbosity: .silent)
        #expect(first["loss"] == second["loss"])
        for (a, b) in zip(model.weights, copy.weights) { #expect(a.isBitwiseEqual(to: b)) }
    }

    @Test func whatOnlyThawKnowsTravelsToo() throws {
        let folder = try TestFolder()
        let (x, y) = Toy.clusters(32)
        let body = Self.net()
        body.layers.compactMap { $0 as? BatchNormalization }.first?.statistics = .moving
        let input = Input(shape: [4])
        let output = try Dense(3, activation: .softmax)(body(input, mode: .inference))
        let model = try Model(inputs: [input], outputs: [output], seed: 5)
        try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy)
        try model.fit(Dataset(x, y), batchSize: 8, epochs: 1, verbosity: .silent)
        // Dormant: what Adam keeps for the frozen layer is needed when it trains again.
        body.layers[0].freeze()
        let copy = try roundTrip(model, in: folder)
        let copiedBody = try #require(copy.layers.compactMap { $0 as? Sequential }.first)
        #expect(copiedBody.layers.compactMap { $0 as? BatchNormalization }.first?.statistics == .moving)
        #expect(!copiedBody.layers[0].isTrainable && copiedBody.layers[3].isTrainable)
        #expect(copy.topology?.calls.first { $0.layer === copiedBody }?.mode == .inference)
        #expect(copy.seed == 5)
        for model in [model, copy] {
            for layer in model.layers { layer.unfreeze() }
            try model.fit(Dataset(x, y), batchSize: 8, epochs: 1, shuffle: false, verbosity: .silent)
        }
        for (a, b) in zip(model.weights, copy.weights) { #expect(a.isBitwiseEqual(to: b)) }
    }

    /// Parameters that were frozen for a while have counts, and Nadam products, of their own, which Keras has no place for.
    @Test(arguments: ["nadam", "averaging"]) func everyParameterKeepsItsOwnCounts(_ kind: String) throws {
        let folder = try TestFolder()
        let (x, y) = Toy.clusters(32)
        let model = Self.net()
        try model.compile(
            optimizer: kind == "nadam" ? .nadam(learningRate: 0.01) : .adam().averaging(momentum: 0.9),
            loss: .sparseCategoricalCrossentropy)
        func fit(_ model: Model) throws {
            try model.fit(Dataset(x, y), batchSize: 8, epochs: 1, shuffle: false, verbosity: .silent)
        }
        model.layers[0].freeze()
        try fit(model)
        model.layers[0].unfreeze()
        try fit(model)
        let copy = try roundTrip(model, in: folder)
        for (a, b) in zip(model.parameterPaths, copy.parameterPaths) {
            let (own, copied) = (
                model.optimizer?.slotValues(of: a.parameter), copy.optimizer?.slotValues(of: b.parameter)
            )
            #expect(own?.count == copied?.count)
            for (slot, value) in own ?? [:] {
                #expect(copied?[slot]?.isBitwiseEqual(to: value) == true, "\(a.path)/\(slot)")
            }
        }
        try fit(model)
        try fit(copy)
        for (a, b) in zip(model.weights, copy.weights) { #expect(a.isBitwiseEqual(to: b)) }
    }

    @Test func movingVarianceEstimatesTravel() throws {
        let model = Sequential { BatchNormalization(movingVarianceEstimate: .unbiased, inputShape: [2]) }
        let copy = try roundTrip(model, in: TestFolder())
        #expect((copy.layers[0] as? BatchNormalization)?.movingVarianceEstimate == .unbiased)
    }

    /// A metric that Keras lacks does not cost the optimizer's state.
    @Test func aMetricThatKerasLacksIsLeftOut() throws {
        let (x, y) = Toy.clusters(32)
        let model = Self.net()
        try model.compile(
            optimizer: .adam(), loss: .sparseCategoricalCrossentropy,
            metrics: [.accuracy, .mean("confidence") { _, prediction in try prediction.max(axes: [-1]) }])
        try model.fit(Dataset(x, y), batchSize: 8, epochs: 1, verbosity: .silent)
        let copy = try roundTrip(model, in: TestFolder())
        #expect(copy.optimizer?.iterations == 4)
        #expect(try copy.evaluate(Dataset(x, y), verbosity: .silent)["accuracy"] != nil)
    }

    @Test func whatIsLeftOutIsSaid() throws {
        let model = Self.net()
        #expect(model.savingNotes.isEmpty)
        try model.compile(
            optimizer: .nadam(learningRate: 0.01), loss: .meanSquaredError, metrics: [.meanAbsoluteError])
        #expect(model.savingNotes.isEmpty)
        try model.compile(optimizer: Nadam(learningRate: 0.01, momentumDecay: 0.5), loss: .meanSquaredError)
        #expect(model.savingNotes.count == 1)
        #expect(model.savingNotes.first?.contains("not compiled") == true)
        #expect(model.savingNotes.first?.contains("nadam") == true)
        try model.compile(
            optimizer: .sgd(), loss: Loss(name: "own") { _, y in try y.mean(axes: [-1]) })
        #expect(model.savingNotes.first?.contains("no loss own") == true)
        try model.compile(
            optimizer: .sgd(), loss: .meanSquaredError,
            metrics: [.mean("mine") { _, y in try y.mean(axes: [-1]) }])
        #expect(model.savingNotes == ["The metric mine is left out, since Keras has none that is the same."])
    }

    @Test func uncompiledIfAsked() throws {
        let folder = try TestFolder()
        let model = Self.net()
        try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy)
        #expect(try roundTrip(model, in: folder).optimizer != nil)
        #expect(try roundTrip(model, in: folder, compiled: false).optimizer == nil)
        let other = Self.net()
        #expect(try roundTrip(other, in: folder).optimizer == nil)
    }

    @Test func whatKerasLacksIsSaid() throws {
        let folder = try TestFolder()
        let url = folder.file("model.keras")
        let model = Sequential {
            Dense(2, activation: ActivationFunction(name: "cube") { $0 }, inputShape: [3])
        }
        let error = #expect(throws: SavedModelError.self) { try model.save(to: url) }
        #expect(
            error?.description.contains("dense") == true && error?.description.contains("cube") == true)
        #expect(!FileManager.default.fileExists(atPath: url.path))
        #expect(throws: TrainingError.self) {
            try Self.net().save(to: folder.file("model.pb"))
        }
        #expect(throws: TrainingError.self) { try Model.load(from: folder.file("model.pb")) }
        #expect(throws: FormatError.self) { try Model.load(from: url) }
    }

    @Test func anUnknownLayerOrArgumentIsNamed() throws {
        let reader = KerasModelReader(kerasVersion: 3, customLayers: [])
        func sequential(_ layer: JSONValue) -> JSONValue {
            ["class_name": "Sequential", "config": ["name": "net", "layers": [layer]]]
        }
        let cases: [(JSONValue, [String])] = [
            (["class_name": "LSTM", "config": ["name": "memory", "units": 3]], ["memory", "LSTM"]),
            (
                ["class_name": "Dense", "config": ["name": "head", "units": 3, "lora_rank": 4]],
                ["head", "lora_rank", "4"]
            ),
            (
                ["class_name": "Dense", "config": ["name": "head", "units": 3, "new": [1]]],
                ["head", "new", "[1]"]
            ),
            (["class_name": "Dense", "config": ["name": "head"]], ["head", "units", "missing"]),
            (
                ["class_name": "Dense", "config": ["name": "head", "units": "many"]],
                ["head", "units", "many"]
            ),
            (
                ["class_name": "Dense", "config": ["name": "head", "units": 4_611_686_018_427_387_904]],
                ["head", "units"]
            ),
            (
                [
                    "class_name": "Conv2D",
                    "config": ["name": "c", "filters": 1, "kernel_size": 3, "data_format": "channels_first"],
                ],
                ["c", "data_format", "channels_first"]
            ),
            (["class_name": "Activation", "config": ["name": "a", "activation": "wave"]], ["a", "wave"]),
        ]
        for (layer, words) in cases {
            let error = #expect(throws: SavedModelError.self) { try reader.model(from: sequential(layer)) }
            for word in words { #expect(error?.description.contains(word) == true, "\(word)") }
        }
    }

    /// Numbers that nobody wrote in good faith are errors, not traps.
    @Test func absurdNumbersAreRefused() throws {
        let reader = KerasModelReader(kerasVersion: 3, customLayers: [])
        let huge: JSONValue = [16_777_216, 16_777_216, 16_777_216]
        #expect(throws: (any Error).self) {
            let layers: JSONValue = [
                [
                    "class_name": "Reshape",
                    "config": ["name": "r", "batch_input_shape": [.null, 4], "target_shape": huge],
                ]
            ]
            try reader.model(from: ["class_name": "Sequential", "config": ["name": "net", "layers": layers]])
                .ensureBuilt()
        }
        // A normalization of another axis than the last is not ours.
        let axes: JSONValue = [
            [
                "class_name": "BatchNormalization",
                "config": ["name": "b", "batch_input_shape": [.null, 4, 4, 3], "axis": [1]],
            ]
        ]
        let model = try reader.model(from: [
            "class_name": "Sequential", "config": ["name": "net", "layers": axes],
        ])
        let error = #expect(throws: LayerError.self) { try model.ensureBuilt() }
        #expect(error?.description.contains("axis 1") == true)
        #expect(throws: (any Error).self) {
            try Optimizer.keras(
                ["class_name": "SGD", "config": ["use_ema": true, "ema_overwrite_frequency": 1e300]],
                kerasVersion: 3)
        }
    }

    /// Keras's files would make two layers of one, so nothing is written. The error says each way out, and they work.
    @Test func aLayerInTwoPlacesIsRefused() throws {
        let folder = try TestFolder()
        let shared = Dense(4, name: "shared")
        let twice = Sequential([Dense(4, inputShape: [4]), shared, ReLU(), shared])
        let input = Input(shape: [4])
        let nested = try Model(inputs: [input], outputs: [shared(Sequential([shared])(input))], seed: 1)
        for model in [twice, nested] as [Model] {
            let error = #expect(throws: SavedModelError.self) {
                try model.save(to: folder.file("model.keras"))
            }
            let text = error?.description ?? ""
            for way in [
                "layer shared", "one model of inputs and outputs", "a layer of its own", "saveWeights",
            ] {
                #expect(text.contains(way), "\(way): \(text)")
            }
        }
        #expect(try folder.names.isEmpty)
        try twice.saveWeights(to: folder.file("weights.safetensors"))
        let called = try Model(inputs: [input], outputs: [shared(shared(input))])
        try called.save(to: folder.file("model.keras"))
        #expect(try Model.load(from: folder.file("model.keras")).parameterCount == 20)
    }

    @Test func gatheredGradientsAreCountedAsKerasDoes() throws {
        let folder = try TestFolder()
        let (x, y) = Toy.clusters(40)
        let model = Self.net()
        let optimizer = Optimizer.adam().accumulatingGradients(over: 3)
        try model.compile(optimizer: optimizer, loss: .sparseCategoricalCrossentropy)
        try model.fit(Dataset(x, y), batchSize: 8, epochs: 1, shuffle: false, verbosity: .silent)
        #expect(KerasOptimizerState(of: model, optimizer).variables[0].item == 5)
        try model.save(to: folder.file("model.keras"))
        let copy = try Model.load(from: folder.file("model.keras"))
        #expect(copy.optimizer?.iterations == 1 && copy.optimizer?.gatheredBatches == 2)
        for model in [model, copy] {
            try model.fit(Dataset(x, y), batchSize: 8, epochs: 1, shuffle: false, verbosity: .silent)
        }
        for (a, b) in zip(model.weights, copy.weights) { #expect(a.isBitwiseEqual(to: b)) }
    }
}
