import Testing
import Thaw

@testable import ThawCommand

/// Trials of the doctor: what is injected is there.
@Suite struct DoctorTrialTests {
    @Test func trialsAreTheSameEachTimeAndCoverEveryCause() throws {
        let trials = DoctorTrial.all(.scoring, faults: 60, healthy: 12)
        #expect(trials == DoctorTrial.all(.scoring, faults: 60, healthy: 12))
        #expect(Set(trials.map(\.cause)) == Set(DiagnosisCause.allCases))
        for cause in DiagnosisCause.allCases {
            #expect(Set(trials.filter { $0.cause == cause }.map(\.architecture)).count >= 5)
        }
    }

    @Test func scoringSharesNoNetworkAndNoSeedWithTuning() {
        let tuned =
            TrialArchitecture.tuning + TrialArchitecture.firstScoring + TrialArchitecture.secondScoring
            + TrialArchitecture.thirdScoring
        #expect(Set(tuned).isDisjoint(with: TrialArchitecture.scoring))
        #expect(
            Set(tuned + TrialArchitecture.scoring).count
                == TrialArchitecture.allCases.count)
        let seeds = DoctorTrial.Purpose.allCases.map {
            Set(DoctorTrial.all($0, faults: 60, healthy: 30).map(\.seed))
        }
        #expect(seeds[4].isDisjoint(with: seeds[0...3].reduce([]) { $0.union($1) }))
    }

    @Test(arguments: TrialArchitecture.allCases)
    func everyNetworkCanBeMadeAndHasAHead(_ architecture: TrialArchitecture) throws {
        for dropout in [0, 0.5] {
            let model = try architecture.model(seed: 1, momentum: 0.9, dropout: dropout)
            let task = TrialTask(architecture.task, seed: 1)
            _ = try model.predict(task.samples(4, part: 1).x)
            #expect(try model.layer(named: "head").isTrainable)
            #expect(model.leaves.contains { $0 is BatchNormalization })
            #expect(model.leaves.contains { $0 is Dropout } == (dropout > 0))
        }
    }

    @Test func aHealthyNetworkLearnsAndDoesAsWellInBothModes() throws {
        let trial = DoctorTrial(.nothingWrong, number: 0, purpose: .tuning)
        let (model, data) = try trial.prepared()
        let inference = try model.evaluate(data, verbosity: .silent)
        #expect(try #require(inference["accuracy"]) > 0.8)
    }

    @Test func frozenBatchStatisticsMakeInferenceWorse() throws {
        let trials = (0..<40).map { DoctorTrial(.frozenOnBatchStatistics, number: $0, purpose: .tuning) }
        let trial = try #require(
            trials.first {
                guard case .frozenOnBatch(let domain, false, false) = $0.fault else { return false }
                return $0.architecture == .perceptronWithDropout && domain != .noise
            })
        let (model, data) = try trial.prepared()
        let inference = try model.evaluate(data, verbosity: .silent)
        let training = try model.evaluate(data, mode: .training, verbosity: .silent)
        #expect(try #require(training["loss"]) < 0.5 * (try #require(inference["loss"])))
    }

    /// A small part of what `thaw doctor-trial` runs.
    @Test(arguments: DiagnosisCause.allCases)
    func theDoctorNamesWhatWasDone(_ cause: DiagnosisCause) throws {
        let outcomes = try [0, 1].map { number in
            let trial = DoctorTrial(cause, number: number, purpose: .tuning)
            let (model, data) = try trial.prepared()
            return TrialOutcome(number: number, trial: trial, diagnosis: try model.diagnose(data))
        }
        for outcome in outcomes {
            #expect(outcome.isRight, "\(outcome.trial): \(outcome.diagnosis.text)")
            #expect(outcome.diagnosis.evidence.work < 2.2)
            #expect(
                cause == .nothingWrong
                    || outcome.diagnosis.findings.allSatisfy { !$0.evidence.isEmpty && !$0.remedy.isEmpty })
        }
    }

    @Test func theTableCountsWhatWasNamed() throws {
        let (model, data) = try DoctorTrial(.dropout, number: 0, purpose: .tuning).prepared()
        let diagnosis = try model.diagnose(data)
        let outcomes = [DiagnosisCause.dropout, .nothingWrong].enumerated().map { number, truth in
            TrialOutcome(
                number: number, trial: DoctorTrial(truth, number: 0, purpose: .tuning), diagnosis: diagnosis)
        }
        let table = TrialTable(outcomes)
        #expect(table.rightFaults.first == 1 && table.rightFaults.all == 1)
        #expect(table.falseAlarms == 1)
        #expect(table.text.contains("| dropout | 0 | 0 | 0 | 0 | 0 | 1 | 0 |"))
    }
}
