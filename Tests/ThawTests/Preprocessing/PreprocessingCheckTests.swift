import Foundation
import Testing

@testable import Thaw

@Suite struct PreprocessingCheckTests {
    private func fault(_ preprocessing: Preprocessing, _ images: Tensor) throws -> PreprocessingError.Kind? {
        PreprocessingCheck(preprocessing: preprocessing).fault(try #require(ValuesSeen(images)))
    }

    /// Something like photographs: all values occur.
    private let photos: Tensor = {
        var stream = RandomStream(seed: 4)
        return Tensor(
            shape: [4, 8, 8, 3],
            scalars: (0..<768).map { _ in UInt8(truncatingIfNeeded: stream.nextUInt32()) })
    }()

    /// The dark half of the range, and the bright one.
    private var dark: Tensor { (photos.cast(to: .float32) / 3).cast(to: .uint8) }
    private var bright: Tensor { (photos.cast(to: .float32) / 3 + 170).cast(to: .uint8) }

    private static let prepared: [Preprocessing] = [.tensorFlow, .torch, .caffe]

    @Test(arguments: prepared) func plainCases(_ preprocessing: Preprocessing) throws {
        for images in [photos, dark, bright] {
            let once = try preprocessing(images)
            #expect(try fault(preprocessing, once) == nil)
            #expect(try fault(preprocessing, images) == .notPreprocessed)
            #expect(try fault(preprocessing, images.cast(to: .float32)) == .notPreprocessed)
        }
        // Two bright images prepared twice cannot be told for sure from something else.
        for images in [photos, dark] {
            #expect(try fault(preprocessing, preprocessing(preprocessing(images))) == .preprocessedTwice)
        }
    }

    @Test(arguments: prepared) func whatMayBeMeantPasses(_ preprocessing: Preprocessing) throws {
        var stream = RandomStream(seed: 5)
        let shape = [2, 8, 8, 3]
        #expect(try fault(preprocessing, stream.normalTensor(shape)) == nil)
        #expect(try fault(preprocessing, stream.uniformTensor(shape)) == nil)
        #expect(try fault(preprocessing, Tensor.zeros(shape)) == nil)
        #expect(try fault(preprocessing, Tensor.full(shape, 1.0)) == nil)
        // One black image, one white one.
        #expect(try fault(preprocessing, preprocessing(Tensor.zeros(shape))) == nil)
        #expect(try fault(preprocessing, preprocessing(Tensor.full(shape, 255.0))) == nil)
        // Noise and contrast after the preparation.
        let noisy = try preprocessing(photos) * 1.3 + stream.normalTensor(photos.shape) * 0.1
        #expect(try fault(preprocessing, noisy) == nil)
    }

    @Test func networksThatScaleThemselves() throws {
        #expect(try fault(.rawPixels, photos) == nil)
        #expect(try fault(.rawPixels, photos.cast(to: .float32) + 0.3) == nil)
        #expect(try fault(.rawPixels, photos.cast(to: .float32) - 5) == nil)
        #expect(try fault(.rawPixels, Tensor.zeros([1, 4, 4, 3])) == nil)
        #expect(try fault(.rawPixels, photos.cast(to: .float32) / 255) == .alreadyScaled)
        for other in Self.prepared { #expect(try fault(.rawPixels, other(photos)) == .alreadyScaled) }
    }

    private func net() throws -> Sequential {
        let model = Sequential(seed: 1, name: "net") {
            Conv2D(2, kernelSize: 3, inputShape: [8, 8, 3])
            GlobalAveragePooling2D()
            Dense(2, activation: .softmax)
        }
        try model.compile(optimizer: .sgd(), loss: .sparseCategoricalCrossentropy)
        model.preprocessing = .tensorFlow
        return model
    }

    @Test func everyCallRefuses() throws {
        let model = try net()
        let before = model.weights
        let data = try Dataset(photos, Tensor([Int32(0), 1, 0, 1]))
        let good = try data.preprocessed(for: model)
        func refusal(_ call: () throws -> Void) throws -> String {
            try #require(#expect(throws: PreprocessingError.self) { try call() }).description
        }
        let fit = try refusal { try model.fit(data, verbosity: .silent) }
        #expect(fit.contains("fit: the images have values from 0 to 255"))
        #expect(fit.contains("model net expects -1 to 1 (pixel / 127.5 - 1)"))
        #expect(fit.contains("data.preprocessed(for: model)") && fit.contains("preprocessing to nil"))
        let validation = try refusal { try model.fit(good, validation: data, verbosity: .silent) }
        #expect(validation.contains("fit (validation)"))
        #expect(try refusal { try model.evaluate(data, verbosity: .silent) }.contains("evaluate"))
        #expect(try refusal { _ = try model.predict(photos) }.contains("predict"))
        #expect(try refusal { _ = try model.predict(photos, samples: 3) }.contains("predict"))
        let twice = try refusal { _ = try model.predict(good.preprocessed(for: model)) }
        #expect(twice.contains("prepared twice"))
        #expect(model.weights == before)

        try model.fit(good, epochs: 1, validation: good, verbosity: .silent)
        _ = try model.predict(good)
        model.preprocessing = nil
        _ = try model.predict(photos)
    }
}
