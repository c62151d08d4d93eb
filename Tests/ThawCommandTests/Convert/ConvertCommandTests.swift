import ArgumentParser
import Foundation
import Testing
import Thaw
import ThawFormats

@testable import ThawCommand

/// `thaw convert`.
@Suite struct ConvertCommandTests {
    let folder: ToolFolder

    init() throws { folder = try ToolFolder() }

    @Test func keras2BecomesKeras3() throws {
        try writeKeras2Model(to: folder.file("old.h5"))
        let run = CommandRun("convert", folder.path("old.h5"), folder.path("new.keras"))
        #expect(run.status == 0, "\(run.message)")
        #expect(run.output.contains("Keras 2.3.1") && run.output.contains("3 parameters"))
        let model = try Model.load(from: folder.file("new.keras"))
        #expect(try model.predict(Tensor([[10, 1]] as [[Float]])) == Tensor([[23.5]] as [[Float]]))
        #expect(model.trainableParameters.isEmpty)
    }

    @Test func aModelBecomesWeights() throws {
        let model = try folder.classifier()
        let run = CommandRun("convert", folder.path("net.keras"), folder.path("w.safetensors"), "--json")
        #expect(run.json?["holds"]?.string == "weights")
        #expect(run.json?["parameters"]?.integer == 63)
        let tensors = try SafetensorsFile.read(folder.file("w.safetensors")).tensors
        let kernel = try #require(tensors["hidden/kernel"])
        #expect(kernel.isBitwiseEqual(to: model.allParameters[0].value))
    }

    @Test func weightsKeepNamesAndBits() throws {
        let tensors = [
            "layer1.0.weight": Tensor([1, .nan] as [Float]), "a/b": .arange(3),
            "half": Tensor([0.5] as [Float]).cast(to: .bfloat16),
        ]
        try SafetensorsFile.write(tensors, to: folder.file("a.safetensors"))
        let first = CommandRun("convert", folder.path("a.safetensors"), folder.path("b.npz"))
        #expect(first.status == 0, "\(first.message)")
        #expect(first.remarks.contains("half is bfloat16 and becomes float32"))
        #expect(CommandRun("convert", folder.path("b.npz"), folder.path("c.safetensors")).status == 0)
        let back = try SafetensorsFile.read(folder.file("c.safetensors")).tensors
        #expect(Set(back.keys) == Set(tensors.keys))
        #expect(back["layer1.0.weight"]?.isBitwiseEqual(to: Tensor([1, .nan] as [Float])) == true)
        #expect(back["a/b"] == .arange(3))
        #expect(back["half"] == Tensor([0.5] as [Float]))
    }

    /// A .h5 could be taken for a whole model.
    @Test func whatStaysBehindIsSaid() throws {
        _ = try folder.classifier()
        for name in ["w.h5", "w.weights.h5", "w.npz"] {
            let run = CommandRun("convert", folder.path("net.keras"), folder.path(name))
            #expect(run.output.contains("(weights)"))
            #expect(run.output.contains("layers, loss and optimizer are not in it"), "\(run.output)")
        }
        let whole = CommandRun("convert", folder.path("net.keras"), folder.path("again.keras"))
        #expect(whole.output.contains("(whole model)") && !whole.output.contains("not in it"))
        let json = CommandRun("convert", folder.path("net.keras"), folder.path("w.h5"), "--force", "--json")
            .json
        #expect(json?["leftOut"]?.string?.contains("A .keras file holds everything") == true)
        #expect(ThawCommand.helpMessage(for: ConvertCommand.self).contains("without layers, loss and"))
    }

