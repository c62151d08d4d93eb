import ArgumentParser
import Foundation
import Testing
import Thaw
import ThawVision

@testable import ThawCommand

/// What `thaw finetune` refuses, and how it says so.
@Suite struct FinetuneErrorTests {
    private let pictures: PictureFolder

    init() throws {
        pictures = try PictureFolder()
        try pictures.add(4, to: "reds", red: true)
    }

    @Test func oneClassAndEmptyClassesAreSaid() throws {
        let plan = try pictures.plan()
        #expect(pictures.message(plan).contains("there is only one class, 'reds'"))
        try FileManager.default.createDirectory(
            at: pictures.file("blues"), withIntermediateDirectories: true)
        #expect(pictures.message(plan).contains("the class 'blues' has no JPEG or PNG files"))
        var nowhere = plan
        nowhere.folder = pictures.folder.path("nowhere")
        #expect(pictures.message(nowhere).contains("there is no such folder"))
        // Nothing was written, and the folder that was made for it is left to the command.
        #expect(try FileManager.default.contentsOfDirectory(atPath: pictures.folder.path("out")).isEmpty)
    }

    @Test func brokenPicturesEndItOrAreLeftOut() throws {
        try pictures.add(4, to: "blues", red: false)
        try pictures.write(Array("no picture".utf8), to: "blues/broken.jpg")
        var plan = try pictures.plan()
        (plan.epochs, plan.skipsBrokenPictures) = (1, false)
        let message = pictures.message(plan)
        #expect(message.contains("blues/broken.jpg") && message.contains("this is not a picture"))
        #expect(message.contains("--broken skip"))
        plan.skipsBrokenPictures = true
        let report = try pictures.run(plan)
        #expect(report.broken.map { URL(fileURLWithPath: $0.file).lastPathComponent } == ["broken.jpg"])
        #expect(report.trainingPictures + report.validationPictures == 8)
        let page = try String(contentsOf: pictures.folder.file("out/report.html"), encoding: .utf8)
        #expect(page.contains("Pictures that were left out") && page.contains("broken.jpg"))
    }

    @Test func wrongWeightsAreNamed() throws {
        try pictures.add(4, to: "blues", red: false)
        var plan = try pictures.plan()
        plan.backbone = .mobilenetv2
        let message = pictures.message(plan)
        #expect(
            message.contains("not those of MobileNetV2(alpha: 0.25)")
                && message.contains("look like those of MobileNet(alpha: 0.25)"), "\(message)")
        plan.weights = pictures.folder.path("nowhere.h5")
        #expect(pictures.message(plan).contains("nowhere.h5"))
    }

    @Test func whatDoesNotGoTogetherIsRefused() throws {
        try pictures.add(4, to: "train/blues", red: false)
        try pictures.add(4, to: "train/reds", red: true)
        try pictures.add(1, to: "val/reds", red: true)
        var plan = try pictures.plan()
        plan.validationShare = 0.3
        #expect(pictures.message(plan).contains("has validation pictures of its own"))
        plan.validationShare = nil
        plan.unfrozenBlocks = 99
        let blocks = pictures.message(plan)
        #expect(blocks.contains("--unfreeze-blocks is 99") && blocks.contains("13 blocks: conv_1, conv_2"))
        plan.backbone = .resnet50
        #expect(pictures.message(plan).contains("--alpha is for mobilenet and mobilenetv2; resnet50"))
    }

    @Test func onePictureOfEachClassCannotBeSplit() throws {
        let single = try PictureFolder()
        try single.add(1, to: "blues", red: false)
        try single.add(1, to: "reds", red: true)
        #expect(single.message(try single.plan()).contains("0 to validate on"))
    }

    @Test(arguments: [
        [], ["x", "y"], [""], ["x", "--backbone", "alexnet"], ["x", "--alpha", "0"], ["x", "--alpha", "nan"],
        ["x", "--epochs", "0"], ["x", "--learning-rate", "-1"], ["x", "--val-split", "1"],
        ["x", "--val-split", "0"], ["x", "--unfreeze-blocks", "-1"], ["x", "--policy", "none"],
        ["x", "--broken", "maybe"], ["x", "--views", "3"], ["x", "--augment", "--views", "0"],
        ["x", "--output", ""], ["x", "--weights", ""], ["x", "--size", "7"], ["x", "--dropout", "1"],
    ])
    func badOptionsAreRefused(_ arguments: [String]) {
        #expect { try FinetuneCommand.parse(arguments) } throws: {
            FinetuneCommand.exitCode(for: $0) == .validationFailure
        }
    }

    @Test func optionsAreRead() throws {
        let command = try FinetuneCommand.parse([
            "photos", "--backbone", "MobileNet-V2", "--alpha", "0.35", "--weights", "w.h5", "--size", "96",
            "--val-split", "0.3", "--seed", "9", "--epochs", "4", "--batch-size", "8", "--learning-rate",
            "1e-2", "--patience", "2", "--dropout", "0", "--unfreeze-blocks", "2", "--fine-tune-epochs", "3",
            "--fine-tune-rate", "1e-5", "--augment", "--views", "6", "--policy", "batchUpdating", "--broken",
            "fatal", "--json", "--output", "o",
        ])
        let expected = FinetunePlan(
            folder: "photos", backbone: .mobilenetv2, alpha: 0.35, weights: "w.h5", size: 96,
            validationShare: 0.3, seed: 9, batchSize: 8, epochs: 4, learningRate: 0.01, patience: 2,
            dropout: 0, unfrozenBlocks: 2, fineTuneEpochs: 3, fineTuneRate: 1e-5, views: 6,
            policy: .batchUpdating, skipsBrokenPictures: false)
        #expect(command.options.plan(folder: command.folder) == expected)
        #expect(command.output == "o" && command.report.json)
        let plain = try FinetuneCommand.parse(["photos"])
        #expect(plain.options.plan(folder: plain.folder) == FinetunePlan(folder: "photos"))
        let augmented = try FinetuneCommand.parse(["photos", "--augment"])
        #expect(augmented.options.plan(folder: "photos").views == FinetunePlan.defaultViews)
    }
}
