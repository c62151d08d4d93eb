import Testing
import ThawTensor

@testable import Thaw

/// Two questions that users of Keras asked, as small as they can be: a model that is good in `fit` and wrong in `predict`.
@Suite struct UserQuestionTests {
    /// A net of dense layers and Batch Normalizations that was trained on many samples, frozen but for its top as old Keras froze.
    static func oneSample() throws -> (model: Model, sample: Dataset) {
        var stream = RandomStream(seed: 5)
        let x = stream.normalTensor([512, 8], mean: 2, standardDeviation: 3)
        let y = try x.sum(axes: [1]).reshaped(to: [512, 1]) * 0.5
        let model = Sequential(seed: 11) {
            Dense(16, activation: .relu, inputShape: [8], name: "dense_1")
            BatchNormalization(momentum: 0.9, name: "norm_1")
            Dense(16, activation: .relu, name: "dense_2")
            BatchNormalization(momentum: 0.9, name: "norm_2")
            Dense(1, name: "top")
        }
        try model.compile(optimizer: .adam(learningRate: 0.01), loss: .meanSquaredError)
        try model.fit(Dataset(x, y), epochs: 20, verbosity: .silent)
        for layer in model.layers.dropLast() { layer.freeze() }
        for case let norm as Thaw.BatchNormalization in model.layers { norm.statistics = .batch }
        return (model, try Dataset(x.prefix(1), y.prefix(1)))
    }

    /// Row 35: one sample, frozen Batch Normalization, and two losses for the same sample.
    @Test func oneSampleHasTwoLosses() throws {
        let (model, sample) = try Self.oneSample()
        try model.compile(optimizer: .sgd(learningRate: 0.01), loss: .meanSquaredError)
        let history = try model.fit(sample, epochs: 60, validation: sample, verbosity: .silent)
        let (trained, validated) = (
            try #require(history.loss.last), try #require(history.validationLoss.last)
        )
        #expect(validated > 20 * trained, "\(trained) in fit, \(validated) in validation")
        let diagnosis = try model.diagnose(sample)
        #expect(diagnosis.cause == .frozenOnBatchStatistics, "\(diagnosis)")
        #expect(diagnosis.findings.first?.remedy.joined().contains("statistics = .automatic") == true)
        // Frozen as Thaw freezes, both agree.
        for case let norm as Thaw.BatchNormalization in model.layers { norm.statistics = .automatic }
        let healed = try model.fit(sample, epochs: 60, validation: sample, verbosity: .silent)
        #expect(try #require(healed.validationLoss.last) < 0.01)
        #expect(
            try model.evaluate(sample, mode: .training, verbosity: .silent).loss
                == model.evaluate(sample, verbosity: .silent).loss)
    }

    /// A residual network from scratch on three images, with momentum as Keras has it.
    static func threeImages(momentum: Double = 0.99) throws -> (model: Model, images: Dataset) {
        var stream = RandomStream(seed: 8)
        let x = stream.normalTensor([3, 16, 16, 3], mean: 0.5, standardDeviation: 1)
        let image = Input(shape: [16, 16, 3], name: "image")
        func normalized(_ value: any LayerArgument, _ filters: Int, strides: Int = 1) throws -> LayerOutput {
            let convolved = try Conv2D(
                filters, kernelSize: 3, strides: Size2D(strides), padding: .same, usesBias: false)(value)
            return try BatchNormalization(momentum: momentum)(convolved)
        }
        var output = try ReLU()(normalized(image, 16))
        for (filters, strides) in [(16, 1), (32, 2), (64, 2)] {
            let inner = try normalized(ReLU()(normalized(output, filters, strides: strides)), filters)
            let shortcut = strides == 1 ? output : try normalized(output, filters, strides: strides)
            output = try ReLU()(Add()(inner, shortcut))
        }
        let classes = try Dense(3, activation: .softmax)(GlobalAveragePooling2D()(output))
        let model = try Model(inputs: [image], outputs: [classes], seed: 3)
        try model.compile(
            optimizer: .adam(learningRate: 0.01), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        return (model, try Dataset(x, Tensor([0, 1, 2] as [Int32])))
    }

    static func accuracy(_ model: Model, _ data: Dataset) throws -> Double {
        try #require(try model.evaluate(data, verbosity: .silent)["accuracy"])
    }

    /// Row 36: perfect in training, and every prediction the same class.
    @Test func threeImagesAreOneClass() throws {
        let (model, images) = try Self.threeImages()
        let history = try model.fit(images, epochs: 5, verbosity: .silent)
        #expect(history["accuracy"].last == 1)
        let classes = Set(try model.predict(images).argMax().ints)
        #expect(classes.count == 1, "\(classes)")
        #expect(try Self.accuracy(model, images) < 0.5)
        let diagnosis = try model.diagnose(images)
        #expect(diagnosis.cause == .notConverged, "\(diagnosis)")
        #expect(diagnosis.findings.first?.remedy.joined().contains("recalibrate") == true)
        let recalibration = try model.recalibrate(on: images)
        #expect(try Self.accuracy(model, images) == 1)
        try recalibration.undo()
        #expect(try Self.accuracy(model, images) < 0.5)
        // Statistics that follow at once.
        let (quick, _) = try Self.threeImages(momentum: 0.01)
        try quick.fit(images, epochs: 5, verbosity: .silent)
        #expect(try Self.accuracy(quick, images) == 1)
    }
}
