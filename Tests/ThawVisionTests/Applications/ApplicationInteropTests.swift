import Foundation
import Testing
import ThawVision

/// A Python that has Keras, if the tests are to ask it.
private let python = ProcessInfo.processInfo.environment["THAW_INTEROP_PYTHON"]

/// Networks with random weights that Keras and PyTorch made, in `scripts/test --interop`.
@Suite(.serialized, .enabled(if: python != nil, "needs Keras: scripts/test --interop"))
struct ApplicationInteropTests {
    struct Answer: Decodable {
        struct Values: Decodable {
            let shape: [Int]
            let values: [Double]
        }

        let parameters: Int
        let layers: [Layer]
        let outputs: Values

        struct Layer: Decodable {
            let name: String
            let parameters: Int

            init(from decoder: any Decoder) throws {
                var values = try decoder.unkeyedContainer()
                name = try values.decode(String.self)
                parameters = try values.decode(Int.self)
            }
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let network: String
        let size: [Int]
        var alpha: Double?
        var classes: Int?
        var pooling: String?
        var ending = "weights.h5"

        var includeTop: Bool { classes != nil }
        var testDescription: String {
            "\(network) \(size) \(alpha ?? 1)\(includeTop ? "" : " no top") \(ending)"
        }

        /// The arguments of keras.applications.
        var json: String {
            var arguments = ["\"input_shape\": \(size + [3])", "\"include_top\": \(includeTop)"]
            if let alpha { arguments.append("\"alpha\": \(alpha)") }
            if let classes { arguments.append("\"classes\": \(classes)") }
            if let pooling { arguments.append("\"pooling\": \"\(pooling)\"") }
            return "{\"network\": \"\(network)\", \"arguments\": {\(arguments.joined(separator: ", "))}}"
        }
    }

    static let hasTorch = (try? run(["has", "torch"]).status) == 0
    static let hasPillow = (try? run(["has", "PIL"]).status) == 0

    private static func run(_ arguments: [String]) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: python ?? "/nonexistent")
        process.arguments =
            ["-B", Fixtures.folder.appending(path: "applications_interop.py").path] + arguments
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    private func ask(_ arguments: [String], in folder: TemporaryFolder) throws -> Answer {
        let answer = folder.url.appending(path: "answer.json")
        let (status, text) = try Self.run(arguments + [answer.path])
        try #require(status == 0, "\(text.suffix(3000))")
        return try JSONDecoder().decode(Answer.self, from: Data(contentsOf: answer))
    }

    /// The same formula as in the script.
    private func inputs(_ size: [Int], scaled: Bool = false) -> Tensor {
        let shape = [3] + size + [3]
        let values = (0..<shape.reduce(1, *)).map { place -> Float in
            let value = Double((7919 * place + 13 * 99) % 1000) / 1000 - 0.5
            return Float(scaled ? 255 * (value + 0.5) : value)
        }
        return Tensor(shape: shape, scalars: values)
    }

    private func expectSame(_ outputs: Tensor, _ answer: Answer, _ what: String, tolerance: Double = 1e-4) {
        #expect(outputs.shape == answer.outputs.shape, "\(what)")
        let reference = answer.outputs.values
        let largest = reference.map(abs).max() ?? 0
        let error = zip(outputs.floats, reference).map { abs(Double($0) - $1) }.max() ?? .infinity
        #expect(largest > 0 && error <= tolerance * largest, "\(what): \(error) of \(largest)")
    }

    @Test(arguments: residual) func residualNetworks(_ example: Case) throws { try compare(example) }

    @Test(arguments: mobile) func mobileNetworks(_ example: Case) throws { try compare(example) }

    @Test(arguments: dense) func denseNetworks(_ example: Case) throws { try compare(example) }

    @Test(arguments: inception) func inceptionNetworks(_ example: Case) throws { try compare(example) }

    @Test(arguments: efficient) func efficientNetworks(_ example: Case) throws { try compare(example) }

    /// Weights that Keras wrote compute here what they do there.
    private func compare(_ example: Case) throws {
        let folder = try TemporaryFolder()
        try folder.put(Array(example.json.utf8), "case.json")
        let file = folder.url.appending(path: "net.\(example.ending)")
        let answer = try ask(["make", folder.url.appending(path: "case.json").path, file.path], in: folder)
        let network = try NetworkMaker(
            shape: example.size + [3], weights: .file(file), includeTop: example.includeTop,
            pooling: example.pooling.map { $0 == "avg" ? .average : .maximum },
            classes: example.classes ?? 1000, alpha: example.alpha ?? 1
        ).make(example.network)
        #expect(network.parameterCount == answer.parameters)
        #expect(network.layers.map(\.name) == answer.layers.map(\.name))
        #expect(network.layers.map(\.parameterCount) == answer.layers.map(\.parameters))
        let x = inputs(example.size, scaled: network.preprocessing == .rawPixels)
        expectSame(try network.predict(x), answer, example.testDescription)
        guard example.ending == "keras" else { return }
        // The whole model is read, too.
        let model = try Model.load(from: file)
        expectSame(try model.predict(x), answer, "\(example.testDescription), loaded")
    }

    @Test(.enabled(if: hasTorch, "needs torch in the same environment"), arguments: [20, 32, 44, 56, 110])
    func torchWeightsComputeTheSame(_ depth: Int) throws {
        let folder = try TemporaryFolder()
        try folder.put(Array("{\"depth\": \(depth)}".utf8), "case.json")
        let file = folder.url.appending(path: "net.th")
        let answer = try ask(["make", folder.url.appending(path: "case.json").path, file.path], in: folder)
        let network = try CIFARResNet(depth: depth, weights: .file(file))
        #expect(network.parameterCount == answer.parameters)
        expectSame(try network.predict(inputs([32, 32])), answer, "\(depth)")
    }

