import Foundation
import Synchronization
import Testing
import ThawFormats

@testable import Thaw

/// Training on kept features gives what training on the data gives.
@Suite struct FrozenPrefixTests {
    /// Images of two kinds with noise.
    static func images(_ count: Int, seed: UInt64 = 5) throws -> Dataset {
        var stream = RandomStream(seed: seed)
        let noise = stream.normalTensor([count, 8, 8, 3])
        let labels = Tensor((0..<count).map { Int32($0 % 2) })
        let sign = labels.cast(to: .float32).reshaped(to: [count, 1, 1, 1]) - 0.5
        return try Dataset(noise + sign, labels)
    }

    /// A little residual net whose border runs through two branches.
    static func net(dropout: Double = 0) throws -> Model {
        let input = Input(shape: [8, 8, 3])
        let first = try Conv2D(16, kernelSize: 3, padding: .same, usesBias: false, name: "conv1")(input)
        let normalized = try ReLU()(BatchNormalization(name: "bn1")(first))
        let left = try BatchNormalization(name: "bn2")(
            Conv2D(16, kernelSize: 3, padding: .same, usesBias: false, name: "conv2")(normalized))
        let right = try Conv2D(16, kernelSize: 1, name: "conv3")(normalized)
        var x = try ReLU()(Add()(left, right))
        x = try GlobalAveragePooling2D()(x)
        x = try Dropout(dropout, name: "dropout")(x)
        let model = try Model(
            inputs: [input], outputs: [Dense(2, activation: .softmax, name: "head")(x)], seed: 3)
        return model
    }

    static func compiled(_ model: Model, frozen: [String]) throws -> Model {
        for name in frozen { try model.layer(named: name).freeze() }
        try model.compile(
            optimizer: .adam(learningRate: 0.01), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        return model
    }

    private func expectAlike(_ a: Model, _ b: Model, _ tolerance: Double = 2e-5) {
        for (first, second) in zip(a.parameterPaths, b.parameterPaths) {
            let (x, y) = (first.parameter.value, second.parameter.value)
            let largest = max(1e-3, y.doubles.map(abs).max() ?? 0)
            #expect(((x - y).doubles.map(abs).max() ?? 0) <= tolerance * largest, "\(first.path)")
        }
    }

    private static let frozenSets: [[String]] = [
        ["conv1", "bn1"], ["conv1", "bn1", "conv2", "bn2", "conv3"], ["conv1", "bn1", "conv2"],
        ["conv1", "bn1", "conv3"],
    ]

    @Test(arguments: frozenSets) func featuresTrainAsTheDataDoes(_ frozen: [String]) throws {
        let data = try Self.images(70)
        let validation = try Self.images(30, seed: 6)
        let models = try (0..<2).map { _ in try Self.compiled(Self.net(dropout: 0.3), frozen: frozen) }
        let with = try models[0].fit(
            data, batchSize: 16, epochs: 4, validation: validation, verbosity: .silent)
        let without = try models[1].fit(
            data, batchSize: 16, epochs: 4, validation: validation, verbosity: .silent, featureCache: .off)
        #expect(with.frozenPrefix?.contains("frozen prefix: ") == true && without.frozenPrefix == nil)
        expectAlike(models[0], models[1])
        for name in with.names {
            for (a, b) in zip(with[name], without[name]) { #expect(abs(a - b) < 1e-4, "\(name)") }
        }
        // The same bits each time.
        let again = try Self.compiled(Self.net(dropout: 0.3), frozen: frozen)
        try again.fit(data, batchSize: 16, epochs: 4, validation: validation, verbosity: .silent)
        for (a, b) in zip(again.parameterPaths, models[0].parameterPaths) {
            #expect(a.parameter.value.isBitwiseEqual(to: b.parameter.value))
        }
    }

    @Test func whatWasDoneIsSaid() throws {
        let model = try Self.compiled(Self.net(), frozen: ["conv1", "bn1", "conv2", "bn2", "conv3"])
        let history = try model.fit(Self.images(40), epochs: 1, verbosity: .silent)
        #expect(
            history.frozenPrefix
                == "frozen prefix: 11 of 12 layers, features 40 x 16, 2.66 KB, computed once")
        // Nothing that is worth it is frozen.
        let other = try Self.compiled(Self.net(), frozen: ["head"])
        #expect(try other.fit(Self.images(40), epochs: 1, verbosity: .silent).frozenPrefix == nil)
    }

    @Test func filesKeepWhatMemoryKeeps() throws {
        let folder = try TestFolder()
        let models = try (0..<2).map { _ in try Self.compiled(Self.net(), frozen: ["conv1", "bn1"]) }
        try models[0].fit(Self.images(50), epochs: 2, verbosity: .silent, featureCache: .disk(folder.url))
        try models[1].fit(Self.images(50), epochs: 2, verbosity: .silent)
        expectAlike(models[0], models[1], 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
        let missing = folder.url.appending(path: "missing")
        let before = models[0].parameterPaths.map(\.parameter.value)
        #expect {
            try models[0].fit(Self.images(50), verbosity: .silent, featureCache: .disk(missing))
        } throws: { "\($0)".contains(missing.path) && "\($0)".contains("Name a folder") }
        for (value, entry) in zip(before, models[0].parameterPaths) {
            #expect(value.isBitwiseEqual(to: entry.parameter.value))
        }
    }

    /// A plain map is asked once for each sample, its targets are kept too; a random one is asked each time.
    @Test func mapsAreAskedOnce() throws {
        final class Count: Sendable { let value = Atomic<Int>(0) }
        let count = Count()
        let plain = try Self.images(40).map { x, y in
            count.value.add(1, ordering: .relaxed)
            return (x * 0.5, 1 - y)
        }
        let models = try (0..<2).map { _ in try Self.compiled(Self.net(), frozen: ["conv1", "bn1"]) }
        try models[0].fit(plain, batchSize: 16, epochs: 5, verbosity: .silent)
        // One more is looked at for its shape.
        #expect(count.value.load(ordering: .relaxed) <= 42)
        let source = try Self.images(40)
        let done = try Dataset(source.inputs[0] * 0.5, 1 - source.targets[0])
        try models[1].fit(done, batchSize: 16, epochs: 5, verbosity: .silent)
        expectAlike(models[0], models[1], 0)

        let random = try Self.images(40).map(random: { x, y, stream in (x + stream.normalTensor(x.shape), y) }
        )
        let history = try models[0].fit(random, epochs: 1, verbosity: .silent)
        #expect(history.frozenPrefix == nil)
        let bad = try Self.images(40).map { x, y in (x, y + 5) }
        #expect { try models[0].fit(bad, epochs: 1, verbosity: .silent) } throws: {
            if case TrainingError.labelOutOfRange = $0 { true } else { false }
        }
    }

