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

    @Option(
        name: .long, help: "Which share of the trials, counted from 0, of how many: 0/2 is every other one.")
    var part = "0/1"

    @Flag(name: .long, help: "Print the whole diagnosis of each trial, as a line of JSON.")
    var detailed = false

    func run() throws {
        let numbers = part.split(separator: "/").compactMap { Int($0) }
        guard numbers.count == 2, numbers[1] > 0, (0..<numbers[1]).contains(numbers[0]) else {
            throw ToolError("--part \(part): expected two whole numbers such as 0/2.")
        }
        let trials = DoctorTrial.all(purpose, faults: faults, healthy: healthy)
        for (index, trial) in trials.enumerated() where index % numbers[1] == numbers[0] {
            let (model, data) = try trial.prepared()
            let outcome = TrialOutcome(number: index, trial: trial, diagnosis: try model.diagnose(data))
            if detailed { Console.print(try outcome.line()) }
        }
    }
}

/// A trial and what the doctor said of it.
struct TrialOutcome: Codable {
    let number: Int
    let trial: DoctorTrial
    let diagnosis: Diagnosis

    /// As a line of JSON.
    func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

extension DoctorTrial.Purpose: ExpressibleByArgument {}
