import ArgumentParser
import Foundation
import Testing
import Thaw
import ThawFormats

@testable import ThawCommand

/// What a command printed and how it ended.
struct CommandRun {
    let output: String
    let remarks: String
    let error: (any Error)?

    /// Runs `thaw` with arguments, in this process.
    init(_ arguments: String...) { self.init(arguments) }

    /// The same for a list.
    init(_ arguments: [String]) {
        let (output, remarks) = (Recorder(), Recorder())
        var thrown: (any Error)?
        let console = Console(result: { output.add($0) }, remark: { remarks.add($0) })
        Console.$current.withValue(console) {
            do {
                var command = try ThawCommand.parseAsRoot(arguments)
                try command.run()
            } catch {
                thrown = error
            }
        }
        (self.output, self.remarks, error) = (output.text, remarks.text, thrown)
    }

    /// The status with which the process would end.
    var status: Int32 { error.map { ThawCommand.exitCode(for: $0).rawValue } ?? 0 }

    /// What would be printed of the error.
    var message: String { error.map { ThawCommand.message(for: $0) } ?? "" }

    /// The output as JSON; nil if it is anything else.
    var json: JSONValue? { try? JSONValue(parsing: Data(output.utf8), file: "output") }

    private final class Recorder: @unchecked Sendable {
        private let lock = NSLock()
        private var parts: [String] = []

        func add(_ text: String) { lock.withLock { parts.append(text) } }
        var text: String { lock.withLock { parts.joined() } }
    }
}

/// A folder with small models and data, removed at the end of a test.
final class ToolFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("thaw-tool-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func file(_ name: String) -> URL { url.appendingPathComponent(name) }
    func path(_ name: String) -> String { file(name).path }

    /// Writes a text and gives its path.
    func text(_ text: String, _ name: String) throws -> String {
        try Data(text.utf8).write(to: file(name))
        return path(name)
    }

    /// A classifier of four numbers into three classes, saved.
    func classifier(
        _ name: String = "net.keras", loss: Loss? = .sparseCategoricalCrossentropy, freezing: String? = nil
    ) throws -> Sequential {
        let model = Sequential(seed: 3, name: "net") {
            Dense(5, activation: .relu, inputShape: [4], name: "hidden")
            BatchNormalization(name: "norm")
            Dense(3, activation: .softmax, name: "classes")
        }
        if let freezing { try model.layer(named: freezing).freeze() }
        if let loss { try model.compile(optimizer: .adam(), loss: loss, metrics: [.accuracy]) }
        try model.save(to: file(name))
        return model
    }

    /// Copies an archive with one of its texts changed.
    func rewrite(_ name: String, to other: String, _ entry: String, _ change: (String) -> String) throws {
        let archive = try ZipArchive(file(name))
        let items = try archive.entries.map { old in
            let bytes = try archive.read(old.name)
            guard old.name == entry else { return ZipArchive.Item(old.name, contents: bytes) }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(change(text) != text)
            return ZipArchive.Item(old.name, contents: Array(change(text).utf8))
        }
        try ZipArchive.write(items, to: file(other))
    }

    /// A model of images of any size, with the paths of images of 4 x 5 without an axis of channels and of their classes.
    func openModel(_ name: String) throws -> (data: String, labels: String) {
        let model = Sequential(seed: 5, name: "open") {
            Conv2D(2, kernelSize: 2, inputShape: [4, 5, 1])
            GlobalAveragePooling2D()
            Dense(3, activation: .softmax)
        }
        try model.compile(optimizer: .sgd(), loss: .sparseCategoricalCrossentropy)
        try model.save(to: file(name))
        try rewrite(name, to: name, "config.json") {
            $0.replacing(/\[null, ?4, ?5, ?1\]/, with: "[null,null,null,1]")
        }
        try NPYFile.write(.zeros([3, 4, 5]), to: file("open.npy"))
        try NPYFile.write(Tensor([0, 1, 2] as [Int32]), to: file("labels.npy"))
        return (path("open.npy"), path("labels.npy"))
    }

    /// Rows of four numbers.
    static func rows(_ count: Int = 6) -> Tensor {
        var stream = RandomStream(seed: 8)
        return stream.normalTensor([count, 4])
    }
}

/// A checkpoint of PyTorch with a `state_dict` of 9 tensors and the state of an `optimizer`.
let torchCheckpoint = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../ThawFormatsTests/Fixtures/torch/checkpoint.pt").standardized

/// A whole model as Keras 2 writes it, in HDF5: a Dense layer from 2 to 1, frozen.
func writeKeras2Model(to url: URL, kernel: Tensor = Tensor([[2], [3]] as [[Float]])) throws {
    var file = HDF5Writer()
    try file.addGroup("model_weights/out")
    let configuration = """
        {"class_name": "Sequential", "config": {"name": "old", "layers": [{"class_name": "Dense", "config": {"name": "out",
        "trainable": false, "batch_input_shape": [null, 2], "dtype": "float32", "units": 1, "activation": "linear",
        "use_bias": true}}]}}
        """
    try file.setAttribute("model_config", string: configuration, at: "")
    try file.setAttribute("keras_version", string: "2.3.1", at: "")
    try file.setAttribute("backend", string: "tensorflow", at: "")
    try file.setAttribute("layer_names", strings: ["out"], at: "model_weights")
    try file.setAttribute("weight_names", strings: ["out/kernel:0", "out/bias:0"], at: "model_weights/out")
    try file.add(kernel, at: "model_weights/out/out/kernel:0")
    try file.add(Tensor([0.5] as [Float]), at: "model_weights/out/out/bias:0")
    try file.write(to: url)
}
