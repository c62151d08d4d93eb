import Foundation
import Testing
import ThawVision

@Suite struct ApplicationErrorTests {
    private func message(_ make: () throws -> Application) throws -> String {
        try #require(#expect(throws: ApplicationError.self) { _ = try make() }).description
    }

    @Test func impossibleArguments() throws {
        let shapes = [[31, 32, 3], [32, 32], [32, 32, 0], [-1, 32, 3]]
        for shape in shapes {
            let text = try message { try ResNet50(inputShape: shape, weights: .none) }
            #expect(text.contains("at least 32") && text.contains("\(shape)"), "\(text)")
        }
        #expect(try message { try InceptionV3(inputShape: [74, 80, 3], weights: .none) }.contains("75"))
        #expect(try message { try VGG16(weights: .none, classes: 0) }.contains("classes must be"))
        for alpha in [0, -1, Double.nan, .infinity, 1e300] {
            #expect(try message { try MobileNet(alpha: alpha, weights: .none) }.contains("alpha must be"))
            #expect(try message { try MobileNetV2(alpha: alpha, weights: .none) }.contains("alpha must be"))
        }
        for depth in [0, 21, -4, 2, 1_000_000_000] {
            #expect(try message { try CIFARResNet(depth: depth, weights: .none) }.contains("6n + 2"))
        }
        #expect(
            try message { try CIFARResNet(inputShape: [30, 32, 3], weights: .none) }.contains(
                "multiples of 4"))
    }

    @Test func publishedWeightsAreForTheirClassesAndChannels() throws {
        let nowhere = PretrainedWeights.imageNet(in: URL(filePath: "/nonexistent"))
        #expect(try message { try ResNet50(weights: nowhere, classes: 10) }.contains("1000 classes"))
        #expect(
            try message { try ResNet50(inputShape: [64, 64, 1], weights: nowhere, includeTop: false) }
                .contains("3 channels"))
        #expect(
            try message { try MobileNet(alpha: 0.3, weights: nowhere) }.contains("nobody publishes weights"))
        #expect(try message { try ResNet50(weights: .cifar10, classes: 10) }.contains("trained on ImageNet"))
        #expect(try message { try CIFARResNet(weights: nowhere, classes: 1000) }.contains("CIFAR-10"))
    }

    @Test func weightsOfAnotherNetwork() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "half.weights.h5")
        try MobileNet(alpha: 0.5, inputShape: [32, 32, 3], weights: .none, includeTop: false)
            .saveWeights(to: file)
        let quarter = try message {
            try MobileNet(alpha: 0.25, weights: .file(file), includeTop: false)
        }
        #expect(quarter.contains("MobileNet(alpha: 0.25) without its top"), "\(quarter)")
        #expect(quarter.contains("the first layer that differs is conv1: conv1/kernel"), "\(quarter)")
        #expect(quarter.contains("[3, 3, 3, 8], got [3, 3, 3, 16]"), "\(quarter)")
        #expect(quarter.contains("like those of MobileNet(alpha: 0.5) without its top"), "\(quarter)")

        let residual = try message { try ResNet50(weights: .file(file)) }
        #expect(residual.contains("ResNet50") && residual.contains("conv1_conv"), "\(residual)")
        #expect(residual.contains("like those of MobileNet(alpha: 0.5)"), "\(residual)")

        let withTop = try message { try MobileNet(alpha: 0.5, weights: .file(file)) }
        #expect(withTop.contains("conv_preds"), "\(withTop)")
    }

    @Test func weightsOfNoNetworkThatIsKnown() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "own.safetensors")
        let own = Sequential { Dense(3, inputShape: [4]) }
        try own.saveWeights(to: file)
        let text = try message { try MobileNet(alpha: 0.25, weights: .file(file), includeTop: false) }
        #expect(text.contains("not those of any network"), "\(text)")
        #expect(throws: FormatError.self) {
            try MobileNet(alpha: 0.25, weights: .file("/nonexistent/x.h5"), includeTop: false)
        }
    }

    @Test func theTopIsToldFromTheRest() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "cifar.safetensors")
        try CIFARResNet(depth: 32, weights: .none).saveWeights(to: file)
        let text = try message { try CIFARResNet(depth: 20, weights: .file(file)) }
        #expect(text.contains("2 arrays too many") || text.contains("arrays too many"), "\(text)")
        #expect(text.contains("like those of CIFARResNet(depth: 32) with a top"), "\(text)")
        // A body takes what it needs of the whole.
        let body = try CIFARResNet(depth: 32, weights: .file(file), includeTop: false)
        #expect(body.outputShape == [8, 8, 64])
    }
}