    @Test func aLostCompilationIsSaid() throws {
        let model = try folder.classifier()
        // What a file of Keras 2 may be compiled with, through HDF5 or an archive.
        try folder.rewrite("net.keras", to: "old.keras", "metadata.json") {
            $0.replacing(/"keras_version": ?"[^"]*"/, with: "\"keras_version\": \"2.10.0\"")
        }
        try folder.rewrite("old.keras", to: "old.keras", "config.json") {
            $0.replacing("\"Adam\"", with: "\"Nadam\"").replacing("\"amsgrad\"", with: "\"decay\"")
                .replacing(/"decay": ?false/, with: "\"decay\": 0.004")
        }
        let run = CommandRun("convert", folder.path("old.keras"), folder.path("new.keras"))
        #expect(run.status == 0, "\(run.message)")
        #expect(run.remarks.contains("not compiled") && run.remarks.contains("optimizer"), "\(run.remarks)")
        #expect(try Model.load(from: folder.file("new.keras")).optimizer == nil)
        #expect(model.optimizer != nil)
    }

    @Test func sizesThatAreOpenAreAsked() throws {
        let (data, label) = try folder.openModel("open.keras")
        for command in [["summary"], ["convert"]] {
            let out = command == ["convert"] ? [folder.path("out.keras")] : []
            let asked = CommandRun(command + [folder.path("open.keras")] + out)
            #expect(asked.status == 1)
            #expect(asked.message.contains("--input-shape") && asked.message.contains("[?, ?, 1]"))
            #expect(!asked.message.contains("Model.load"))
            let run = CommandRun(command + [folder.path("open.keras")] + out + ["--input-shape", "4,5,1"])
            #expect(run.status == 0, "\(run.message)")
            let bad = CommandRun(command + [folder.path("open.keras")] + out + ["--input-shape", "4,x,1"])
            #expect(bad.status == 64)
        }
        #expect(try Model.load(from: folder.file("out.keras")).inputShapes == [[4, 5, 1]])
        // Data say it themselves, and their images lack the axis of channels here.
        #expect(CommandRun("predict", folder.path("open.keras"), data).status == 0)
        let measured = CommandRun("evaluate", folder.path("open.keras"), data, "--labels", label)
        #expect(measured.status == 0, "\(measured.message)")
        let other = CommandRun("predict", folder.path("open.keras"), data, "--input-shape", "9,9,1")
        #expect(other.status == 1, "\(other.output)")
    }

    @Test func aDictionaryOfACheckpointIsChosen() throws {
        let usual = CommandRun("convert", torchCheckpoint.path, folder.path("a.safetensors"))
        #expect(usual.status == 0 && usual.output.contains("Beside it the file holds optimizer ("))
        let run = CommandRun(
            "convert", torchCheckpoint.path, folder.path("b.safetensors"), "--dictionary", "optimizer")
        #expect(
            run.status == 0 && run.output.contains("These are the tensors of optimizer."), "\(run.message)")
        #expect(try SafetensorsFile.read(folder.file("b.safetensors")).tensors["state.4.exp_avg"] != nil)
        _ = try folder.classifier()
        let model = CommandRun(
            "convert", folder.path("net.keras"), folder.path("c.keras"), "--dictionary", "ema")
        #expect(model.status == 1 && model.message.contains("this is a model"))
    }

    @Test func filesAreNotOverwritten() throws {
        try writeKeras2Model(to: folder.file("old.h5"))
        let output = try folder.text("precious", "new.keras")
        let run = CommandRun("convert", folder.path("old.h5"), output)
        #expect(run.status == 1 && run.message.contains("--force"))
        #expect(try String(contentsOf: folder.file("new.keras"), encoding: .utf8) == "precious")
        #expect(CommandRun("convert", folder.path("old.h5"), output, "--force").status == 0)
        #expect(try FileFormat.detect(folder.file("new.keras")) == .keras)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == [
                "new.keras", "old.h5",
            ])
    }

    @Test(arguments: ["new.keras", "new.h5", "new.weights.h5", "new.pt", "new", ".keras"])
    func pairsThatMakeNoSenseAreRefused(_ name: String) throws {
        try SafetensorsFile.write(["a": .zeros([2])], to: folder.file("a.safetensors"))
        let run = CommandRun("convert", folder.path("a.safetensors"), folder.path(name))
        #expect(run.status == 1)
        #expect(run.message.contains("become .safetensors or .npz"), "\(run.message)")
        #expect(!FileManager.default.fileExists(atPath: folder.path(name)))
    }

    @Test func aFailedConversionLeavesNothing() throws {
        _ = try folder.text("PK no archive", "bad.keras")
        let run = CommandRun("convert", folder.path("bad.keras"), folder.path("out.keras"))
        #expect(run.status == 1)
        let missing = CommandRun("convert", folder.path("bad.keras"), folder.path("no/out.npz"))
        #expect(missing.status == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["bad.keras"])
    }
}
