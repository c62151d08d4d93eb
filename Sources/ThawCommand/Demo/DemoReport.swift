import Foundation

/// All that a demo found out: what `results.json` and the report are made from.
struct DemoReport: Codable, Sendable, Equatable {
    /// The setting that `runs` were made in.
    let setting: TargetSetting
    /// Where random numbers started from.
    let seed: UInt64
    /// Whether this was the short demo.
    let quick: Bool
    /// How much was trained.
    let plan: DemoPlan
    /// What it ran on, by name.
    let versions: [String: String]
    /// How model A did.
    let source: SourceResult
    /// The three transfers.
    let runs: [TransferRun]
    /// The same transfers to the images as they are in the files.
    let control: SettingResult
    /// What the numbers mean, sentence by sentence.
    let verdict: [String]
    /// How long it all took.
    let seconds: Double

    init(
        main: SettingResult, control: SettingResult, source: SourceResult, plan: DemoPlan, seed: UInt64,
        quick: Bool, versions: [String: String], seconds: Double
    ) {
        setting = main.setting
        runs = main.runs
        self.control = control
        self.source = source
        self.plan = plan
        self.seed = seed
        self.quick = quick
        self.versions = versions
        self.seconds = seconds
        verdict = DemoVerdict(main: main, control: control).sentences
    }

    /// The contents of `results.json`.
    ///
    /// A number that is not finite, which JSON has no word for, becomes the string `nan`, `inf` or `-inf`.
    func json() throws -> [UInt8] {
        Array((try JSONText.of(self) + "\n").utf8)
    }

    /// The command that repeats the demo.
    var command: String { "thaw demo --seed \(seed)" + (quick ? " --quick" : "") }
}

extension OutputFolder {
    /// Writes the demo's results and its page.
    func write(_ report: DemoReport) throws {
        try write(results: report.json(), page: DemoPage(report: report).html)
    }
}
