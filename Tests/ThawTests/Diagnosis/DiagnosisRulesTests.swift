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
        #expect(Self.causes(Self.evidence { $0.drift = 0.033 }).causes == [.batchTooSmall])
        #expect(Self.causes(Self.evidence { $0.drift = 0.032 }).causes == [.nothingWrong])
    }

    @Test func variancesOfVectorsThatShrinkAsOneSaySmallBatchesOrNoise() {
        func vectors(_ share: Double, frozen: Int = 0) -> DiagnosisEvidence {
            Self.evidence {
                ($0.drift, $0.driftOfFirst, $0.batchShare, $0.driftBesideBatchShare) = (
                    0.15, 0.26, share, 0.03
                )
                ($0.firstGetVectors, $0.frozen) = (true, frozen)
            }
        }
        let harmless = Self.causes(vectors(0.5))
        #expect(harmless.causes == [.batchTooSmall, .otherDomain] && harmless.isTied)
        let harmful = Self.causes(vectors(0.5), losses: (0.4, 0.2, 0.2))
        #expect(harmful.causes == [.otherDomain, .batchTooSmall] && harmful.isTied)
        // No number of samples gives this share.
        let between = Self.causes(vectors(0.65), losses: (0.4, 0.2, 0.2))
        #expect(between.causes == [.otherDomain, .batchTooSmall] && between.isTied)
        let frozen = Self.causes(vectors(0.5, frozen: 2), losses: (0.5, 0.2, 0.2))
        #expect(frozen.causes == [.frozenOnBatchStatistics, .otherDomain] && frozen.isTied)
    }

    @Test func aHeadThatLearntOnBatchStatisticsLooksLikeOtherPreprocessing() {
        let evidence = Self.evidence {
            ($0.drift, $0.driftOfFirst, $0.change, $0.driftAfterChange) = (0.4, 0.8, "x / 2", 0.03)
            $0.frozen = 3
        }
        let pair = Self.causes(evidence, losses: (2, 0.4, 0.4))
        #expect(pair.causes == [.preprocessing, .frozenOnBatchStatistics] && pair.isTied)
        #expect(Self.causes(evidence).causes == [.preprocessing])
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

    @Test func adviceSaysHowLongStatisticsRemember() throws {
        func layer(momentum: Double, updates: Int?) throws -> NormalizationDrift {
            let layer = BatchNormalization(momentum: momentum)
            var stream = RandomStream(seed: 4)
            let x = stream.normalTensor([64, 2]) * 3 + 4
            let model = Sequential([Dense(3, inputShape: [2]), layer, Dense(1)])
            try model.compile(optimizer: .adam(), loss: .meanSquaredError)
            if let updates {
                let data = try Dataset(x[0..<updates], Tensor.ones([updates, 1]))
                try model.fit(data, batchSize: 2, epochs: 2, verbosity: .silent)
            }
            return try #require(
                try model.diagnose(x, Tensor.ones([64, 1])).normalizations.first)
        }
        func advice(_ layers: [NormalizationDrift], share: Double = 0) -> [String] {
            let evidence = Self.evidence { $0.shareBetweenBatches = share }
            return DiagnosisAdvice(evidence: evidence, layers: layers, batchSize: 16).lines
        }
        #expect(advice([]).isEmpty)
        let unknown = try #require(advice([layer(momentum: 0.99, updates: nil)]).first)
        #expect(unknown.hasSuffix("199 batches and needs 459 updates to forget its first values."))
        // 0.99^10 is 0.904, and 0.630^10 is 0.0098.
        let short = try #require(advice([layer(momentum: 0.99, updates: 10)]).first)
        #expect(short.contains("it has had 10, and these still weigh 90.4 %: train for 449 more"))
        #expect(short.contains("a momentum of 0.63 or less"))
        #expect(
            try advice([layer(momentum: 0.5, updates: 10)]) == [
                "momentum 0.5 averages over about the last 3 batches and needs 7 updates to forget its first values; it has had 10."
            ])
        let lines = try advice([layer(momentum: 0.5, updates: nil)], share: 0.0625)
        #expect(
            lines.last?.hasPrefix("batches of 16 see 93.8 % of the data's variance; train with batches of 24")
                == true)
    }
}
