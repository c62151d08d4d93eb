import Foundation
import Testing
import ThawTensor

@testable import Thaw

/// What is concluded from evidence.
@Suite struct DiagnosisRulesTests {
    /// Evidence of three normalizations that are as good as converged.
    private static func evidence(_ change: (inout DiagnosisEvidence) -> Void) -> DiagnosisEvidence {
        var evidence = DiagnosisEvidence([])
        evidence.normalizations = 3
        (evidence.drift, evidence.driftOfFirst, evidence.expectedDrift) = (0.004, 0.005, 0.005)
        evidence.driftBesideInitialShare = 0.004
        evidence.driftBesideBatchShare = 0.005
        change(&evidence)
        return evidence
    }

    private static func score(_ condition: ModeScores.Condition, loss: Double, accuracy: Double) -> ModeScores
    {
        ModeScores(condition, 100, loss: loss, accuracy: accuracy, chance: 0.25, area: 0.9, difference: 0.1)
    }

    /// - Parameter losses: in inference, by batch statistics, and by these without random layers.
    private static func causes(
        _ evidence: DiagnosisEvidence, losses: (Double, Double, Double) = (0.2, 0.2, 0.2),
        accuracies: (Double, Double, Double) = (0.9, 0.9, 0.9)
    ) -> (causes: [DiagnosisCause], isTied: Bool) {
        let inference = score(.inference, loss: losses.0, accuracy: accuracies.0)
        let scores = [
            (inference, inference),
            (score(.batchStatistics, loss: losses.1, accuracy: accuracies.1), inference),
            (score(.batchStatisticsWithoutRandomness, loss: losses.2, accuracy: accuracies.2), inference),
        ].map { (own: $0.0, inference: $0.1) }
        let found = DiagnosisRules(evidence: evidence, scores: scores, layers: []).findings
        return (found.map(\.cause), found.first?.isTiedWithNext ?? false)
    }

    @Test func statisticsThatAgreeAreHealthy() {
        #expect(Self.causes(Self.evidence { _ in }).causes == [.nothingWrong])
        #expect(Self.causes(Self.evidence { $0.normalizations = 0 }).causes == [.nothingWrong])
    }

