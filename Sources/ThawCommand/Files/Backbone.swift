import ArgumentParser
import Thaw
import ThawVision

/// A pretrained network by its name, as options take it.
enum Backbone: String, CaseIterable, ExpressibleByArgument {
    case mobilenet, mobilenetv2, resnet50, resnet101, resnet152, vgg16, vgg19, densenet121, inceptionv3,
        xception
    case efficientnetb0, efficientnetb1, efficientnetb2, efficientnetb3

    /// Whether its width can be chosen.
    var hasAlpha: Bool { self == .mobilenet || self == .mobilenetv2 }

    /// The rows and columns of the images that it was trained on.
    var imageSize: Int {
        switch self {
        case .inceptionv3, .xception: 299
        case .efficientnetb1: 240
        case .efficientnetb2: 260
        case .efficientnetb3: 300
        default: 224
        }
    }

    /// The network without its classifier.
    ///
    /// - Parameters:
    ///   - alpha: the width, of those that have one.
    ///   - size: the rows and columns of its images.
    func network(alpha: Double, size: Int, weights: PretrainedWeights, seed: UInt64) throws -> Application {
        let shape = [size, size, 3]
        return switch self {
        case .mobilenet:
            try MobileNet(alpha: alpha, inputShape: shape, weights: weights, includeTop: false, seed: seed)
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
        }
    }
}
