import Foundation
import Testing
import Thaw

@testable import ThawCommand

/// The demo's logic: the split, the three runs from one start, cancellation.
@Suite struct DemoExperimentTests {
    @Test func splitsAndRenumbers() throws {
        let data = try DemoSamples.data()
        #expect(data.sourceTrain.count == 48)
        #expect(data.sourceValidation.count == 32)
        #expect(data.targetTrain.count == 16)
        #expect(data.targetValidation.count == 8)
        #expect(Set(data.sourceTrain.targets[0].ints) == Set(0...7))
        // In the order of the file: sandals (5) are 0, shirts (6) are 1.
        #expect(Array(data.targetValidation.targets[0].ints.prefix(4)) == [0, 1, 0, 1])
        #expect(data.targetTrain.targets[0].shape == [16, 1])
    }

    @Test func dataWithoutAClassIsRefused() throws {
        let images = try DemoSamples.images().filter { position, _ in position % 10 != 5 && position % 10 != 6
        }
        #expect(throws: DemoError.tooFewImages(of: "sandals and shirts")) {
            try DemoData(train: images, plan: DemoSamples.plan, validationImages: 40)
        }
    }

    @Test func settingChangesPixelsOnly() throws {
        let data = try DemoSamples.data().targetTrain
        let hazy = try TargetSetting.hazy.apply(to: data)
        let expected = data.inputs[0].doubles.map { $0 * 0.8 + 0.2 }
        #expect(zip(hazy.inputs[0].doubles, expected).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(hazy.targets[0].ints == data.targets[0].ints)
    }

    @Test func runsStartAlikeAndFrozenMeansFrozen() throws {
        let experiment = DemoExperiment(
            data: try DemoSamples.data(), plan: DemoSamples.plan, seed: 5, verbosity: .silent)
        let (source, result) = try experiment.trainSource()
        #expect(result.images == 48)
        #expect(result.batchNormalizationLayers == 5)
        let weights = source.weights.map(\.floats)
        let runs = try experiment.transfer(source, to: .hazy, showsProgress: false).runs
        #expect(source.weights.map(\.floats) == weights, "model A stays as it is")
        #expect(runs.map(\.behaviour) == [.batchUpdating, .batch, .moving])
        #expect(Set(runs.map(\.startDigest)).count == 1)
        #expect(Set(runs.map(\.frozenDigestBefore)).count == 1)
        #expect(runs.map(\.isFrozenUnchanged) == [false, true, true])
        for run in runs {
            #expect(run.frozenDigestBefore.count == 64)
            #expect(run.curves.fitLoss.count == 2)
            #expect(run.curves.inferenceAccuracy.count == 2)
            #expect(run.curves.validationLoss.count == 2)
        }
        // With moving statistics both modes are one and the same.
        #expect(runs[2].inference == runs[2].training)
        #expect(runs[2].validation == runs[2].validationTrainingMode)
        #expect(runs[1].inference != runs[1].training)
        // The same seed gives the same numbers.
        #expect(try experiment.transfer(source, to: .hazy, showsProgress: false).runs == runs)
    }

    @Test func cancellationStopsTraining() async throws {
        let task = Task {
            let experiment = DemoExperiment(
                data: try DemoSamples.data(), plan: DemoSamples.plan, seed: 5, verbosity: .silent)
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try experiment.trainSource()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    static let hasData = [
        "/usr/share/datasets/fashion-mnist", ProcessInfo.processInfo.environment["THAW_DATA"],
    ]
    .compactMap { $0 }.contains { folder in
        ["", "/fashion-mnist"].contains {
            FileManager.default.fileExists(atPath: "\(folder)\($0)/train-images-idx3-ubyte.gz")
        }
    }

    @Test(.enabled(if: hasData, "needs Fashion-MNIST on this machine"))
    func realDataEndToEnd() throws {
        let folder = try DemoSamples.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let output = try OutputFolder(path: folder.path)
        let run = DemoRun(data: nil, seed: 1, quick: true, plan: DemoSamples.plan, verbosity: .silent)
        try output.write(try run.run())
        let report = try JSONDecoder().decode(DemoReport.self, from: Data(contentsOf: output.results))
        #expect(report.runs.map(\.isFrozenUnchanged) == [false, true, true])
        #expect(report.seconds > 0)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                "report.html", "results.json",
            ])
    }
}
