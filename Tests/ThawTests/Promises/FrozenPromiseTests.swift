import Testing

@testable import Thaw

/// Frozen means frozen, with convolutions and Batch Normalization two models deep.
@Suite struct FrozenPromiseTests {
    private static let shape = [8, 8, 3]

    private static func images(_ count: Int, seed: UInt64 = 2) -> (x: Tensor, y: Tensor) {
        var stream = RandomStream(seed: seed)
        let x = stream.normalTensor([count] + shape, mean: 1, standardDeviation: 2)
        return (x, Tensor((0..<count).map { Int32($0 % 3) }))
    }

    private static func body() -> Sequential {
        Sequential(name: "body") {
            Input(shape: shape)
            Conv2D(8, kernelSize: 3, padding: .same, usesBias: false, name: "convolution")
            BatchNormalization(name: "normalization")
            ReLU()
            Sequential(name: "block") {
                Conv2D(12, kernelSize: 3, strides: 2, padding: .same, activation: .relu, name: "inner")
                BatchNormalization(name: "inner_normalization")
            }
            MaxPooling2D()
            Dropout(0.3)
        }
    }

    private static func transfer(optimizer: Optimizer) throws -> (base: Sequential, model: Sequential) {
        try Runtime.$engine.withValue(TestEngine.current) {
            let base = body()
            let source = Sequential(seed: 9) {
                base
                GlobalAveragePooling2D()
                Dense(3, activation: .softmax)
            }
            try source.compile(optimizer: .sgd(learningRate: 0.05), loss: .sparseCategoricalCrossentropy)
            try source.fit(images(20).x, images(20).y, epochs: 2, verbosity: .silent)
            let model = Sequential(seed: 10) {
                base
                GlobalAveragePooling2D()
                Dense(3, activation: .softmax, name: "head")
            }
            try model.compile(
                optimizer: optimizer, loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
            try model.ensureBuilt()
            return (base, model)
        }
    }

    @Test(arguments: ["sgd", "momentum", "adam"]) func baseIsTheSameToTheBit(_ name: String) throws {
        let optimizer: Optimizer =
            name == "sgd"
            ? .sgd() : name == "adam" ? .adam() : .sgd(learningRate: 0.05, momentum: 0.9, nesterov: true)
        let (base, model) = try Self.transfer(optimizer: optimizer)
        base.freeze()
        let (x, y) = Self.images(21, seed: 8)
        let (values, digest) = (Toy.values(base), model.frozenDigest)
        let output = try base.predict(x)
        let training = try model.evaluate(x, y, mode: .training, verbosity: .silent)
        #expect(
            try model.evaluate(x, y, verbosity: .silent).loss == training.loss, "a frozen base has one mode")
        // The last batch is smaller.
        try model.fit(x, y, batchSize: 8, epochs: 3, validationSplit: 0.2, verbosity: .silent)
        #expect(Toy.areIdentical(Toy.values(base), values))
        #expect(model.frozenDigest == digest)
        #expect(try base.predict(x).isBitwiseEqual(to: output))
        #expect(base.allParameters.allSatisfy { model.optimizer?.slotValues(of: $0) == nil })
    }

    @Test func countsFollowTheFlags() throws {
        let (base, model) = try Self.transfer(optimizer: .sgd())
        let statistics = 2 * (8 + 12)
        let head = 12 * 3 + 3
        let all = 3 * 3 * 3 * 8 + 2 * 8 + 3 * 3 * 8 * 12 + 12 + 2 * 12 + head
        #expect(model.trainableParameterCount == all)
        #expect(model.nonTrainableParameterCount == statistics)
        base.freeze()
        #expect(model.trainableParameterCount == head)
        #expect(model.nonTrainableParameterCount == all - head + statistics)
        #expect(base.leaves.allSatisfy { !$0.isTrainable } && !base.isTrainable && model.isTrainable)
        base.unfreeze()
        #expect(model.trainableParameterCount == all, "a moving mean never becomes trainable")
        #expect(model.nonTrainableParameterCount == statistics)
    }

