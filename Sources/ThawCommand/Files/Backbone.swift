import ArgumentParser
import Foundation
import Thaw
import ThawVision

/// A pretrained network by its name, as options take it.
enum Backbone: String, Codable, CaseIterable, Sendable {
    case mobilenet, mobilenetv2, resnet50, resnet101, resnet152, vgg16, vgg19, densenet121, inceptionv3,
        xception
    case efficientnetb0, efficientnetb1, efficientnetb2, efficientnetb3
    case cifarresnet20, cifarresnet32, cifarresnet44, cifarresnet56, cifarresnet110

    /// Whether its width can be chosen.
    var hasAlpha: Bool { self == .mobilenet || self == .mobilenetv2 }

    /// The rows and columns of the images that it was trained on.
    var imageSize: Int {
        switch self {
        case .inceptionv3, .xception: 299
        case .efficientnetb1: 240
        case .efficientnetb2: 260
        case .efficientnetb3: 300
        default: cifarDepth == nil ? 224 : 32
        }
    }

    /// The number of layers of a network for CIFAR-10.
    private var cifarDepth: Int? {
        rawValue.hasPrefix("cifarresnet") ? Int(rawValue.dropFirst("cifarresnet".count)) : nil
    }

    /// What the library calls it, for example `MobileNet(alpha: 0.25)`.
    func title(alpha: Double) -> String {
        switch self {
        case .mobilenet: "MobileNet(alpha: \(alpha))"
        case .mobilenetv2: "MobileNetV2(alpha: \(alpha))"
        case .resnet50, .resnet101, .resnet152: "ResNet\(rawValue.dropFirst("resnet".count))"
        case .vgg16, .vgg19: rawValue.uppercased()
        case .densenet121: "DenseNet121"
        case .inceptionv3: "InceptionV3"
        case .xception: "Xception"
        case .efficientnetb0, .efficientnetb1, .efficientnetb2, .efficientnetb3:
            "EfficientNetB\(rawValue.suffix(1))"
        default: "CIFARResNet(depth: \(cifarDepth ?? 20))"
        }
    }

    /// The weights in a file, or those that are published.
    func weights(_ file: URL?) -> PretrainedWeights {
        guard let file else { return cifarDepth == nil ? .imageNet : .cifar10 }
        // These go with a layer that weights of one's own do not go with.
        let isPublished = file.lastPathComponent == "\(rawValue)_notop.h5"
        return rawValue.hasPrefix("efficientnet") && isPublished
            ? .imageNet(in: file.deletingLastPathComponent()) : .file(file)
    }

    /// The network without its classifier.
    ///
    /// - Parameters:
    ///   - alpha: the width, of those that have one.
    ///   - size: the rows and columns of its images.
    func network(alpha: Double, size: Int, weights: PretrainedWeights, seed: UInt64) throws -> Application {
        let shape = [size, size, 3]
        if let cifarDepth {
            return try CIFARResNet(
                depth: cifarDepth, inputShape: shape, weights: weights, includeTop: false, seed: seed)
        }
        return switch self {
        case .mobilenetv2:
            try MobileNetV2(alpha: alpha, inputShape: shape, weights: weights, includeTop: false, seed: seed)
        case .resnet50: try ResNet50(inputShape: shape, weights: weights, includeTop: false, seed: seed)
        case .resnet101: try ResNet101(inputShape: shape, weights: weights, includeTop: false, seed: seed)
        case .resnet152: try ResNet152(inputShape: shape, weights: weights, includeTop: false, seed: seed)
        case .vgg16: try VGG16(inputShape: shape, weights: weights, includeTop: false, seed: seed)
        case .vgg19: try VGG19(inputShape: shape, weights: weights, includeTop: false, seed: seed)
        case .densenet121: try DenseNet121(inputShape: shape, weights: weights, includeTop: false, seed: seed)
        case .inceptionv3: try InceptionV3(inputShape: shape, weights: weights, includeTop: false, seed: seed)
        case .xception: try Xception(inputShape: shape, weights: weights, includeTop: false, seed: seed)
        case .efficientnetb0:
            try EfficientNetB0(inputShape: shape, weights: weights, includeTop: false, seed: seed)
        case .efficientnetb1:
            try EfficientNetB1(inputShape: shape, weights: weights, includeTop: false, seed: seed)
        case .efficientnetb2:
            try EfficientNetB2(inputShape: shape, weights: weights, includeTop: false, seed: seed)
        case .efficientnetb3:
            try EfficientNetB3(inputShape: shape, weights: weights, includeTop: false, seed: seed)
        default:
            try MobileNet(alpha: alpha, inputShape: shape, weights: weights, includeTop: false, seed: seed)
        }
    }
}

extension Backbone: ExpressibleByArgument {
    /// Capitals, blanks, hyphens and underscores do not matter: `ResNet-50`, `mobilenet_v2`.
    init?(argument: String) {
        self.init(rawValue: argument.lowercased().filter { !"-_ ".contains($0) })
    }
}