    /// What a callback does to frozen layers counts from the next batch on.
    @Test(arguments: ["unfreeze", "freeze", "write"]) func changesAreNoticed(_ change: String) throws {
        final class Changer: Callback {
            let change: String
            var steps = 0
            init(_ change: String) { self.change = change }
            override func onTrainBatchEnd(batch: Int, logs: Logs) throws {
                steps += 1
                guard steps == 7, let model else { return }
                switch change {
                case "unfreeze": try model.layer(named: "bn1").unfreeze()
                case "freeze": try model.layer(named: "conv3").freeze()
                default:
                    let kernel = try model.layer(named: "conv1").parameters[0]
                    try kernel.assign(kernel.value * 1.5)
                }
            }
        }
        let models = try (0..<2).map { _ in try Self.compiled(Self.net(), frozen: ["conv1", "bn1"]) }
        for (model, cache) in zip(models, [FeatureCache.automatic, .off]) {
            try model.fit(
                Self.images(64), batchSize: 16, epochs: 4, validation: Self.images(20, seed: 2),
                verbosity: .silent,
                callbacks: [Changer(change)], featureCache: cache)
        }
        expectAlike(models[0], models[1], 1e-4)
    }

    /// NaN that a ReLU in the frozen part would hide is found, and named.
    @Test func hiddenNumbersAreFound() throws {
        var pixels = try Self.images(40).inputs[0]
        pixels[element: 17, 3, 3, 1] = .nan
        let data = try Dataset(pixels, Self.images(40).targets[0])
        let model = try Self.compiled(Self.net(), frozen: ["conv1", "bn1"])
        let before = model.parameterPaths.map(\.parameter.value)
        #expect {
            try model.fit(data, batchSize: 40, epochs: 2, verbosity: .silent)
        } throws: { error in
            guard case TrainingError.nonFinite(let report) = error else { return false }
            return report.origin == .input(sample: 17)
        }
        for (value, entry) in zip(before, model.parameterPaths) {
            #expect(value.isBitwiseEqual(to: entry.parameter.value))
        }
        let history = try model.fit(
            data, batchSize: 20, epochs: 2, verbosity: .silent, onNonFinite: .continue)
        #expect(history.skippedSteps == 2 && history.frozenPrefix != nil)
    }

    /// Weights of samples and classes go with the features.
    @Test func weightsGoAlong() throws {
        let data = try Self.images(50)
        var stream = RandomStream(seed: 8)
        let weighted = try data.weighted(stream.uniformTensor([50], in: 0..<2))
        let models = try (0..<2).map { _ in try Self.compiled(Self.net(), frozen: ["conv1", "bn1"]) }
        for (model, cache) in zip(models, [FeatureCache.automatic, .off]) {
            try model.fit(
                weighted.dropFirst(10), batchSize: 16, epochs: 3, classWeights: [0: 3], verbosity: .silent,
                featureCache: cache)
        }
        expectAlike(models[0], models[1])
    }

    /// Views of augmented samples are computed once each, and train as they do without the cache.
    @Test func viewsAreKept() throws {
        final class Count: Sendable { let value = Atomic<Int>(0) }
        let count = Count()
        let data = try Self.images(40).map(random: { x, y, stream in
            count.value.add(1, ordering: .relaxed)
            return (x + stream.normalTensor(x.shape), y)
        }).views(3)
        let models = try (0..<2).map { _ in try Self.compiled(Self.net(), frozen: ["conv1", "bn1"]) }
        let history = try models[0].fit(data, batchSize: 16, epochs: 8, verbosity: .silent)
        #expect(count.value.load(ordering: .relaxed) <= 3 * 40 + 2)
        #expect(history.frozenPrefix?.contains("features 40 x 8 x 8 x 16 in 3 views") == true)
        try models[1].fit(data, batchSize: 16, epochs: 8, verbosity: .silent, featureCache: .off)
        expectAlike(models[0], models[1])
        #expect(count.value.load(ordering: .relaxed) >= 8 * 40)
    }

    /// Stopped in the middle of an epoch and gone on with, kept features give the same bits.
    @Test func stoppingChangesNothing() throws {
        final class Stopper: Callback {
            let file: URL
            let limit: Int
            var steps = 0
            init(_ file: URL, after limit: Int) { (self.file, self.limit) = (file, limit) }
            override func onTrainBatchEnd(batch: Int, logs: Logs) throws {
                steps += 1
                // In the second epoch it thaws a layer, so that this epoch goes on with the data.
                if steps == 5 { try model?.layer(named: "bn1").unfreeze() }
                guard steps == limit else { return }
                try model?.saveCheckpoint(to: file)
            }
        }
        let folder = try TestFolder()
        let data = try Self.images(64)
        for limit in [2, 6, 8, 10] {
            let file = folder.file("\(limit).thaw")
            let model = try Self.compiled(Self.net(dropout: 0.2), frozen: ["conv1", "bn1"])
            try model.fit(
                data, batchSize: 16, epochs: 4, verbosity: .silent, callbacks: [Stopper(file, after: limit)])
            let rest = try Self.compiled(Self.net(dropout: 0.2), frozen: ["conv1", "bn1"])
            try rest.loadCheckpoint(from: file, continuingFit: true)
            let later = Stopper(folder.file("none"), after: .max)
            later.steps = limit
            try rest.fit(data, batchSize: 16, epochs: 4, verbosity: .silent, callbacks: [later])
            for (a, b) in zip(model.parameterPaths, rest.parameterPaths) {
                #expect(a.parameter.value.isBitwiseEqual(to: b.parameter.value), "\(limit) \(a.path)")
            }
        }
    }

    /// Without algorithms that depend on the size of a batch, kept features are the whole step's to the bit.
    @Test(arguments: frozenSets) func sameAlgorithmsGiveTheSameBits(_ frozen: [String]) throws {
        let data = try Self.images(64)
        let models = try (0..<2).map { _ in try Self.compiled(Self.net(dropout: 0.3), frozen: frozen) }
        for (model, cache) in zip(models, [FeatureCache.automatic, .off]) {
            model.training.isBatchInvariant = true
            let history = try model.fit(
                data, batchSize: 16, epochs: 4, verbosity: .silent, featureCache: cache)
            #expect((history.frozenPrefix != nil) == (cache == .automatic))
        }
        for (a, b) in zip(models[0].parameterPaths, models[1].parameterPaths) {
            #expect(a.parameter.value.isBitwiseEqual(to: b.parameter.value), "\(a.path)")
        }
    }

    /// Validation on the training data takes its features; on other data it has its own.
    @Test func validationSharesWhatIsTheSame() throws {
        final class Count: Sendable { let value = Atomic<Int>(0) }
        for isSame in [true, false] {
            let count = Count()
            func counted(_ data: Dataset) -> Dataset {
                data.map { x, y in
                    count.value.add(1, ordering: .relaxed)
                    return (x * 0.5, y)
                }
            }
            let data = counted(try Self.images(40))
            let validation = isSame ? data : counted(try Self.images(40))
            let models = try (0..<2).map { _ in try Self.compiled(Self.net(), frozen: ["conv1", "bn1"]) }
            let with = try models[0].fit(
                data, batchSize: 16, epochs: 3, validation: validation, verbosity: .silent)
            let calls = count.value.load(ordering: .relaxed)
            #expect(isSame ? calls <= 44 : calls >= 80 && calls <= 86)
            let without = try models[1].fit(
                data, batchSize: 16, epochs: 3, validation: validation, verbosity: .silent, featureCache: .off
            )
            for name in with.names {
                for (a, b) in zip(with[name], without[name]) { #expect(abs(a - b) < 1e-4, "\(name)") }
            }
        }
    }

    /// Gathered gradients change nothing in most steps, and what they change later is no part of the prefix.
    @Test func gatheredGradientsAreNoticed() throws {
        let models = try (0..<2).map { _ in try Self.net() }
        for (model, cache) in zip(models, [FeatureCache.automatic, .off]) {
            for name in ["conv1", "bn1", "conv2", "conv3"] { try model.layer(named: name).freeze() }
            try #require(try model.layer(named: "bn2") as? BatchNormalization).statistics = .moving
            try model.compile(
                optimizer: .adam(learningRate: 0.02).accumulatingGradients(over: 3),
                loss: .sparseCategoricalCrossentropy)
            let history = try model.fit(
                Self.images(64), batchSize: 8, epochs: 4, verbosity: .silent, featureCache: cache)
            #expect((history.frozenPrefix != nil) == (cache == .automatic))
        }
        expectAlike(models[0], models[1], 1e-4)
    }

    /// Multiplies by numbers of which there are as many as rows; with one row they are the same for all samples.
    final class RowLayer: Layer {
        override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
            try input * context.graph.constant(Tensor.full([input.shape[0], 1], 3))
        }
        override func cloned() throws -> Layer { RowLayer() }
    }

    /// Selects by a mask of what is frozen.
    final class MaskLayer: Layer {
        private var scale: Parameter?
        override func build(inputShape: [Int]) throws {
            scale = try addWeight(name: "scale", shape: [inputShape.last ?? 1], initializer: .ones)
        }
        override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
            guard let scale else { return input }
            return try input.greater(than: 0.1).select(input, input * context.read(scale))
        }
        override func cloned() throws -> Layer { MaskLayer() }
    }

    /// Layers whose trace has another border for another batch size, or values of another type there.
    @Test(arguments: ["rows 64", "rows 16", "rows 1", "mask 16"]) func oddLayersTrainAlike(_ name: String)
        throws
    {
        let parts = name.split(separator: " ")
        let batchSize = Int(parts[1]) ?? 1
        let models = try (0..<2).map { _ in
            Sequential(seed: 2) {
                Conv2D(16, kernelSize: 3, activation: .relu, inputShape: [8, 8, 3], name: "conv1")
                GlobalAveragePooling2D()
                parts[0] == "rows" ? RowLayer() : MaskLayer()
                Dense(2, activation: .softmax)
            }
        }
        for (model, cache) in zip(models, [FeatureCache.automatic, .off]) {
            try model.layer(named: "conv1").freeze()
            try model.compile(optimizer: .sgd(learningRate: 0.1), loss: .sparseCategoricalCrossentropy)
            try model.fit(
                Self.images(batchSize == 16 ? 33 : 65), batchSize: batchSize, epochs: 2, verbosity: .silent,
                featureCache: cache)
        }
        expectAlike(models[0], models[1], 1e-4)
    }

    /// Other maps of the same tensors, and other seeds, are other data.
    @Test func otherMapsAreOtherData() throws {
        func noisy(_ data: Dataset, _ deviation: Float) -> Dataset {
            data.map(random: { x, y, stream in (x + stream.normalTensor(x.shape) * Double(deviation), y) })
                .views(2)
        }
        let base = try Self.images(40)
        for (validation, seed) in [(noisy(base, 3), UInt64(1)), (noisy(base, 0.1), 77)] {
            let models = try (0..<2).map { _ in try Self.compiled(Self.net(), frozen: ["conv1", "bn1"]) }
            let data = seed == 77 ? validation : noisy(base, 0.1)
            let histories = try zip(models, [FeatureCache.automatic, .off]).map { model, cache in
                try model.fit(
                    data, batchSize: 16, epochs: 3, validation: validation, verbosity: .silent, seed: seed,
                    featureCache: cache)
            }
            for name in histories[0].names {
                for (a, b) in zip(histories[0][name], histories[1][name]) {
                    #expect(abs(a - b) < 1e-3, "\(name)")
                }
            }
        }
    }
}
