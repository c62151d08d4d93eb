import Foundation
import Thaw

/// The demo from the data to the report, with what is printed on the way.
struct DemoRun: Sendable {
    /// The folder with the data; nil looks for it.
    let data: String?
    /// Where random numbers start from.
    let seed: UInt64
    /// Whether to train on fewer images.
    let quick: Bool
    /// How much to train, where it is not what `quick` says.
    var plan: DemoPlan?
    /// How `fit` shows its progress.
    var verbosity = Verbosity.automatic

    /// Does it all.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, and what loading and training throw.
    func run() throws -> DemoReport {
        let start = ContinuousClock.now
        let plan = plan ?? (quick ? .quick : .full)
        let train = try FashionMNIST.load(from: data.map { URL(fileURLWithPath: $0, isDirectory: true) })
            .train
        try Task.checkCancellation()
        let experiment = DemoExperiment(
            data: try DemoData(train: train, plan: plan), plan: plan, seed: seed, verbosity: verbosity,
            announce: { say("\n\($0)") })
        try Task.checkCancellation()
        let (source, sourceResult) = try experiment.trainSource()
        let setting = TargetSetting.hazy
        say("\nTransfer with \(plan.targetImages) images. Target: \(setting.description).")
        say("val_: the training images again, in inference mode. unseen_: validation images.")
        let main = try experiment.transfer(source, to: setting, showsProgress: true)
        say("\nThe same three runs with \(TargetSetting.plain.description) ...")
        let control = try experiment.transfer(source, to: .plain, showsProgress: false)
        let report = DemoReport(
            main: main, control: control, source: sourceResult, plan: plan, seed: seed, quick: quick,
            versions: ToolVersion.versions, seconds: (ContinuousClock.now - start) / .seconds(1))
        say(text(report))
        return report
    }

    private func text(_ report: DemoReport) -> String {
        """

        Model A tells right \(DemoVerdict.percent(report.source.validation.accuracy)) of validation images of its \
        eight classes.

        Loss/accuracy after the transfer; the first two columns are the training images.
        Target: \(report.setting.name)
        \(DemoTable(report.runs).text)

        Target: \(report.control.setting.name)
        \(DemoTable(report.control.runs).text)

        Verdict
        \(report.verdict.map { "- \($0)" }.joined(separator: "\n"))
        """
    }

    private func say(_ text: String) {
        guard verbosity != .silent else { return }
        print(text)
        // Lines should come when they are said, also into a file or a pipe.
        fflush(nil)
    }
}
