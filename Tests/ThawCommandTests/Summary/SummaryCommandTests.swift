import Foundation
import Testing
import Thaw
import ThawFormats

@testable import ThawCommand

/// `thaw summary`.
@Suite struct SummaryCommandTests {
    let folder: ToolFolder

    init() throws { folder = try ToolFolder() }

    @Test func aModelIsDescribed() throws {
        let model = try folder.classifier(freezing: "norm")
        let run = CommandRun("summary", folder.path("net.keras"))
        #expect(run.status == 0)
        #expect(run.remarks.isEmpty)
        #expect(run.output.contains("Model: \"net\""))
        #expect(run.output.contains("norm (BatchNormalization)"))
        #expect(run.output.contains("(None, 5)"))
        #expect(run.output.contains("written by Thaw, in the format of Keras 3"))
        #expect(run.output.contains("Optimizer: adam, learning rate 0.001, 0 steps"))
        #expect(run.output.contains("Loss: sparse_categorical_crossentropy"))
        #expect(run.output.contains("Metrics: accuracy"))
        #expect(run.output.contains("Frozen layers: 1 of 3: norm"))
        #expect(model.parameterCount == 63)
    }

    @Test func jsonHoldsTheSame() throws {
        _ = try folder.classifier(freezing: "hidden")
        let json = try #require(CommandRun("summary", folder.path("net.keras"), "--json").json)
        #expect(json["layers"]?.array?.count == 3)
        #expect(json["layers"]?.array?[0]["parameters"]?.integer == 25)
        #expect(json["layers"]?.array?[0]["isFrozen"]?.bool == true)
        #expect(json["layers"]?.array?[1]["outputShape"]?.string == "(None, 5)")
        #expect(json["frozenLayers"] == ["hidden"])
        #expect(json["losses"] == ["sparse_categorical_crossentropy"])
        #expect(json["metrics"] == [["accuracy"]])
        #expect(json["optimizer"]?["name"]?.string == "adam")
        #expect(json["parameters"]?.integer == 63)
    }

    @Test func aModelOfKeras2IsDescribed() throws {
        try writeKeras2Model(to: folder.file("old.h5"))
        let run = CommandRun("summary", folder.path("old.h5"))
        #expect(run.output.contains("written by Keras 2.3.1 (tensorflow)"))
        #expect(run.output.contains("Not compiled: the file holds no optimizer and no loss."))
        #expect(run.output.contains("Frozen layers: 1 of 1: out"))
    }

    @Test func settingsOfStatisticsAreNamed() throws {
        let model = try folder.classifier()
        let norm = try #require(model.layer(named: "norm") as? BatchNormalization)
        norm.statistics = .batch
        try model.save(to: folder.file("net.keras"))
        #expect(CommandRun("summary", folder.path("net.keras")).output.contains("Statistics of norm: .batch"))
    }

    @Test func otherElementTypesAreSaid() throws {
        let file = folder.file("half.keras")
        _ = try folder.classifier()
        let archive = try ZipArchive(folder.file("net.keras"))
        try ZipArchive.write(
            archive.entries.map { entry in
                let text = String(decoding: try archive.read(entry.name, limit: 1 << 20), as: UTF8.self)
                let isDescription = entry.name == "config.json"
                return ZipArchive.Item(
                    entry.name,
                    contents: isDescription
                        ? Array(text.replacing("\"dtype\": \"float32\"", with: "\"dtype\": \"float16\"").utf8)
                        : try archive.read(entry.name, limit: 1 << 20))
            }, to: file)
        let run = CommandRun("summary", folder.path("half.keras"))
        #expect(
            run.output.contains(
                "Note: 3 layers of the file compute in float16; here they compute in float32."))
        let json = try #require(CommandRun("summary", folder.path("half.keras"), "--json").json)
        #expect(json["notes"]?.array?.count == 1)
        #expect(!CommandRun("summary", folder.path("net.keras")).output.contains("Note"))
    }

    @Test func aModelIsDrawn() throws {
        _ = try folder.classifier()
        #expect(CommandRun("summary", folder.path("net.keras"), "--svg", folder.path("net.svg")).status == 0)
        let svg = try String(contentsOf: folder.file("net.svg"), encoding: .utf8)
        #expect(svg.hasPrefix("<svg") && svg.contains("hidden"))
        let none = CommandRun("summary", folder.path("net.keras"), "--svg", folder.path("no/where.svg"))
        #expect(none.status == 1 && none.message.contains("does not exist"))
    }

    @Test func groupsOfWeightsAreListed() throws {
        try SafetensorsFile.write(
            [
                "conv/kernel": .zeros([3, 3]), "conv/bias": .zeros([3]), "scale": .zeros([]),
                "head.fc.weight": .zeros([2, 2]),
            ], to: folder.file("w.safetensors"))
        let run = CommandRun("summary", folder.path("w.safetensors"))
        #expect(run.output.contains("conv              2          12"))
        #expect(run.output.contains("head.fc           1           4"))
        #expect(run.output.contains("(no group)        1           1"))
        #expect(run.output.contains("4 tensors, 17 parameters"))
        #expect(run.output.contains("weights only"))
        let json = CommandRun("summary", folder.path("w.safetensors"), "--json").json
        #expect(json?["holds"]?.string == "weights")
        #expect(json?["groups"]?.array?.count == 3)
        let svg = CommandRun("summary", folder.path("w.safetensors"), "--svg", folder.path("x.svg"))
        #expect(svg.status == 1 && svg.message.contains("no model to draw"))
    }

    @Test func badFilesAreSaid() throws {
        #expect(CommandRun("summary", folder.path("nowhere.keras")).message.contains("No such file"))
        #expect(CommandRun("summary", folder.url.path).message.contains("not a plain file"))
        let text = try folder.text("hello", "letter.keras")
        let run = CommandRun("summary", text)
        #expect(run.status == 1 && run.message.contains("no file of tensors"))
        #expect(CommandRun("summary", try folder.text("", "empty.h5")).message.contains("empty"))
        _ = try folder.classifier()
        try FileManager.default.copyItem(at: folder.file("net.keras"), to: folder.file("net.h5"))
        #expect(
            CommandRun("summary", folder.path("net.h5")).message.contains("by its contents this is a .keras"))
        #expect(CommandRun("summary").status == 64)
        #expect(CommandRun("summary", folder.path("net.keras"), "--svg", "").status == 64)
    }

    @Test func aLossThatThawLacksLeavesTheModelReadable() throws {
        let url = folder.file("net.keras")
        _ = try folder.classifier()
        let archive = try ZipArchive(url)
        let items = try archive.entries.map { entry in
            var text = try archive.read(entry.name)
            if entry.name == "config.json" {
                let json = String(decoding: text, as: UTF8.self)
                    .replacingOccurrences(of: "SparseCategoricalCrossentropy", with: "SomebodysLoss")
                text = Array(json.utf8)
            }
            return ZipArchive.Item(entry.name, contents: text)
        }
        try ZipArchive.write(items, to: url)
        let run = CommandRun("summary", url.path)
        #expect(run.status == 0)
        #expect(run.output.contains("Not compiled: what the file says of it cannot be used"))
        #expect(run.output.contains("SomebodysLoss"))
    }
}
