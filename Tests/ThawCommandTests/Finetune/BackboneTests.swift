import Foundation
import Testing
import Thaw

@testable import ThawCommand
@testable import ThawVision

/// Which network `thaw finetune` takes.
@Suite struct BackboneTests {
    @Test func namesAreReadInAnySpelling() {
        #expect(Backbone(argument: "resnet-50") == .resnet50)
        #expect(Backbone(argument: "Inception V3") == .inceptionv3)
        #expect(Backbone(argument: "CIFAR_ResNet20") == .cifarresnet20)
        #expect(Backbone(argument: "resnet") == nil)
        for backbone in Backbone.allCases { #expect(Backbone(argument: backbone.rawValue) == backbone) }
    }

    @Test func titlesAreThoseThatWeightsAreKnownBy() throws {
        let known = Set(try KnownApplications.plans(ApplicationSettings()).map(\.application))
        for backbone in Backbone.allCases { #expect(known.contains(backbone.title(alpha: 1)), "\(backbone)") }
    }

    @Test func theWeightsSayWhichNetworkItIs() throws {
        let pictures = try PictureFolder()
        let weights = URL(fileURLWithPath: try pictures.weights())
        let known = try BackboneChoice(backbone: nil, alpha: nil, weights: weights)
        #expect(known.backbone == .mobilenet && known.alpha == 0.25)
        #expect(try BackboneChoice(backbone: .mobilenet, alpha: nil, weights: weights).alpha == 0.25)
        // What is asked for counts more.
        #expect(try BackboneChoice(backbone: .mobilenetv2, alpha: nil, weights: weights).alpha == 1)
        #expect(try BackboneChoice(backbone: nil, alpha: 0.5, weights: weights).alpha == 0.5)
        let plain = try BackboneChoice(backbone: nil, alpha: nil, weights: nil)
        #expect(plain.title == "MobileNet(alpha: 1.0)")
        let residual = try CIFARResNet(weights: .none, includeTop: false)
        try residual.saveWeights(to: pictures.folder.file("r.safetensors"))
        let file = pictures.folder.file("r.safetensors")
        #expect(try BackboneChoice(backbone: nil, alpha: nil, weights: file).backbone == .cifarresnet20)
        #expect(throws: ToolError.self) { try BackboneChoice(backbone: nil, alpha: 1, weights: file) }
    }

    /// A small one of each kind is made from its own weights, and every name is one that the library knows weights by.
    @Test(arguments: [Backbone.mobilenet, .mobilenetv2, .cifarresnet20])
    func networksAreMadeFromTheirWeights(_ backbone: Backbone) throws {
        let pictures = try PictureFolder()
        let file = pictures.folder.file("w.npz")
        let own: Application =
            switch backbone {
            case .mobilenet:
                try MobileNet(
                    alpha: 0.5, inputShape: [32, 32, 3], weights: .none, includeTop: false, seed: 1)
            case .mobilenetv2:
                try MobileNetV2(
                    alpha: 0.5, inputShape: [32, 32, 3], weights: .none, includeTop: false, seed: 1)
            default: try CIFARResNet(weights: .none, includeTop: false, seed: 1)
            }
        try own.saveWeights(to: file)
        let made = try backbone.network(alpha: 0.5, size: 32, weights: backbone.weights(file), seed: 2)
        #expect(zip(made.weights, own.weights).allSatisfy { $0.isBitwiseEqual(to: $1) })
        #expect(made.preprocessing != nil && made.outputShape?.count == 3)
    }
}
