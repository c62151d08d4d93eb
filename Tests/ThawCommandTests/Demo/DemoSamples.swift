import Foundation
import Thaw

@testable import ThawCommand

/// Small data and made-up results for the demo's tests.
enum DemoSamples {
    /// Enough to run every step once.
    static let plan: DemoPlan = {
        var plan = DemoPlan(sourceImages: 48, sourceEpochs: 1)
        plan.targetImages = 20
        plan.transferEpochs = 2
        plan.batchSize = 16
        return plan
    }()

    /// Images of random pixels in ten classes.
    static func images(_ count: Int = 120) throws -> Dataset {
        var stream = RandomStream(seed: 3)
        let pixels = stream.uniformTensor([count, 28, 28])
        return try Dataset(pixels, Tensor((0..<count).map { Int32($0 % 10) }))
    }

    static func data() throws -> DemoData {
        try DemoData(train: try images(), plan: plan, validationImages: 40)
    }

    /// A run with chosen accuracies on the training images.
    static func run(
        _ behaviour: FrozenBehaviour, inference: Double, training: Double, validation: Double = 0.9,
        loss: (inference: Double, training: Double) = (0.2, 0.2), digestAfter: String = "a"
    ) -> TransferRun {
        let score = Score(loss: loss.inference, accuracy: validation)
        return TransferRun(
            behaviour: behaviour, inference: Score(loss: loss.inference, accuracy: inference),
            training: Score(loss: loss.training, accuracy: training), validation: score,
            validationTrainingMode: score, frozenDigestBefore: "a", frozenDigestAfter: digestAfter,
            startDigest: "s", curves: curves)
    }

    static let curves = LearningCurves(
        fitLoss: [0.7, 0.4], fitAccuracy: [0.5, 0.9], inferenceLoss: [0.8, .nan],
        inferenceAccuracy: [0.5, 0.5],
        validationLoss: [0.8, 0.7], validationAccuracy: [0.5, 0.6])

    /// The three runs, the first two damaged as told.
    static func setting(
        _ setting: TargetSetting, damagedTo inference: Double = 0.6
    ) -> SettingResult {
        SettingResult(
            setting: setting,
            runs: [
                run(.batchUpdating, inference: inference, training: 0.98, digestAfter: "b"),
                run(.batch, inference: inference, training: 0.98),
                run(.moving, inference: 0.97, training: 0.97, validation: 0.96),
            ])
    }

    static func report() -> DemoReport {
        DemoReport(
            main: setting(.hazy), control: setting(.plain, damagedTo: 0.98),
            source: SourceResult(
                images: 100, epochs: 1, parameters: 10, batchNormalizationLayers: 5,
                training: Score(loss: 0.1, accuracy: 0.9), validation: Score(loss: 0.2, accuracy: 0.85)),
            plan: plan, seed: 7, quick: true, versions: ["thaw": "0 & <1>"], seconds: 1.5)
    }

    /// A new folder that the caller removes.
    static func temporaryFolder() throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "thaw-demo-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }
}
