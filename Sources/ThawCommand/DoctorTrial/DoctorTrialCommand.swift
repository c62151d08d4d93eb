import ArgumentParser
import Foundation
import Thaw

/// `thaw doctor-trial`: how often the doctor is right about networks with known faults.
struct DoctorTrialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor-trial",
        abstract: "Inject faults into small networks and look at them in both modes.",
        shouldDisplay: false)

    @Option(
        name: .long,
        help: "Which set of trials: tuning, firstScoring, secondScoring, thirdScoring or scoring.")
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
        var outcomes: [TrialOutcome] = []
        for (index, trial) in trials.enumerated() where index % numbers[1] == numbers[0] {
            let (model, data) = try trial.prepared()
            let outcome = TrialOutcome(number: index, trial: trial, diagnosis: try model.diagnose(data))
            if detailed { Console.print(try outcome.line()) }
            outcomes.append(outcome)
        }
        if !detailed { Console.print(TrialTable(outcomes).text) }
    }
}

/// How often the doctor named which cause.
struct TrialTable {
    private let outcomes: [TrialOutcome]

    init(_ outcomes: [TrialOutcome]) { self.outcomes = outcomes }

    /// How many of the faults were named first, and how many first or in a pair that leaves the same evidence.
    var rightFaults: (first: Int, firstOrPair: Int, all: Int) {
        let faults = outcomes.filter { $0.trial.cause != .nothingWrong }
        return (faults.count { $0.isRight }, faults.count { $0.isRight || $0.isInPair }, faults.count)
    }

    /// In how many of the healthy models a fault was seen.
    var falseAlarms: Int { outcomes.count { $0.trial.cause == .nothingWrong && !$0.isRight } }

    /// The confusion table in Markdown, and the sums.
    var text: String {
        let causes = DiagnosisCause.allCases
        var lines = [
            "| what was done \\ what was named | " + causes.map(\.rawValue).joined(separator: " | ") + " |",
            "|---|" + causes.map { _ in "---|" }.joined(),
        ]
        for truth in causes {
            let own = outcomes.filter { $0.trial.cause == truth }
            let cells = causes.map { named in "\(own.count { $0.diagnosis.cause == named })" }
            lines.append("| \(truth.rawValue) | \(cells.joined(separator: " | ")) |")
        }
        let right = rightFaults
        let healthy = outcomes.count - right.all
        lines.append(
            "Right: \(right.first) of \(right.all) faults, \(right.firstOrPair) with pairs; false alarms: \(falseAlarms) of \(healthy)."
        )
        for outcome in outcomes where !outcome.isRight {
            lines.append(
                "\(outcome.number) \(outcome.trial.architecture) \(outcome.trial.fault): \(outcome.diagnosis.findings.map(\.cause.rawValue))"
                    + (outcome.isInPair ? ", a pair" : ""))
        }
        return lines.joined(separator: "\n")
    }
}

/// A trial and what the doctor said of it.
struct TrialOutcome: Codable {
    let number: Int
    let trial: DoctorTrial
    let diagnosis: Diagnosis

    /// Whether the first cause that was named is the right one.
    var isRight: Bool { diagnosis.cause == trial.cause }

    /// Whether the right cause is the second of two that leave the same evidence, as the doctor says.
    var isInPair: Bool {
        diagnosis.findings.first?.isTiedWithNext == true
            && diagnosis.findings.dropFirst().first?.cause == trial.cause
    }

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
