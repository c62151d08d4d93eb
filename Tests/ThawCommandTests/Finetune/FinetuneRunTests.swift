import Foundation
import Testing
import Thaw
import ThawFormats
import ThawVision

@testable import ThawCommand

/// `thaw finetune` from the folder to the files.
@Suite struct FinetuneRunTests {
    private let pictures: PictureFolder

    init() throws {
        pictures = try PictureFolder()
        try pictures.add(8, to: "train/reds", red: true)
        try pictures.add(8, to: "train/blues", red: false)
        try pictures.add(5, to: "val/reds", red: true)
        try pictures.add(4, to: "val/blues", red: false)
    }

    @Test func theHeadLearnsOnFrozenFeatures() throws {
        let report = try pictures.run(pictures.plan())
        #expect(report.validation.accuracy == 1)
        #expect(report.classNames == ["blues", "reds"] && report.confusion == [[4, 0], [0, 5]])
        #expect(report.mistakes.isEmpty && report.broken.isEmpty && report.validationTrainingMode == nil)
        #expect(report.trainingPictures == 16 && report.validationPictures == 9)
        #expect(report.phases.map(\.name) == ["head"] && report.kept == "head")
        let head = report.phases[0]
        #expect(head.isFrozenUnchanged && head.trainableParameters == 2 * 257)
        #expect(head.frozenPrefix?.contains("features 16 x 256") == true, "\(head.frozenPrefix ?? "")")
        #expect(head.curves["val_loss"]?.count == head.epochs)
        #expect(abs(head.validation.loss - report.validation.loss) < 1e-5)
        #expect(report.network.name == "MobileNet(alpha: 0.25)" && report.network.parameters == 218_544)
        #expect(
            report.classes.map(\.pictures) == [4, 5] && report.classes.map(\.trainingPictures) == [8, 8])
        #expect(report.classes.allSatisfy { $0.precision == 1 && $0.recall == 1 && $0.f1Score == 1 })
    }

    @Test func theSavedModelPredictsTheSame() throws {
        let stream = RandomStream(seed: 3)
        var copy = stream
        try pictures.write(PictureFolder.picture(red: false, &copy), to: "val/reds/wrong.png")
        let report = try pictures.run(pictures.plan())
        let archive = pictures.folder.file("out/model.keras")
        let model = try Model.load(from: archive)
        #expect(model.classNames == ["blues", "reds"])
        #expect(model.preprocessing == .tensorFlow)
        // All but the head are frozen in the file too.
        #expect(model.trainableParameters.count == 2)
        let mistake = try #require(report.mistakes.first)
        #expect(report.mistakes.count == 1 && mistake.file.hasSuffix("val/reds/wrong.png"))
        #expect(mistake.truth == "reds" && mistake.prediction == "blues")
        let run = CommandRun("predict", archive.path, mistake.file, pictures.file("val/reds/0.png").path)
        #expect(run.status == 0 && run.remarks.isEmpty, "\(run.message) \(run.remarks)")
        let lines = run.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.count == 3 && lines[1][0] == mistake.file)
        #expect(lines[1][1] == "blues" && lines[2][1] == "reds")
        #expect(abs((Double(lines[1][2]) ?? 0) - mistake.probability) < 1e-4)
        #expect(abs((Double(lines[1][4]) ?? 1) - mistake.truthProbability) < 1e-4)
    }

    @Test func blocksAreTrainedAfterTheHead() throws {
        for (rate, epochs) in [(1e-4, 2), (3.0, 1)] {
            var plan = try pictures.plan()
            (plan.unfrozenBlocks, plan.fineTuneRate, plan.fineTuneEpochs) = (2, rate, epochs)
            let report = try pictures.run(plan)
            #expect(report.phases.map(\.name) == ["head", "fine-tuning"])
            let (head, tuned) = (report.phases[0], report.phases[1])
            #expect(tuned.trainableParameters > head.trainableParameters && tuned.epochs <= epochs)
            // Batch Normalization stays frozen.
            #expect(report.phases.map(\.isFrozenUnchanged) == [true, true])
            let isTuned = FinetuneTraining.isBetter(tuned.validation, than: head.validation)
            #expect(report.kept == (isTuned ? "fine-tuning" : "head"))
            let kept = isTuned ? tuned : head
            #expect(abs(report.validation.loss - kept.validation.loss) < 1e-4)
            #expect(report.validation.accuracy == kept.validation.accuracy)
            let model = try Model.load(from: pictures.folder.file("out/model.keras"))
            let count = model.trainableParameters.reduce(0) { $0 + $1.count }
            #expect(count == kept.trainableParameters)
        }
    }

    @Test func betterIsMoreRightThenSmallerLoss() {
        let score = Score(loss: 0.5, accuracy: 0.8)
        #expect(FinetuneTraining.isBetter(Score(loss: 0.9, accuracy: 0.9), than: score))
        #expect(FinetuneTraining.isBetter(Score(loss: 0.4, accuracy: 0.8), than: score))
        #expect(!FinetuneTraining.isBetter(score, than: score))
        #expect(!FinetuneTraining.isBetter(Score(loss: 0.1, accuracy: 0.7), than: score))
        #expect(!FinetuneTraining.isBetter(Score(loss: .nan, accuracy: .nan), than: score))
    }

    @Test func policiesOfTheStatisticsShowInTheReport() throws {
        for policy in [FrozenPolicy.batch, .batchUpdating] {
            var plan = try pictures.plan()
            (plan.policy, plan.epochs) = (policy, 2)
            let report = try pictures.run(plan)
            #expect(report.validationTrainingMode != nil)
            // What depends on the batch cannot be kept.
            #expect(report.phases[0].frozenPrefix?.contains("features 16 x 256") != true)
            #expect(report.phases[0].isFrozenUnchanged == (policy == .batch))
            let text = FinetuneText.summary(report)
            #expect(text.contains("--policy \(policy.rawValue)") && text.contains("in training mode"))
        }
    }

    @Test func augmentedViewsAreKeptToo() throws {
        var plan = try pictures.plan()
        plan.views = 3
        let report = try pictures.run(plan)
        #expect(report.phases[0].frozenPrefix?.contains("in 3 views") == true)
        #expect(report.validation.accuracy > 0.8)
    }

    @Test func theSameSeedGivesTheSame() throws {
        var plan = try pictures.plan()
        plan.epochs = 3
        let (first, second) = (try pictures.run(plan), try pictures.run(plan))
        #expect(first.phases[0].curves == second.phases[0].curves)
        plan.seed = 2
        #expect(try pictures.run(plan).phases[0].curves != first.phases[0].curves)
    }

    @Test func foldersWithoutValidationAreSplit() throws {
        try pictures.add(10, to: "../whole/reds", red: true)
        try pictures.add(5, to: "../whole/blues", red: false)
        var plan = try pictures.plan()
        plan.folder = pictures.folder.path("whole")
        (plan.epochs, plan.validationShare) = (1, 0.4)
        let report = try pictures.run(plan)
        #expect(report.classes.map(\.pictures) == [2, 4])
        #expect(report.classes.map(\.trainingPictures) == [3, 6])
    }
}
