import Foundation
import Testing
import Thaw
import ThawFormats
import ThawVision

@testable import ThawCommand

/// `thaw predict` on pictures.
@Suite struct PicturePredictionTests {
    private let folder: ToolFolder
    private let pictures: PictureFolder
    private let model: Sequential

    init() throws {
        pictures = try PictureFolder()
        folder = pictures.folder
        try pictures.add(2, to: "reds", red: true)
        try pictures.add(1, to: "blues", red: false)
        model = Sequential(seed: 2, name: "net") {
            Conv2D(4, kernelSize: 3, activation: .relu, inputShape: [8, 10, 3])
            Flatten()
            Dense(3, activation: .softmax)
        }
        model.classNames = ["red", "blue", "green, pale"]
        model.preprocessing = .tensorFlow
        try model.save(to: folder.file("net.keras"))
    }

    private var files: [String] {
        ["reds/0.png", "reds/1.png", "blues/0.png"].map { pictures.file($0).path }
    }

    private func predict(_ arguments: [String]) -> CommandRun {
        CommandRun(["predict", folder.path("net.keras")] + arguments)
    }

    /// What the model says of the files, prepared by hand.
    private func expected(_ preprocessing: Thaw.Preprocessing = .tensorFlow) throws -> Tensor {
        let images = try files.map {
            try ImageFile.read(URL(fileURLWithPath: $0)).resizedImage(height: 8, width: 10)
        }
        let plain = try model.clone()
        try plain.ensureBuilt()
        try plain.setWeights(model.weights)
        plain.preprocessing = nil
        return try plain.predict(preprocessing(.stack(images)))
    }

    @Test func classesArePrintedWithProbabilities() throws {
        let run = predict(files + ["--json"])
        #expect(run.status == 0 && run.remarks.isEmpty, "\(run.message)")
        let found = try #require(run.json?["pictures"]?.array)
        let wanted = try expected()
        for (row, picture) in found.enumerated() {
            #expect(picture["file"]?.string == files[row])
            let values = wanted[row].floats
            for choice in picture["top"]?.array ?? [] {
                let index = try #require(choice["index"]?.integer)
                #expect(choice["label"]?.string == model.classNames?[index])
                #expect(abs(Float(choice["value"]?.double ?? 0) - values[index]) < 1e-5)
            }
            #expect(picture["top"]?.array?.first?["index"]?.integer == wanted.argMax(axis: -1).ints[row])
        }
        #expect(found.count == 3 && run.json?["failed"]?.array?.isEmpty == true)
        let text = predict(files).output
        #expect(text.hasPrefix("picture ") && text.split(separator: "\n").count == 4)
        #expect(text.contains("green, pale"))
        #expect(predict([files[0], "--top", "1"]).output.split(separator: "\n")[0].hasSuffix("1."))
    }

    @Test func batchesOfAnySizeGiveTheSame() throws {
        let whole = predict(files + ["--output", folder.path("a.npy")])
        let single = predict(files + ["--output", folder.path("b.npy"), "--batch-size", "2"])
        #expect(whole.status == 0 && whole.output.isEmpty && single.status == 0)
        let (a, b) = (try NPYFile.read(folder.file("a.npy")), try NPYFile.read(folder.file("b.npy")))
        #expect(a.shape == [3, 3] && a.isApproximatelyEqual(to: b, absoluteTolerance: 1e-6))
    }

    @Test func unreadablePicturesAreNamedAndCounted() throws {
        try pictures.write([1, 2, 3], to: "reds/bad.jpg")
        let bad = [pictures.file("reds/bad.jpg").path, folder.path("nowhere.png")]
        let run = predict([bad[0], files[0], bad[1], files[2]])
        #expect(run.status == 1)
        #expect(run.remarks.contains("bad.jpg") && run.remarks.contains("nowhere.png"))
        #expect(run.remarks.contains("2 pictures of 4 could not be read"))
        #expect(run.output.split(separator: "\n").count == 3)
        let json = try #require(predict([bad[0], files[0], "--json"]).json)
        #expect(json["failed"]?.array?.first?["file"]?.string == bad[0])
        #expect(json["pictures"]?.array?.count == 1)
        let none = predict([bad[0]])
        #expect(none.status == 1 && none.output.isEmpty)
    }

    @Test func tablesNameTheFiles() throws {
        #expect(predict(files + ["--output", folder.path("all.csv")]).status == 0)
        let lines = try String(contentsOf: folder.file("all.csv"), encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 4 && lines[0] == "file,red,blue,\"green, pale\"")
        let first = lines[1].split(separator: ",")
        let wanted = try expected()[0].floats[0]
        #expect(first[0] == files[0] && Float(first[1]) == wanted)
        #expect(predict(files + ["--top", "1", "--output", folder.path("top.csv")]).status == 0)
        let top = try String(contentsOf: folder.file("top.csv"), encoding: .utf8)
        #expect(top.hasPrefix("file,class_1,value_1\n\(files[0]),"))
    }

    @Test func labelsAndPreprocessingOfTheCallerWin() throws {
        let labels = try folder.text("one\ntwo\nthree\n", "labels.txt")
        #expect(predict([files[0], "--labels", labels]).output.contains("two"))
        let run = predict(files + ["--scale", "1/255", "--output", folder.path("s.npy")])
        #expect(run.status == 0, "\(run.message)")
        let wanted = try expected(try Thaw.Preprocessing(divisor: 255))
        #expect(
            try NPYFile.read(folder.file("s.npy")).isApproximatelyEqual(to: wanted, absoluteTolerance: 1e-5))
        // A model that says nothing takes pixels as they are, which is said.
        model.preprocessing = nil
        try model.save(to: folder.file("net.keras"))
        let plain = predict(files + ["--output", folder.path("p.npy")])
        #expect(plain.status == 0 && plain.remarks.contains("pixels go in from 0 to 255"))
        let raw = try expected(.rawPixels)
        #expect(try NPYFile.read(folder.file("p.npy")).isApproximatelyEqual(to: raw, absoluteTolerance: 1e-5))
    }

    @Test func modelsThatTakeNoPicturesSaySo() throws {
        _ = try folder.classifier("rows.keras")
        let run = CommandRun("predict", folder.path("rows.keras"), files[0])
        #expect(run.status == 1 && run.message.contains("does not take pictures: its input is [4]"))
    }

    @Test func arraysWorkAsBefore() throws {
        let images = try files.map {
            try Thaw.Preprocessing.tensorFlow(
                ImageFile.read(URL(fileURLWithPath: $0)).resizedImage(height: 8, width: 10))
        }
        try NPYFile.write(.stack(images), to: folder.file("x.npy"))
        let run = predict([folder.path("x.npy"), "--output", folder.path("y.npy")])
        #expect(run.status == 0, "\(run.message)")
        #expect(
            try NPYFile.read(folder.file("y.npy")).isApproximatelyEqual(
                to: try expected(), absoluteTolerance: 1e-6))
        // One name of a picture is enough for its contents not to be tried as anything else.
        #expect(
            PicturePrediction.isMeant(by: ["a.JPG"]) && PicturePrediction.isMeant(by: ["a.npy", "b.npy"]))
        #expect(!PicturePrediction.isMeant(by: [folder.path("x.npy")]))
        try FileManager.default.copyItem(
            at: URL(fileURLWithPath: files[0]), to: folder.file("without-ending"))
        #expect(PicturePrediction.isMeant(by: [folder.path("without-ending")]))
    }
}
