import Foundation
import Thaw
import ThawVision

/// A case with a network for photographs of 224 x 224, whose weights are random (the second table in Benchmarks/README.md).
enum PhotographCase: String, CaseIterable {
    case predict = "resnet50-predict"
    case trainResNet50 = "resnet50"
    case trainMobileNet = "mobilenet"
    case thirdOfMobileNet = "mobilenet-third"
    case blog
    case head

    /// The shape of a sample.
    static let sampleShape = [224, 224, 3]

    /// How many labels the data has.
    var classes: Int {
        switch self {
        case .blog, .head: 2
        default: 10
        }
    }

    /// Whether each epoch ends with a validation, on the training data.
    var validates: Bool { self == .blog }

    var optimizer: Optimizer {
        .sgd(learningRate: 0.001, momentum: self == .blog || self == .head ? 0 : 0.9)
    }

    func model() throws -> Model {
        switch self {
        case .predict: return try ResNet50(weights: .none, seed: 1)
        case .trainResNet50: return try ResNet50(weights: .none, classes: classes, seed: 1)
        case .trainMobileNet: return try Self.model(on: mobileNet(), classes: classes)
        case .thirdOfMobileNet:
            let base = try mobileNet()
            for layer in base.layers.prefix(base.layers.count * 2 / 3) { layer.freeze() }
            return try Self.model(on: base, classes: classes)
        case .blog:
            let base = try ResNet50(weights: .none, includeTop: false, seed: 1)
            let model = try Self.model(on: base, classes: classes, Flatten(name: "flatten"))
            for layer in model.layers.prefix(140) { layer.freeze() }
            return model
        case .head:
            let base = try ResNet50(weights: .none, includeTop: false, seed: 1)
            base.freeze()
            return try Self.model(on: base, classes: classes)
        }
    }

    private func mobileNet() throws -> Application {
        try MobileNet(weights: .none, includeTop: false, seed: 1)
    }

    /// The network with a layer of so many classes on its features.
    private static func model(
        on base: Application, classes: Int, _ gathering: Layer = GlobalAveragePooling2D(name: "features")
    ) throws -> Model {
        let features = try gathering(base.outputs[0])
        return try Model(
            inputs: base.inputs, outputs: [Dense(classes, activation: .softmax, name: "head")(features)],
            seed: 1)
    }
}
