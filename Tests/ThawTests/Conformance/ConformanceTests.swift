import Foundation
import Testing
import Thaw

/// The conformance suite, `Conformance/cases`, on Thaw; `scripts/conformance` runs it on other libraries.
@Suite struct ConformanceTests {
    /// What other libraries' loops do and Thaw's has no place for.
    private static let inapplicable = ["gradients-cleared-in-place"]

    @Test func thereAreCases() {
        #expect(ConformanceCase.all.count >= 30)
        #expect(Set(ConformanceCase.all.map(\.name)).count == ConformanceCase.all.count)
    }

    @Test(arguments: ConformanceCase.all) func holds(_ description: ConformanceCase) throws {
        switch try ConformanceRun.outcome(of: description) {
        case .holds: break
        case .fails(let evidence): Issue.record("\(description.promise) But \(evidence)")
        case .notApplicable(let reason):
            #expect(Self.inapplicable.contains(description.name), "\(reason)")
        }
    }

    /// The runner can fail: a model in which freezing is wrong is found out by the cases that are about it.
    @Test(arguments: ConformanceModel.Damage.allCases) func noticesDamage(
        _ damage: ConformanceModel.Damage
    ) throws {
        let failing = try ConformanceCase.all.filter {
            if case .fails = try ConformanceRun.outcome(of: $0, damage: damage) { true } else { false }
        }
        .map(\.name)
        let expected =
            switch damage {
            case .frozenNormalizationUsesBatch:
                [
                    "frozen-normalizes-with-moving-statistics", "head-learns-from-moving-statistics",
                    "reported-loss-is-evaluated-loss", "samples-are-independent", "batch-of-one",
                    "normalized-features", "freezing-reaches-inside", "one-layer-frozen",
                ]
            case .frozenNormalizationUpdates:
                [
                    "frozen-statistics-stay", "head-learns-from-moving-statistics",
                    "unfrozen-but-normalization",
                ]
            case .freezingDoesNothing:
                [
                    "frozen-weights-stay", "frozen-statistics-stay", "frozen-after-compile",
                    "frozen-between-steps", "momentum-does-not-go-on", "decay-spares-the-frozen",
                    "dormant-state-comes-back", "frozen-survives-saving",
                ]
            case .unfreezingDoesNothing:
                ["unfrozen-between-steps", "one-layer-unfrozen", "pinned-inference", "late-start-is-gentle"]
            case .oneNormalizationTooMany: ["unfrozen-but-normalization"]
            }
        #expect(
            Set(expected).subtracting(failing).isEmpty, "not noticed by \(Set(expected).subtracting(failing))"
        )
        #expect(!failing.contains("evaluation-writes-nothing"), "not everything fails")
    }

    /// Numbers that are off by a thousandth are found too.
    @Test func noticesWrongNumbers() throws {
        let right = try #require(
            ConformanceCase.all.first { $0.name == "frozen-normalizes-with-moving-statistics" })
        #expect(try ConformanceRun.outcome(of: right) == .holds)
        for index in right.steps.indices {
            var wrong = right
            wrong.steps[index].expect = (wrong.steps[index].expect ?? []).map {
                guard case .outputIs(let numbers) = $0 else { return $0 }
                return .outputIs(.init(shape: numbers.shape, values: numbers.values.map { $0 * 1.001 }))
            }
            let isChanged = right.steps[index].action == .predict
            if case .fails = try ConformanceRun.outcome(of: wrong) {
                #expect(isChanged)
            } else {
                #expect(!isChanged, "step \(index + 1) takes any number")
            }
        }
    }

    /// For `scripts/conformance`: the results as the other runners write them, where `THAW_CONFORMANCE_RESULTS` says.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["THAW_CONFORMANCE_RESULTS"] != nil))
    func writesResults() throws {
        let path = try #require(ProcessInfo.processInfo.environment["THAW_CONFORMANCE_RESULTS"])
        var cases: [String: [String: String]] = [:]
        for description in ConformanceCase.all {
            cases[description.name] =
                switch try ConformanceRun.outcome(of: description) {
                case .holds: ["result": "holds", "detail": ""]
                case .fails(let evidence): ["result": "fails", "detail": evidence]
                case .notApplicable(let reason): ["result": "notApplicable", "detail": reason]
                }
        }
        let idioms = [
            "freeze": "`layer.freeze()`", "unfreeze": "`layer.unfreeze()`, of the leaves that are meant",
            "compile, optimizer kept": "`model.compile(optimizer: model.optimizer, ...)`",
            "train": "`model.fit`", "predict in training mode": "`model.predict(x, mode: .training)`",
            "pinned mode": "`backbone(x, mode: .inference)` in a functional model",
            "save, load": "`model.save(to:)`, `Model.load(from:)`",
        ]
        let results: [String: Any] = [
            "library": "Thaw", "versions": ["thaw": "this checkout"], "idioms": idioms, "cases": cases,
        ]
        try JSONSerialization.data(withJSONObject: results, options: [.prettyPrinted, .sortedKeys])
            .write(to: URL(filePath: path))
    }
}
