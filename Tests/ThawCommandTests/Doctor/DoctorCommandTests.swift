import Foundation
import Testing
import Thaw
import ThawFormats

@testable import ThawCommand

/// `thaw doctor`.
@Suite struct DoctorCommandTests {
    let folder: ToolFolder
    let x: Tensor

    /// A model in a file whose statistics have hardly moved from 0 and 1, and its data.
    init() throws {
        folder = try ToolFolder()
        var stream = RandomStream(seed: 8)
        x = stream.normalTensor([200, 6]) * 3 + 4
        let y = Tensor((0..<200).map { x[element: $0, 0] > 4 ? Int32(1) : 0 })
        try NPZFile.write(["x": x, "y": y], to: folder.file("d.npz"))
        let model = Sequential(seed: 3) {
            BatchNormalization(momentum: 0.99, inputShape: [6], name: "bn")
            Dense(8, activation: .relu)
            BatchNormalization(momentum: 0.99)
            Dense(2, activation: .softmax)
        }
        try model.compile(
            optimizer: .adam(learningRate: 0.01), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        try model.fit(Dataset(x, y), batchSize: 25, epochs: 2, verbosity: .silent)
        try model.save(to: folder.file("net.keras"))
    }

    private func doctor(_ arguments: String...) -> CommandRun {
        CommandRun(["doctor", folder.path("net.keras"), folder.path("d.npz")] + arguments)
    }

    @Test func theCauseIsNamedWithEvidenceAndRemedy() throws {
        let run = doctor()
        #expect(run.status == 0, "\(run.message)")
        #expect(run.output.contains("the moving statistics have not converged"))
        #expect(run.output.contains("try model.recalibrate(on: train)"))
        #expect(run.output.contains("The optimizer has made 16 updates"))
        let json = doctor("--json").json
        #expect(json?["diagnosis"]?["findings"]?.array?.first?["cause"]?.string == "notConverged")
        #expect(json?["diagnosis"]?["samples"]?.integer == 200)
    }

    @Test func recalibrationMendsTheModelAndWritesIt() throws {
        let run = doctor("--recalibrate", folder.path("mended.keras"))
        #expect(run.status == 0, "\(run.message)")
        #expect(run.output.contains("Recalibrated, in "))
        let again = CommandRun(["doctor", folder.path("mended.keras"), folder.path("d.npz"), "--json"])
        #expect(again.json?["diagnosis"]?["evidence"]?["drift"]?.double ?? 1 < 0.02)
    }

    @Test func thePageHasAMapAndNeedsNothingElse() throws {
        let run = doctor("--report", folder.path("page.html"))
        #expect(run.status == 0, "\(run.message)")
        let page = try String(contentsOf: folder.file("page.html"), encoding: .utf8)
        #expect(page.contains("<svg") && page.contains("Drift over depth") && page.contains(">bn<"))
        #expect(!page.contains("<script") && !page.contains("src=\"http"))
    }

    @Test func lessDataCanBeTaken() {
        #expect(doctor("--samples", "50", "--json").json?["diagnosis"]?["samples"]?.integer == 50)
    }

    @Test func badInputIsRefusedWithAReason() throws {
        #expect(doctor("--batch-size", "1").message.contains("--batch-size must be 2 or more"))
        #expect(doctor("--source-weight", "3").message.contains("goes with --recalibrate"))
        #expect(doctor("--recalibrate", "model.h5").message.contains("must end in .keras"))
        #expect(doctor("--report", folder.path("none/page.html")).status != 0)
        let missing = CommandRun(["doctor", folder.path("none.keras"), folder.path("d.npz")])
        #expect(missing.status == 1 && missing.message.contains("none.keras"))
        try NPZFile.write(
            ["x": Tensor.zeros([4, 5]), "y": Tensor([0, 1, 0, 1] as [Int32])], to: folder.file("e.npz"))
        let other = CommandRun(["doctor", folder.path("net.keras"), folder.path("e.npz")])
        #expect(other.status == 1 && other.message.contains("[6]"))
    }
}