    /// Networks that are saved here are ordinary models there.
    @Test(arguments: ["MobileNet", "InceptionV3", "EfficientNetB0", "CIFARResNet"])
    func kerasLoadsWhatIsSaved(_ name: String)
        throws
    {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "net.keras")
        let size = name == "InceptionV3" ? [75, 80] : [32, 32]
        let network =
            try name == "CIFARResNet"
            ? CIFARResNet(depth: 14, weights: .none, seed: 2)
            : NetworkMaker(shape: size + [3], includeTop: false, pooling: .average).make(name)
        try network.save(to: file)
        let x = inputs(size, scaled: network.preprocessing == .rawPixels)
        let pixels = folder.url.appending(path: "inputs.npy")
        try NPYFile.write(x, to: pixels)
        let answer = try ask(["load", file.path, pixels.path], in: folder)
        #expect(answer.layers.map(\.name) == network.layers.map(\.name))
        expectSame(try network.predict(x), answer, name)
    }

    /// The features of a photograph, from Pillow's pixels.
    @Test(
        .enabled(if: RealFiles.folder != nil, "needs files from elsewhere: THAW_REAL_DATA=FOLDER"),
        .enabled(if: hasPillow, "needs Pillow in the same environment"))
    func featuresOfAPhotograph() throws {
        let data = try #require(RealFiles.folder)
        let folder = try TemporaryFolder()
        let weights = data.appending(path: RealFiles.weights)
        let photo = data.appending(path: "photos/elephant.jpg")
        let pixels = folder.url.appending(path: "pixels.npy")
        let answer = try ask(["photo", photo.path, weights.path, pixels.path], in: folder)
        let network = try MobileNet(alpha: 0.25, weights: .file(weights), includeTop: false)
        let image = try NPYFile.read(pixels)
        expectSame(
            try network.predict(Preprocessing.tensorFlow(image.reshaped(to: [1, 224, 224, 3]))), answer,
            "Pillow's pixels", tolerance: 1e-3)
        let own = try ImageFile.read(photo).resizedImage(height: 224, width: 224)
        expectSame(
            try network.predict(Preprocessing.tensorFlow(own.reshaped(to: [1, 224, 224, 3]))), answer,
            "our pixels", tolerance: 1e-2)
    }
}

extension ApplicationInteropTests {
    static let residual = [
        Case(network: "ResNet50", size: [32, 32], classes: 10),
        Case(network: "ResNet50", size: [50, 41], ending: "keras"),
        Case(network: "ResNet101", size: [32, 40], pooling: "avg"),
        Case(network: "ResNet101", size: [64, 32], classes: 6),
        Case(network: "ResNet152", size: [40, 32], pooling: "max"),
        Case(network: "ResNet152", size: [32, 32], classes: 6),
    ]

    static let mobile = [
        Case(network: "MobileNet", size: [64, 64], classes: 1000),
        Case(network: "MobileNet", size: [33, 47], alpha: 0.25, ending: "keras"),
        Case(network: "MobileNet", size: [96, 64], alpha: 0.75, classes: 5, ending: "h5"),
        Case(network: "MobileNet", size: [64, 64], alpha: 0.5, pooling: "avg"),
        Case(network: "MobileNetV2", size: [64, 64], classes: 1000),
        Case(network: "MobileNetV2", size: [45, 38], alpha: 0.35, ending: "keras"),
        Case(network: "MobileNetV2", size: [96, 64], alpha: 1.4, pooling: "max"),
    ]

    static let dense = [
        Case(network: "VGG16", size: [32, 32], classes: 10),
        Case(network: "VGG16", size: [70, 45]),
        Case(network: "VGG19", size: [32, 64], classes: 10),
        Case(network: "VGG19", size: [48, 48], pooling: "avg"),
        Case(network: "DenseNet121", size: [32, 32], classes: 10, ending: "keras"),
        Case(network: "DenseNet121", size: [65, 49]),
    ]

    static let inception = [
        Case(network: "InceptionV3", size: [75, 75], classes: 10),
        Case(network: "InceptionV3", size: [80, 99], pooling: "avg", ending: "keras"),
        Case(network: "InceptionV3", size: [75, 90], ending: "h5"),
        Case(network: "Xception", size: [71, 71], classes: 10),
        Case(network: "Xception", size: [90, 75], ending: "keras"),
        Case(network: "Xception", size: [75, 71], pooling: "avg", ending: "h5"),
    ]

    static let efficient = [
        Case(network: "EfficientNetB0", size: [32, 32], classes: 10),
        Case(network: "EfficientNetB0", size: [65, 50], ending: "keras"),
        Case(network: "EfficientNetB0", size: [64, 64], pooling: "avg", ending: "h5"),
        Case(network: "EfficientNetB1", size: [47, 64], pooling: "max"),
        Case(network: "EfficientNetB1", size: [32, 32], classes: 4, ending: "keras"),
        Case(network: "EfficientNetB2", size: [32, 48]),
        Case(network: "EfficientNetB2", size: [32, 32], classes: 4),
        Case(network: "EfficientNetB3", size: [32, 32], pooling: "avg"),
        Case(network: "EfficientNetB3", size: [40, 40], classes: 4),
    ]
}