    @Test func frozenLayersOnBatchStatisticsAreToldBySettingOrByScores() {
        #expect(Self.causes(Self.evidence { $0.frozenOnBatch = 1 }).causes == [.frozenOnBatchStatistics])
        let forgotten = Self.evidence { ($0.frozen, $0.drift, $0.driftOfFirst) = (3, 0.3, 0.4) }
        let bad = Self.causes(forgotten, losses: (2, 0.2, 0.2))
        #expect(bad.causes == [.frozenOnBatchStatistics, .otherDomain] && bad.isTied)
        #expect(Self.causes(forgotten, losses: (0.2, 0.3, 0.3)).causes == [.otherDomain])
        #expect(
            Self.causes(forgotten, losses: (0.25, 0.2, 0.2)).causes == [
                .otherDomain, .frozenOnBatchStatistics,
            ])
    }

    @Test func firstValuesInTheStatisticsSayNotConverged() {
        let evidence = Self.evidence {
            ($0.drift, $0.driftOfFirst, $0.initialShare, $0.driftBesideInitialShare) = (0.4, 0.6, 0.7, 0.01)
        }
        #expect(Self.causes(evidence).causes == [.notConverged])
    }

    @Test func aChangeOfTheInputsSaysPreprocessing() {
        let known = Self.evidence {
            ($0.drift, $0.driftOfFirst, $0.change, $0.driftAfterChange) = (3, 8, "x / 255", 0.02)
        }
        #expect(Self.causes(known).causes == [.preprocessing])
        let far = Self.evidence {
            ($0.drift, $0.driftOfFirst, $0.fittedScale, $0.fittedOffset, $0.driftAfterFit) = (
                1, 2, 5, -2.5, 0.1
            )
        }
        #expect(Self.causes(far).causes == [.preprocessing])
        let fog = Self.evidence {
            ($0.drift, $0.driftOfFirst, $0.fittedScale, $0.fittedOffset, $0.driftAfterFit) = (
                0.7, 1, 2.2, -1, 0.05
            )
        }
        let pair = Self.causes(fog)
        #expect(pair.causes == [.otherDomain, .preprocessing] && pair.isTied)
    }

    @Test func variancesThatLackAWholeShareSaySmallBatches() {
        let small = Self.evidence {
            ($0.drift, $0.driftOfFirst, $0.batchShare, $0.driftBesideBatchShare) = (0.15, 0.26, 0.5, 0.03)
        }
        #expect(Self.causes(small).causes == [.batchTooSmall])
        // Noise in the data lets variances look small by any share, and makes inference worse.
        let noise = Self.evidence {
            ($0.drift, $0.driftOfFirst, $0.batchShare, $0.driftBesideBatchShare) = (0.2, 0.4, 0.65, 0.03)
        }
        #expect(Self.causes(noise, losses: (2, 0.5, 0.5)).causes == [.otherDomain])
        #expect(Self.causes(Self.evidence { $0.drift = 0.024 }).causes == [.batchTooSmall])
    }

    @Test func dropoutIsNamedWhereItMakesTheDifference() {
        let much = Self.evidence { $0.dropout = 0.8 }
        #expect(Self.causes(much, losses: (0.1, 0.5, 0.1)).causes == [.dropout])
        #expect(Self.causes(much, losses: (0.1, 0.11, 0.1)).causes == [.nothingWrong])
        let little = Self.evidence { $0.dropout = 0.3 }
        #expect(Self.causes(little, losses: (0.1, 0.2, 0.1)).causes == [.nothingWrong])
        #expect(
            Self.causes(little, losses: (0.1, 0.9, 0.1), accuracies: (0.9, 0.6, 0.9)).causes == [.dropout])
    }

    @Test func shiftedScoresAreTold() {
        func scores(accuracy: Double, area: Double) -> ModeScores {
            ModeScores(.inference, 10, accuracy: accuracy, chance: 0.5, area: area, difference: 0)
        }
        #expect(scores(accuracy: 0.52, area: 0.98).isShifted)
        #expect(!scores(accuracy: 0.95, area: 0.98).isShifted)
        #expect(!scores(accuracy: 0.52, area: 0.6).isShifted)
        let ranked = ModeScores(.inference, 10, error: 9, variance: 4, spearman: 0.97, difference: 0)
        #expect(ranked.isShifted)
    }

    @Test func momentsOfBatchesAreThoseOfAll() {
        var stream = RandomStream(seed: 2)
        let values = stream.normalTensor([40, 3]) * 2 + 5
        var (all, parts) = (RunningMoments(count: 3), ChannelMoments())
        all.add(values, keeping: [1])
        for start in stride(from: 0, to: 40, by: 15) {
            var batch = RunningMoments(count: 3)
            let rows = min(15, 40 - start)
            batch.add(values[start..<start + rows], keeping: [1])
            parts.add(mean: batch.mean, variance: batch.variance, count: Double(rows))
        }
        #expect(zip(parts.mean, all.mean).allSatisfy { abs($0 - $1) < 1e-9 })
        #expect(zip(parts.variance, all.variance).allSatisfy { abs($0 - $1) < 1e-9 })
        #expect(zip(parts.varianceWithinBatches, parts.variance).allSatisfy { $0 < $1 })
    }

    @Test func aDiagnosisIsCodable() throws {
        let x = RandomStream(seed: 1).derived("x")
        var stream = x
        let model = Sequential([Dense(3, inputShape: [4]), BatchNormalization()], seed: 1)
        let diagnosis = try model.diagnose(Dataset(stream.normalTensor([20, 4])))
        let data = try JSONEncoder().encode(diagnosis)
        #expect(try JSONDecoder().decode(Diagnosis.self, from: data).cause == diagnosis.cause)
        #expect(diagnosis.text.contains("20 samples"))
    }
}
