import Foundation
import Testing

@testable import Thaw

/// A Python that has Keras, if the tests are to ask it.
private let python = ProcessInfo.processInfo.environment["THAW_INTEROP_PYTHON"]
private let realData = ProcessInfo.processInfo.environment["THAW_REAL_DATA"].map { URL(filePath: $0) }

/// Files of weights that go to Keras and PyTorch, in `scripts/test --interop`.
@Suite(.serialized, .enabled(if: python != nil, "needs Keras: scripts/test --interop"))
struct WeightInteropTests {
    struct Answer: Decodable {
        var outputs: KerasModelTests.Case.Values?
        var weights: [[Double]]?
    }

    /// Whether that Python has PyTorch, or tf_keras, which need not be there.
    static let hasTorch = has("torch")
    static let hasKeras2 = has("tf_keras")

    private static let script = WeightFixtures.folder.deletingLastPathComponent()
        .appending(path: "interop/weights_interop.py").path

    private static func has(_ module: String) -> Bool {
        guard let python else { return false }
        return (try? run(python, ["has", module]).status) == 0
    }

    private static func run(_ python: String, _ arguments: [String]) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = ["-B", script] + arguments
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    private func ask(_ what: String, _ url: URL, _ options: String...) throws -> Answer {
        let folder = try TestFolder()
        let (status, text) = try Self.run(
            python ?? "", [what, url.path, folder.path("answer.json")] + options)
        try #require(status == 0, "\(text.suffix(3000))")
        return try JSONDecoder().decode(Answer.self, from: Data(contentsOf: folder.file("answer.json")))
    }

    private func expectSame(_ answer: Answer, _ model: Model, _ what: String) throws {
        for (own, theirs) in zip(model.weights, try #require(answer.weights)) {
            #expect(own.floats.map(Double.init) == theirs, "\(what)")
        }
        guard let outputs = answer.outputs else { return }
        expectAgreement(
            try WeightFixtures.outputs(model).floats.map(Double.init), outputs.values, what)
    }

    @Test func keras3LoadsEveryLayout() throws {
        let folder = try TestFolder()
        let model = try WeightFixtures.loaded()
        for name in ["a.weights.h5", "a.h5", "a.hdf5"] {
            try model.saveWeights(to: folder.file(name))
            let answer = try ask("keras", folder.file(name))
            #expect(answer.outputs != nil && answer.weights?.count == model.weights.count)
            try expectSame(answer, model, name)
        }
        try expectSame(try ask("keras", folder.file("a.h5"), "by_name"), model, "by_name")
    }

    @Test(.enabled(if: hasKeras2, "needs tf_keras in the same environment")) func keras2LoadsItsLayout()
        throws
    {
        let folder = try TestFolder()
        let model = try WeightFixtures.loaded()
        try model.saveWeights(to: folder.file("a.h5"))
        for options in [[], ["by_name"]] {
            let answer =
                try options.isEmpty
                ? ask("tf_keras", folder.file("a.h5")) : ask("tf_keras", folder.file("a.h5"), options[0])
            #expect(answer.weights?.count == model.weights.count)
            try expectSame(answer, model, "tf_keras \(options)")
        }
    }

    @Test(.enabled(if: hasTorch, "needs torch in the same environment")) func pyTorchLoadsItsLayout() throws {
        let folder = try TestFolder()
        let model = try WeightFixtures.net()
        try model.loadWeights(from: WeightFixtures.file("torch.pth"))
        try model.saveWeights(to: folder.file("a.safetensors"), mapping: .torch())
        let answer = try ask("torch", folder.file("a.safetensors"))
        expectAgreement(
            try WeightFixtures.outputs(model).floats.map(Double.init), try #require(answer.outputs).values,
            "torch")
    }

    @Test(.enabled(if: realData != nil, "needs weights from elsewhere: THAW_REAL_DATA=FOLDER"))
    func mobileNetComputesWhatKerasDoes() throws {
        let url = try #require(realData).appending(path: "mobilenet_025/mobilenet_2_5_224_tf_no_top.h5")
        let model = try PublishedNets.mobileNet(size: 64)
        try model.loadWeights(from: url)
        let outputs = try model.predict(KerasModelTests.values([2, 64, 64, 3], 99))
        let reference = try #require(ask("mobilenet", url).outputs)
        #expect(outputs.shape == reference.shape)
        expectAgreement(outputs.floats.map(Double.init), reference.values, tolerance: 1e-4, "MobileNet")
    }

    @Test(.enabled(if: realData != nil && hasTorch, "needs THAW_REAL_DATA=FOLDER, and torch"))
    func resNet20ComputesWhatPyTorchDoes() throws {
        let url = try #require(realData).appending(path: "cifar10_resnet/resnet20-12fca82f.th")
        let model = try PublishedNets.resNet20()
        try model.loadWeights(from: url)
        let outputs = try model.predict(KerasModelTests.values([4, 32, 32, 3], 99))
        let reference = try #require(ask("resnet", url).outputs)
        expectAgreement(outputs.floats.map(Double.init), reference.values, tolerance: 1e-4, "ResNet-20")
    }
}