    @Test func batchOfOneWorksWhenFrozen() throws {
        let (base, model) = try Self.transfer(optimizer: .sgd(learningRate: 0.01))
        base.freeze()
        let (x, y) = Self.images(4)
        let digest = model.frozenDigest
        let together = try model.predict(x)
        let history = try model.fit(x, y, batchSize: 1, shuffle: false, verbosity: .silent)
        #expect(history.loss.allSatisfy(\.isFinite) && model.frozenDigest == digest)
        // One image alone is normalised as among others.
        let fresh = try Self.transfer(optimizer: .sgd()).model
        fresh.freeze()
        for index in 0..<4 {
            let alone = try fresh.predict(x.dropFirst(index).prefix(1))
            #expect(
                alone.isApproximatelyEqual(to: together.dropFirst(index).prefix(1), relativeTolerance: 1e-4))
        }
    }

    /// What a frozen model says of an image has the same bits whatever stands beside it, wherever it stands, and in either mode.
    @Test(arguments: [Mode.inference, .training], [false, true])
    func aPredictionDoesNotDependOnTheOthers(mode: Mode, isWide: Bool) throws {
        let model: Model
        let count = 12
        var stream = RandomStream(seed: 3)
        let x: Tensor
        if isWide {
            // Wide and large enough for Winograd's convolutions.
            model = Sequential(seed: 6) {
                Conv2D(32, kernelSize: 3, padding: .same, usesBias: false, inputShape: [16, 16, 32])
                BatchNormalization()
                ReLU()
                Dropout(0.5)
                Conv2D(32, kernelSize: 3, padding: .same)
                GlobalAveragePooling2D()
                Dense(10, activation: .softmax)
            }
            x = stream.normalTensor([count, 16, 16, 32])
        } else {
            model = try Self.transfer(optimizer: .sgd()).model
            x = Self.images(count).x
        }
        model.freeze()
        let together = try model.predict(x, mode: mode)
        // Other images beside the first ones.
        let others = stream.normalTensor([count] + x.shape.dropFirst(), mean: 40, standardDeviation: 30)
        let mixed = Tensor.concatenate([x.prefix(5), others.dropFirst(5)], axis: 0)
        #expect(try model.predict(mixed, mode: mode).prefix(5).isBitwiseEqual(to: together.prefix(5)))
        // In another order.
        let turned = Tensor.concatenate([x.dropFirst(7), x.prefix(7)], axis: 0)
        let back = try model.predict(turned, mode: mode)
        #expect(
            try Tensor.concatenate([back.dropFirst(5), back.prefix(5)], axis: 0).isBitwiseEqual(to: together))
        // In batches of other sizes, where a predictor chooses the convolutions.
        let predictor = try model.predictor()
        let whole = try predictor.predict(x)
        for size in [1, 2, 5, 7] {
            let parts = try stride(from: 0, to: count, by: size).map {
                try predictor.predict(x.dropFirst($0).prefix(size))
            }
            #expect(try Tensor.concatenate(parts, axis: 0).isBitwiseEqual(to: whole), "\(size)")
            if !isWide {
                #expect(
                    try model.predict(x, batchSize: size, mode: mode).isBitwiseEqual(to: together), "\(size)")
            }
        }
        // An unfrozen one in training mode is the counterexample.
        model.unfreeze()
        let loose = try model.predict(mixed, mode: .training).prefix(5)
        #expect(try !loose.isBitwiseEqual(to: model.predict(x, mode: .training).prefix(5)))
    }

    /// Under Adam, convolution kernels and gammas that join at step 2,000 begin as gently as at step 1.
    @Test func unfrozenLateMovesAtMostOneLearningRate() throws {
        let rate = 0.001
        let (base, model) = try Self.transfer(optimizer: .adam(learningRate: rate))
        base.freeze()
        let (x, y) = Self.images(4)
        try model.fit(x, y, epochs: 2000, verbosity: .silent)
        #expect(model.optimizer?.iterations == 2000)
        base.unfreeze()
        let before = base.trainableParameters.map(\.value)
        try model.trainOnBatch(x, y)
        for (parameter, old) in zip(base.trainableParameters, before) {
            let step = (parameter.value - old).abs().max().item
            #expect(step <= 1.01 * rate, "\(parameter.name) moved by \(step / rate) learning rates")
        }
    }

    /// Freezing and unfreezing between calls, with nothing compiled anew by the user; dormant state comes
    /// back.
    @Test func togglingBackAndForth() throws {
        let (base, model) = try Self.transfer(optimizer: .sgd(learningRate: 0.05, momentum: 0.9))
        let (x, y) = Self.images(12)
        let kernel = try #require(base["convolution"]).parameters[0]
        try model.fit(x, y, verbosity: .silent)
        for _ in 0..<3 {
            base.freeze()
            let frozen = Toy.values(base)
            let slot = try #require(model.optimizer?.slotValues(of: kernel)?["momentum"])
            try model.fit(x, y, verbosity: .silent)
            #expect(Toy.areIdentical(Toy.values(base), frozen))
            #expect(model.optimizer?.slotValues(of: kernel)?["momentum"]?.isBitwiseEqual(to: slot) == true)
            base.unfreeze()
            try model.fit(x, y, verbosity: .silent)
            #expect(
                zip(Toy.values(base), frozen).allSatisfy { $0 != $1 }, "weights and statistics move again")
            #expect(model.optimizer?.slotValues(of: kernel)?["momentum"] != slot)
        }
    }

    @Test func validationLeavesStateUntouched() throws {
        let (_, model) = try Self.transfer(optimizer: .adam())
        let (x, y) = Self.images(10)
        let before = Toy.values(model)
        for mode in [Mode.training, .inference] { try model.evaluate(x, y, mode: mode, verbosity: .silent) }
        _ = try model.predict(x)
        #expect(Toy.areIdentical(Toy.values(model), before))
        #expect(model.optimizer?.iterations == 0)
    }
}
