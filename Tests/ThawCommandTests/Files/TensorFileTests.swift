import Foundation
import Testing
import Thaw
import ThawFormats

@testable import ThawCommand

/// The names that arrays of Keras's files get, and what a file says of its model.
@Suite struct TensorFileTests {
    let folder: ToolFolder

    init() throws { folder = try ToolFolder() }

    @Test func arraysInsideModelsAreCalledAfterTheirLayers() throws {
        var file = HDF5Writer()
        try file.addGroup("model_weights/outer")
        try file.addGroup("model_weights/top")
        let dense = { (name: String) in "{\"class_name\": \"Dense\", \"config\": {\"name\": \"\(name)\"}}" }
        try file.setAttribute(
            "model_config",
            string: """
                {"class_name": "Sequential", "config": {"layers": [{"class_name": "Functional", "config": {"name": "outer",
                "trainable": false, "layers": [{"class_name": "Sequential", "config": {"name": "middle", "layers":
                [\(dense("deep"))]}}, \(dense("flat"))]}}, \(dense("top"))]}}
                """, at: "")
        try file.setAttribute("layer_names", strings: ["outer", "top"], at: "model_weights")
        let names = ["deep/kernel:0", "flat/kernel:0", "other/kernel:0"]
        try file.setAttribute("weight_names", strings: names, at: "model_weights/outer")
        try file.setAttribute("weight_names", strings: ["net/top/kernel"], at: "model_weights/top")
        for name in names { try file.add(.zeros([1]), at: "model_weights/outer/\(name)") }
        try file.add(.zeros([2]), at: "model_weights/top/net/top/kernel")
        try file.add(.zeros([1]), at: "optimizer_weights/step")
        try file.write(to: folder.file("net.h5"))
        let read = try TensorFile(folder.file("net.h5"))
        #expect(
            read.entries.map(\.name) == [
                "outer/middle/deep/kernel", "outer/flat/kernel", "outer/other/kernel", "top/kernel",
                "optimizer_weights/step",
            ])
        #expect(read.entries.map(\.isParameter) == [true, true, true, true, false])
        #expect(read.model?.layers == ["outer/middle/deep", "outer/flat", "top"])
        #expect(read.model?.frozenLayers == ["outer/middle/deep", "outer/flat"])
    }

    @Test func numberedArraysOfKeras3GetTheirLayersNames() throws {
        var file = HDF5Writer()
        try file.addGroup("layers/functional/layers/dense_1/vars")
        try file.setAttribute("name", string: "stem", at: "layers/functional/layers/dense_1/vars")
        try file.add(.zeros([2]), at: "layers/functional/layers/dense_1/vars/0")
        try file.add(.zeros([2]), at: "layers/dropout/seed_generator/vars/0")
        try file.write(to: folder.file("net.weights.h5"))
        let read = try TensorFile(folder.file("net.weights.h5"))
        #expect(read.title == "weights of Keras 3, HDF5")
        #expect(read.model == nil)
        let parameters = read.entries.filter(\.isParameter)
        #expect(parameters.map(\.name) == ["functional/stem/0"])
        #expect(parameters.map(\.path) == ["layers/functional/layers/dense_1/vars/0"])
    }

    @Test func checkpointsOfPyTorchAreRead() throws {
        let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../ThawFormatsTests/Fixtures/torch")
        let old = try TensorFile(fixtures.appending(path: "checkpoint_legacy.pt"))
        let new = try TensorFile(fixtures.appending(path: "checkpoint.pt"))
        #expect(old.title == "PyTorch checkpoint (legacy format)" && new.title == "PyTorch checkpoint")
        let difference = try FileDifference(old, new)
        #expect(!difference.parameters.isEmpty && difference.isEqual)
        #expect(throws: FormatError.self) { try TensorFile(fixtures.appending(path: "attack.pt")) }
        let run = CommandRun("weights", fixtures.appending(path: "objects.pt").path)
        #expect(run.status == 0 && run.output.contains("w"))
        #expect(
            run.remarks.contains("torch.optim.adam.Adam") && run.remarks.contains("more"), "\(run.remarks)")
        #expect(CommandRun("weights", fixtures.appending(path: "tensor.pt").path).output.contains("tensor"))
    }

    @Test func metricsOfKeras3AreNoParameters() throws {
        var file = HDF5Writer()
        try file.add(.zeros([2]), at: "layers/metrics/vars/0")
        try file.add(.zeros([1]), at: "metrics/mean/vars/0")
        try file.write(to: folder.file("net.weights.h5"))
        let read = try TensorFile(folder.file("net.weights.h5"))
        #expect(read.entries.filter(\.isParameter).map(\.path) == ["layers/metrics/vars/0"])
    }

    @Test func whatIsNoFileOfTensorsIsSaid() throws {
        for (name, bytes) in [
            ("a.csv", "1,2\n"), ("b.zip", "PK\u{5}\u{6}" + String(repeating: "\0", count: 18)),
        ] {
            let url = URL(fileURLWithPath: try folder.text(bytes, name))
            #expect { try TensorFile(url) } throws: { "\($0)".contains("no file of tensors") }
        }
    }
}
