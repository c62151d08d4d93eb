import Foundation

/// What the numbers of a demo mean, in plain words.
struct DemoVerdict {
    /// How much worse a model is on the same images once it is used rather than trained.
    enum Damage: Equatable {
        /// At least five in a hundred images more are told wrong.
        case large
        /// At least one in a hundred more, or the loss is half as high again.
        case small
        /// Neither.
        case none

        /// Compares the same images in training mode and in inference mode.
        init(of run: TransferRun) {
            let lost = run.training.accuracy - run.inference.accuracy
            // Accuracies are counts divided by counts: a hair of tolerance keeps 5 in 100 from being 4.9999.
            if !run.inference.loss.isFinite || lost >= 0.05 - 1e-6 {
                self = .large
            } else if lost >= 0.01 - 1e-6 || run.inference.loss >= 1.5 * run.training.loss {
                self = .small
            } else {
                self = .none
            }
        }
    }

    /// The verdict, sentence by sentence.
    let sentences: [String]

    init(main: SettingResult, control: SettingResult) {
        var sentences = ["The target: \(main.setting.description)."]
        sentences += Self.sentences(main.runs)
        sentences.append(Self.summary(of: control))
        self.sentences = sentences
    }

    /// What transfers from the same start mean, one after the other and beside each other.
    static func sentences(_ runs: [TransferRun]) -> [String] {
        runs.map(sentence) + [comparison(runs), caveat(runs)].compactMap { $0 }
    }

    /// A share as a percentage with one decimal.
    static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

    private static func loss(_ value: Double) -> String { String(format: "%.3f", value) }

    private static func sentence(_ run: TransferRun) -> String {
        let name = "\"\(run.behaviour.rawValue)\" (\(run.behaviour.origin))"
        let images = "the same \(percent(run.training.accuracy)) of training images"
        let state =
            switch (run.behaviour, run.isFrozenUnchanged) {
            case (.batchUpdating, false): " Its statistics moved, although they were called frozen."
            case (.batchUpdating, true):
                " Its statistics did not move, which is not what this behaviour does."
            case (.batch, true), (.moving, true): " Nothing frozen changed, to the bit."
            case (.batch, false), (.moving, false): " What was frozen CHANGED, which must not be."
            }
        let modes =
            "told right in training mode \(percent(run.training.accuracy)), in inference mode "
            + "\(percent(run.inference.accuracy)) of the training images (loss \(loss(run.training.loss)) and "
            + "\(loss(run.inference.loss)))."
        switch (run.behaviour, Damage(of: run)) {
        case (.moving, _) where run.training == run.inference:
            return
                "\(name): no damage. In training mode and in inference mode it tells right \(images), with the same "
                + "loss \(loss(run.inference.loss)): what was trained is what is used.\(state)"
        case (_, .large): return "\(name): large damage: \(modes)\(state)"
        case (_, .small): return "\(name): small damage: \(modes)\(state)"
        case (_, .none): return "\(name): no damage in this run: \(modes)\(state)"
        }
    }

    /// How moving statistics do on images that no run has seen.
    private static func comparison(_ runs: [TransferRun]) -> String? {
        guard let moving = runs.first(where: { $0.behaviour == .moving }) else { return nil }
        let others = runs.filter { $0.behaviour != .moving }
        let differences = others.map { moving.validation.accuracy - $0.validation.accuracy }
        guard let least = differences.min(), let most = differences.max() else { return nil }
        let accuracies = others.map { percent($0.validation.accuracy) }.joined(separator: " and ")
        let numbers = "\(percent(moving.validation.accuracy)) against \(accuracies)"
        let judgement =
            if least >= 0.005 {
                "moving statistics are better than both others"
            } else if most <= -0.005 {
                "moving statistics are worse than both others in this run"
            } else if max(abs(least), abs(most)) < 0.005 {
                "all three do alike"
            } else {
                "moving statistics are not better than both others"
            }
        return "On unseen validation images, used as a model is used, \(judgement): \(numbers)."
    }

    /// Where batch statistics would do better if they were used in inference too: honesty asks to say so.
    private static func caveat(_ runs: [TransferRun]) -> String? {
        guard let moving = runs.first(where: { $0.behaviour == .moving }),
            let batch = runs.first(where: { $0.behaviour == .batch }),
            batch.validationTrainingMode.accuracy >= moving.validation.accuracy + 0.005
        else { return nil }
        return
            "If whole batches of the new images are at hand whenever the model is used, batch statistics suit them better "
            + "(validation images in training mode: \(percent(batch.validationTrainingMode.accuracy))); but then each "
            + "answer depends on the other images of its batch."
    }

    private static func summary(of control: SettingResult) -> String {
        let damaged = control.runs.filter { $0.behaviour != .moving }.map {
            (run: $0, damage: Damage(of: $0))
        }
        let numbers = control.runs.map { run in
            "\(run.behaviour.rawValue) \(percent(run.validation.accuracy)) (loss \(loss(run.validation.loss)))"
        }.joined(separator: ", ")
        let judgement =
            if damaged.contains(where: { $0.damage == .large }) {
                "there is large damage too"
            } else if damaged.contains(where: { $0.damage == .small }) {
                "the damage is small"
            } else {
                "there is no damage"
            }
        return
            "With \(control.setting.description), whose statistics model A knows better, \(judgement); on validation "
            + "images: \(numbers)."
    }
}
