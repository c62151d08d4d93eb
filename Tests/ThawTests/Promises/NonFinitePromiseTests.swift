import Testing
import Thaw

/// A batch with a NaN leaves everything as it was, and the error names the first thing at fault: whatever the
/// activation, trained or frozen, with convolutions and pooling on the way.
@Suite struct NonFinitePromiseTests {
    static let activations: [ActivationFunction] = [
        .linear, .relu, .relu6, .leakyRelu, .elu, .selu, .gelu, .gelu(approximate: true), .sigmoid,
        .hardSigmoid,
        .softplus, .softsign,
        .swish, .tanh, .exponential,
    ]

    /// Activations that do not bound what comes in, so that an overflow stays one.
    static let unbounded: [ActivationFunction] = [
        .linear, .relu, .leakyRelu, .elu, .selu, .gelu, .softplus, .swish,
    ]

    private func report(_ body: () throws -> Void) throws -> NonFiniteReport? {
        do {
            try body()
            return nil
        } catch TrainingError.nonFinite(let report) {
            return report
        }
    }

    private func model(_ activation: ActivationFunction, frozen: [String]) throws -> Sequential {
        try Runtime.$engine.withValue(TestEngine.current) {
            let model = Sequential(seed: 5) {
                Dense(8, activation: activation, inputShape: [4], name: "first")
                Dense(8, activation: activation, name: "middle")
                Dense(8, activation: activation, name: "third")
                Dense(3, activation: .softmax, name: "output")
            }
            for name in frozen { model[name]?.freeze() }
            try model.compile(
                optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
            return model
        }
    }

    @Test(arguments: 0..<activations.count, [[], ["first"], ["first", "middle", "third"]])
    func batchWithNaN(_ index: Int, frozen: [String]) throws {
        let model = try model(Self.activations[index], frozen: frozen)
        let (x, y) = Toy.clusters(12)
        try model.fit(x, y, verbosity: .silent)
        let before = Toy.values(model)
        var values = x.floats
        values[4 * 7 + 2] = .nan
        let bad = Tensor(shape: x.shape, scalars: values)
        let report = try report { try model.fit(bad, y, shuffle: false, verbosity: .silent) }
        #expect(report?.origin == .input(sample: 7))
        #expect(Toy.areIdentical(Toy.values(model), before))
        #expect(model.optimizer?.iterations == 1)
    }

    @Test(arguments: 0..<activations.count) func layerWithInfiniteWeights(_ index: Int) throws {
        let model = try model(Self.activations[index], frozen: [])
        let middle = try #require(model["middle"])
        try middle.parameters[0].assign(Tensor.full([8, 8], .infinity))
        let before = Toy.values(model)
        let (x, y) = Toy.clusters(12)
        let report = try report { try model.fit(x, y, shuffle: false, verbosity: .silent) }
        #expect(report?.layer == "middle", "\(String(describing: report))")
        #expect(Toy.areIdentical(Toy.values(model), before))
    }

    /// The weights are finite, their product is not.
    @Test(arguments: 0..<unbounded.count, [[], ["first", "middle"]])
    func layerThatOverflows(_ index: Int, frozen: [String]) throws {
        let model = try model(Self.unbounded[index], frozen: frozen)
        for name in ["first", "middle"] {
            let layer = try #require(model[name])
            let size = layer.parameters[0].shape
            try layer.parameters[0].assign(Tensor.full(size, name == "first" ? 1 : 3e38))
        }
        let before = Toy.values(model)
        let x = Tensor.full([6, 4], 2)
        let report = try report {
            try model.fit(x, Toy.clusters(6).y, shuffle: false, verbosity: .silent)
        }
        #expect(report?.origin == .layer(path: "middle", type: "Dense"), "\(String(describing: report))")
        #expect(Toy.areIdentical(Toy.values(model), before))
    }

    /// What is infinite minus infinite in a frozen layer must not become 0 in its ReLU.
    @Test(arguments: [true, false]) func cancellationOfInfinitiesInARelu(isFrozen: Bool) throws {
        let model = try model(.relu, frozen: isFrozen ? ["first", "middle"] : [])
        try #require(model["first"]).parameters[0].assign(Tensor.full([4, 8], 1))
        let signs = (0..<64).map { Float($0 / 8 % 2 == 0 ? 3e38 : -3e38) }
        try #require(model["middle"]).parameters[0].assign(Tensor(shape: [8, 8], scalars: signs))
        let report = try report {
            try model.fit(Tensor.full([6, 4], 2), Toy.clusters(6).y, shuffle: false, verbosity: .silent)
        }
        // The sum may also stay finite where terms cancel one by one; if it does not, the layer is named.
        if let report { #expect(report.origin == .layer(path: "middle", type: "Dense"), "\(report)") }
    }

    @Test(arguments: [false, true], [false, true])
    func imageWithNaN(isFrozen: Bool, isNormalized: Bool) throws {
        try Runtime.$engine.withValue(TestEngine.current) {
            let model = Sequential(seed: 4) {
                Conv2D(
                    4, kernelSize: 3, padding: .same, activation: .relu, inputShape: [8, 8, 3],
                    name: "convolution")
                if isNormalized { BatchNormalization(name: "normalization") }
                ReLU(name: "relu")
                MaxPooling2D(name: "pooling")
                GlobalAveragePooling2D(name: "global")
                Dense(3, activation: .softmax, name: "head")
            }
            try model.compile(optimizer: .sgd(learningRate: 0.1), loss: .sparseCategoricalCrossentropy)
            try model.ensureBuilt()
            if isFrozen {
                model["convolution"]?.freeze()
                model["normalization"]?.freeze()
            }
            let before = Toy.values(model)
            var stream = RandomStream(seed: 3)
            var values = stream.normalTensor([6, 8, 8, 3], mean: 0, standardDeviation: 1).floats
            values[4 * 192 + 100] = .nan
            let x = Tensor(shape: [6, 8, 8, 3], scalars: values)
            let report = try report {
                try model.fit(x, Toy.clusters(6).y, shuffle: false, verbosity: .silent)
            }
            #expect(report?.origin == .input(sample: 4), "\(String(describing: report))")
            #expect(Toy.areIdentical(Toy.values(model), before))
        }
    }
}
