import Foundation
import Testing
import ThawVision

/// A network with arguments, as the scripts in `Fixtures` name them.
struct NetworkCase: Decodable, Sendable, CustomTestStringConvertible {
    /// Name, class, number of parameters and shape of the output of a layer.
    struct Row: Decodable, Sendable, Equatable {
        let name: String
        let className: String
        let parameters: Int
        let shape: [Int]

        init(from decoder: any Decoder) throws {
            var values = try decoder.unkeyedContainer()
            name = try values.decode(String.self)
            className = try values.decode(String.self)
            parameters = try values.decode(Int.self)
            shape = try values.decode([Int].self)
        }

        init(_ layer: Layer) throws {
            name = layer.name
            className = layer.typeName
            parameters = layer.parameterCount
            shape = try layer.output.shape
        }
    }

    let network: String
    let size: [Int]
    let name: String
    let parameters: Int
    var alpha: Double?
    var depth_multiplier: Int?
    var include_top: Bool?
    var pooling: String?
    var classes: Int?
    var layers: [Row]?
    var count: Int?
    var last: [Row]?

    var testDescription: String {
        "\(network) \(size)\(alpha.map { " \($0)" } ?? "")\(include_top == false ? " no top" : "")"
    }

    /// The network here.
    func make(weights: PretrainedWeights = .none) throws -> Application {
        try NetworkMaker(
            shape: size + [3], weights: weights, includeTop: include_top ?? true,
            pooling: pooling.map { $0 == "avg" ? .average : .maximum }, classes: classes ?? 1000,
            alpha: alpha ?? 1, depthMultiplier: depth_multiplier ?? 1
        ).make(network)
    }

    struct File: Decodable {
        let networks: [NetworkCase]
        let variants: [NetworkCase]
    }

    static let file: File = {
        let url = Fixtures.folder.appending(path: "applications.json")
        do {
            return try JSONDecoder().decode(File.self, from: Data(contentsOf: url))
        } catch {
            Issue.record("applications.json: \(error)")
            return File(networks: [], variants: [])
        }
    }()
}

/// Calls the initializer of a name.
struct NetworkMaker {
    var shape: [Int]?
    var weights: PretrainedWeights = .none
    var includeTop = true
    var pooling: FinalPooling?
    var classes = 1000
    var alpha = 1.0
    var depthMultiplier = 1

    static let names = [
        "ResNet50", "ResNet101", "ResNet152", "MobileNet", "MobileNetV2", "VGG16", "VGG19", "DenseNet121",
        "InceptionV3", "Xception", "EfficientNetB0", "EfficientNetB1", "EfficientNetB2", "EfficientNetB3",
    ]

    func make(_ network: String) throws -> Application {
        switch network {
        case "ResNet50":
            try ResNet50(
                inputShape: shape, weights: weights, includeTop: includeTop, pooling: pooling,
                classes: classes)
        case "ResNet101":
            try ResNet101(
                inputShape: shape, weights: weights, includeTop: includeTop, pooling: pooling,
                classes: classes)
        case "ResNet152":
            try ResNet152(
                inputShape: shape, weights: weights, includeTop: includeTop, pooling: pooling,
                classes: classes)
        case "MobileNet":
            try MobileNet(
                alpha: alpha, depthMultiplier: depthMultiplier, inputShape: shape, weights: weights,
                includeTop: includeTop, pooling: pooling, classes: classes)
        case "MobileNetV2":
            try MobileNetV2(
                alpha: alpha, inputShape: shape, weights: weights, includeTop: includeTop, pooling: pooling,
                classes: classes)
        case "VGG16":
            try VGG16(
                inputShape: shape, weights: weights, includeTop: includeTop, pooling: pooling,
                classes: classes)
        case "VGG19":
            try VGG19(
                inputShape: shape, weights: weights, includeTop: includeTop, pooling: pooling,
                classes: classes)
        case "DenseNet121":
            try DenseNet121(
                inputShape: shape, weights: weights, includeTop: includeTop, pooling: pooling,
                classes: classes)
        case "InceptionV3":
            try InceptionV3(
                inputShape: shape, weights: weights, includeTop: includeTop, pooling: pooling,
                classes: classes)
        case "Xception":
            try Xception(
                inputShape: shape, weights: weights, includeTop: includeTop, pooling: pooling,
                classes: classes)
        case "EfficientNetB0":
            try EfficientNetB0(
                inputShape: shape, weights: weights, includeTop: includeTop, pooling: pooling,
                classes: classes)
        case "EfficientNetB1":
            try EfficientNetB1(
                inputShape: shape, weights: weights, includeTop: includeTop, pooling: pooling,
                classes: classes)
        case "EfficientNetB2":
            try EfficientNetB2(
                inputShape: shape, weights: weights, includeTop: includeTop, pooling: pooling,
                classes: classes)
        case "EfficientNetB3":
            try EfficientNetB3(
                inputShape: shape, weights: weights, includeTop: includeTop, pooling: pooling,
                classes: classes)
        default: throw ApplicationError.invalidArgument(application: network, message: "is not known.")
        }
    }
}
