import ArgumentParser

/// The tool: `thaw demo` and what follows it.
@main
struct ThawCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "thaw", abstract: "Deep learning in Swift, with transfer learning that works.",
        subcommands: [
            SummaryCommand.self, WeightsCommand.self, ConvertCommand.self, PredictCommand.self,
            EvaluateCommand.self, DoctorCommand.self, DiffCommand.self, FinetuneCommand.self,
            DemoCommand.self, BlogCommand.self, BookCommand.self, BenchWorker.self, LoadingBench.self,
            PictureBench.self, DoctorTrialCommand.self, RecalibrationTrialCommand.self,
            DoctorCostCommand.self,
        ])
}
