import ArgumentParser
import Foundation
import Thaw

/// `thaw doctor-trial`: how often the doctor is right about networks with known faults.
struct DoctorTrialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor-trial",
        abstract: "Inject faults into small networks and look at them in both modes.",
        shouldDisplay: false)

    @Option(name: .long, help: "Which set of trials: tuning or scoring.")
    var purpose = DoctorTrial.Purpose.tuning

    @Option(name: .long, help: "How many have a fault.")
    var faults = 60

    @Option(name: .long, help: "How many are healthy.")
    var healthy = 30

    func run() throws {
        for trial in DoctorTrial.all(purpose, faults: faults, healthy: healthy) {
            let (model, data) = try trial.prepared()
            let inference = try model.evaluate(data, verbosity: .silent)
            let batch = try model.evaluate(data, statistics: .batch, verbosity: .silent)
            Console.print(
                "\(trial.cause) \(trial.architecture) \(trial.fault): \(inference); by batch statistics \(batch)"
            )
        }
    }
}

extension DoctorTrial.Purpose: ExpressibleByArgument {}
