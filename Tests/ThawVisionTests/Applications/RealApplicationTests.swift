import Foundation
import Testing
import ThawVision

/// Files from elsewhere, which the project does not contain.
enum RealFiles {
    static let folder = ProcessInfo.processInfo.environment["THAW_REAL_DATA"].map { URL(filePath: $0) }
    static let weights = "mobilenet_025/mobilenet_2_5_224_tf_no_top.h5"
}

/// Published weights on a photograph, with `THAW_REAL_DATA` naming the folder they are in.
@Suite(.enabled(if: RealFiles.folder != nil, "needs files from elsewhere: THAW_REAL_DATA=FOLDER"))
struct RealApplicationTests {
    /// What `Fixtures/make_photo.py` made.
    struct Photo: Decodable {
        let pixels: String
        let shape: [Int]
        let average: [Float]
        let every: [Float]
    }

    /// Keras's features of a photograph: to 1e-3 where the pixels are Pillow's to the bit, to 1e-2 in any case.
    @Test func featuresAreKeras() throws {
        let data = try #require(RealFiles.folder)
        let photo = try JSONDecoder().decode(
            Photo.self, from: Data(contentsOf: Fixtures.folder.appending(path: "photo.json")))
        let image = try ImageFile.read(data.appending(path: "photos/elephant.jpg"))
            .resizedImage(height: 224, width: 224)
        let digest = image.withUnsafeBytes { SHA256Digest.hex(of: $0) }
        let base = try MobileNet(
            alpha: 0.25, weights: .file(data.appending(path: RealFiles.weights)), includeTop: false)
        let preprocessing = try #require(base.preprocessing)
        let features = try base.predict(preprocessing(image.reshaped(to: [1, 224, 224, 3])))
        #expect(features.shape == photo.shape)
        let all = features.floats
        let tolerance: Float = digest == photo.pixels ? 1e-3 : 1e-2
        let largest = photo.every.map(abs).max() ?? 0
        let error = zip(stride(from: 0, to: all.count, by: 31), photo.every).map { abs(all[$0] - $1) }.max()
        #expect(try #require(error) <= tolerance * largest)
        let average = features.mean(axes: [0, 1, 2]).floats
        let averageError = zip(average, photo.average).map { abs($0 - $1) }.max()
        #expect(try #require(averageError) <= tolerance * (photo.average.max() ?? 0))
    }

    /// The published file is found by its name.
    @Test func thePublishedFileIsFoundInAFolder() throws {
        let folder = try #require(RealFiles.folder).appending(path: "mobilenet_025")
        let base = try MobileNet(
            alpha: 0.25, inputShape: [96, 96, 3], weights: .imageNet(in: folder), includeTop: false)
        #expect(base.weights[0].floats.contains { $0 != 0 })
        let cifar = try #require(RealFiles.folder).appending(path: "cifar10_resnet")
        let network = try CIFARResNet(weights: .cifar10(in: cifar))
        #expect(network.parameterCount == 271_098)
        let body = try CIFARResNet(weights: .cifar10(in: cifar), includeTop: false, pooling: .average)
        #expect(body.outputShape == [64])
    }

    @Test func wrongWeightsAreRecognized() throws {
        let file = try #require(RealFiles.folder).appending(path: RealFiles.weights)
        let error = #expect(throws: ApplicationError.self) {
            try ResNet50(weights: .file(file), includeTop: false)
        }
        #expect(
            error?.description.contains("like those of MobileNet(alpha: 0.25) without its top") == true,
            "\(error?.description ?? "")")
    }

    /// PyTorch's ResNet-20 is right about 91.6 % of 932 images.
    @Test func residualNetworkForCIFAR() throws {
        let data = try #require(RealFiles.folder)
        let network = try CIFARResNet(weights: .cifar10(in: data.appending(path: "cifar10_resnet")))
        let (images, labels) = try CIFARBinaryFile.read(data.appending(path: "cifar10_lossless/test_932.bin"))
        let test = try Dataset(images, labels.cast(to: .int32)).preprocessed(for: network)
        try network.compile(
            optimizer: .sgd(), loss: .sparseCategoricalCrossentropy(fromLogits: true), metrics: [.accuracy])
        let result = try network.evaluate(test, verbosity: .silent)
        #expect(abs((result["accuracy"] ?? 0) - 0.916) < 0.001)
    }
}
