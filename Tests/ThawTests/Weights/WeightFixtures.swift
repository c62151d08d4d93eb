import Foundation
import Testing
import ThawFormats

@testable import Thaw

/// The net and the files of Fixtures/weights, which make_weights.py there made.
enum WeightFixtures {
    struct Answers: Decodable {
        let keras: KerasModelTests.Case.Values
        let torch: KerasModelTests.Case.Values
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/weights")

    static func file(_ name: String) -> URL { folder.appending(path: name) }

    static func answers() throws -> Answers {
        try JSONDecoder().decode(Answers.self, from: Data(contentsOf: file("weights.json")))
    }

    /// The net of make_weights.py with other weights.
    ///
    /// - Parameters:
    ///   - isNamed: whether its layers have the names they have there.
    ///   - head: the name of the last layer.
    static func net(
        isNamed: Bool = true, classes: Int = 3, epsilon: Double = 1e-3, head: String = "head"
    ) throws -> Model {
        func name(_ name: String) -> String? { isNamed ? name : nil }
        let body = Sequential(name: name("body")) {
            Conv2D(5, kernelSize: 1, inputShape: [2, 2, 16], name: name("point"))
            BatchNormalization(momentum: 0.9, epsilon: epsilon, name: name("point_bn"))
        }
        let image = Input(shape: [6, 6, 4], name: name("image"))
        var x = try Conv2D(8, kernelSize: 3, groups: 2, name: name("conv"))(image)
        x = try BatchNormalization(momentum: 0.9, epsilon: epsilon, name: name("bn"))(x)
        x = try PReLU(sharedAxes: [1, 2], name: name("prelu"))(x)
        x = try DepthwiseConv2D(kernelSize: 3, depthMultiplier: 2, name: name("depthwise"))(x)
        x = try GroupNormalization(groups: 4, epsilon: epsilon, name: name("gn"))(x)
        x = try body(x)
        x = try LayerNormalization(epsilon: epsilon, name: name("ln"))(
            Flatten(name: name("flatten"))(x))
        x = try Dense(classes, name: name(head))(Dropout(0.5, name: name("dropout"))(x))
        return try Model(inputs: [image], outputs: [x], seed: 5, name: name("net"))
    }

    static func outputs(_ model: Model) throws -> Tensor {
        try model.predict(KerasModelTests.values([3, 6, 6, 4], 99))
    }

    static func expectKeras(
        _ model: Model, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        expectAgreement(
            try outputs(model).floats.map(Double.init), try answers().keras.values, what,
            sourceLocation: sourceLocation)
    }

    static func expectTorch(
        _ model: Model, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        expectAgreement(
            try outputs(model).floats.map(Double.init), try answers().torch.values, what,
            sourceLocation: sourceLocation)
    }

    /// A net with the fixture's weights of Keras.
    static func loaded() throws -> Model {
        let model = try net()
        try model.loadWeights(from: file("keras3.weights.h5"))
        return model
    }

    static func areSame(_ first: Model, _ second: Model) -> Bool {
        zip(first.weights, second.weights).allSatisfy { $0.isBitwiseEqual(to: $1) }
    }
}
