/// Says in sentences what speaks for a cause, and in lines of Swift what helps.
struct DiagnosisWords {
    let evidence: DiagnosisEvidence
    let scores: [(own: ModeScores, inference: ModeScores)]
    let layers: [NormalizationDrift]

    private func short(_ value: Double) -> String { Diagnosis.short(value) }

    private func pair(_ condition: ModeScores.Condition) -> (own: ModeScores, inference: ModeScores)? {
        scores.first { $0.own.condition == condition && $0.own.samples > 0 }
    }

    /// What speaks for a cause.
    func evidence(for cause: DiagnosisCause) -> [String] {
        switch cause {
        case .frozenOnBatchStatistics: frozenOnBatch + comparison(.batchStatistics) + shifted
        case .otherDomain: domain + comparison(.batchStatistics) + shifted
        case .notConverged: notConverged + comparison(.batchStatistics) + shifted
        case .batchTooSmall: smallBatch + comparison(.batchStatistics) + shifted
        case .preprocessing: preprocessing + comparison(.batchStatistics) + shifted
        case .dropout: dropout
        case .nothingWrong: healthy
        }
    }

    /// Two conditions side by side.
    private func comparison(_ condition: ModeScores.Condition) -> [String] {
        guard let (own, inference) = pair(condition) else { return [] }
        let kinds: [(String, Double?, Double?)] = [
            ("loss", inference.loss, own.loss), ("accuracy", inference.accuracy, own.accuracy),
            ("Spearman's correlation", inference.spearmanCorrelation, own.spearmanCorrelation),
        ]
        let parts = kinds.compactMap { name, first, second -> String? in
            guard let first, let second else { return nil }
            return "\(name) \(short(first)) in inference and \(short(second)) \(condition.title)"
        }
        return parts.isEmpty ? [] : ["On the same samples: \(parts.joined(separator: "; "))."]
    }

    /// The tests that look at the order of the scores.
    private var shifted: [String] {
        guard let inference = scores.first?.inference, inference.isShifted else { return [] }
        if let accuracy = inference.accuracy, let area = inference.areaUnderCurve,
            let chance = inference.chance
        {
            return [
                "In inference the accuracy, \(short(accuracy)), is near that of always saying the most frequent class, \(short(chance)), "
                    + "but the area under the ROC curve is \(short(area)): the order of the scores is right, and they are shifted."
            ]
        }
        guard let error = inference.meanSquaredError, let rank = inference.spearmanCorrelation else {
            return []
        }
        return [
            "In inference the mean squared error, \(short(error)), is that of a model that has learnt nothing, but Spearman's "
                + "correlation is \(short(rank)): the order of the predictions is right, and they are shifted or scaled."
        ]
    }

    private var furthest: String {
        guard let layer = layers.max(by: { $0.divergence.median < $1.divergence.median }) else { return "" }
        return
            "the furthest off is \(layer.path), by a divergence of \(short(layer.divergence.median)) in its median channel"
    }

    private var frozenOnBatch: [String] {
        guard evidence.frozenOnBatch > 0 else {
            return [
                "\(evidence.frozen) of \(evidence.normalizations) Batch Normalizations are frozen, their statistics are not this data's "
                    + "(\(furthest)), and the model does well by batch statistics only: what comes after them learnt on these."
            ]
        }
        let names = layers.filter { $0.isFrozen && $0.statistics.hasPrefix("batch") }.prefix(3).map {
            "\($0.path) (.\($0.statistics))"
        }
        return [
            "\(evidence.frozenOnBatch) of \(evidence.frozen) frozen Batch Normalizations are set to batch statistics, such as "
                + "\(names.joined(separator: ", ")): fit normalises with the batch, inference with moving statistics."
        ]
    }

    private var domain: [String] {
        [
            "The moving statistics are not those of this data: drift \(short(evidence.drift)) where every layer goes by the batch, "
                + "\(short(evidence.driftInInference)) in inference; \(furthest).",
            evidence.firstGetVectors && evidence.driftBesideBatchShare < 0.65 * evidence.driftOfFirst
                ? "The variances of the first layers have grown as one: noise in the data does that to vectors, and so do small batches in "
                    + "training."
                : (evidence.driftAfterFit ?? .infinity) < 0.1 * evidence.driftOfFirst
                    ? "A scale and an offset of the inputs explain it as well."
                    : "No scaling of the inputs, no weight of first values and no batch size explains it.",
        ]
    }

    private var notConverged: [String] {
        var lines = [
            "The moving statistics look like a mixture: \(short(100 * evidence.initialShare)) % their first values, the rest this "
                + "data's. That leaves \(short(evidence.driftBesideInitialShare)) of a drift of \(short(evidence.drift))."
        ]
        if let layer = layers.first(where: { $0.updates != nil }), let updates = layer.updates,
            let share = layer.initialShare
        {
            lines.append(
                "The optimizer has made \(updates) updates; with momentum \(layer.momentum) the first values then still weigh "
                    + "\(short(100 * share)) %.")
        }
        return lines
    }

    private var smallBatch: [String] {
        guard evidence.batchShare >= 0.17 else {
            return [
                "The moving statistics are \(short(evidence.drift / max(1e-9, evidence.expectedDrift))) times as far from the data's as "
                    + "batches of this size would leave them by chance: they look gathered on smaller ones."
            ]
        }
        return [
            "The moving variances of the first layers are \(short(evidence.varianceRatioOfFirst)) of the data's in the median, as "
                + "batches of about \(short(1 / max(0.01, evidence.batchShare))) samples give"
                + (evidence.meanShiftOfFirst < 0.2 ? "; the means are right." : ".")
        ]
    }

    private var preprocessing: [String] {
        var lines: [String] = []
        if let change = evidence.change, let rest = evidence.driftAfterChange {
            lines.append(
                "With \(change) in place of x, the first layers' drift of \(short(evidence.driftOfFirst)) would be \(short(rest))."
            )
        }
        if let scale = evidence.fittedScale, let offset = evidence.fittedOffset,
            let rest = evidence.driftAfterFit
        {
            lines.append(
                "x * \(short(scale)) \(offset < 0 ? "-" : "+") \(short(abs(offset))) would bring it to \(short(rest))."
            )
        }
        return lines
    }

    private var dropout: [String] {
        let drift =
            evidence.normalizations == 0
            ? "The model has no Batch Normalization."
            : "The moving statistics are the data's: drift \(short(evidence.drift))."
        return [drift] + comparison(.training) + comparison(.batchStatisticsWithoutRandomness)
    }

    private var healthy: [String] {
        let drift =
            evidence.normalizations == 0
            ? [] : ["The moving statistics are the data's: drift \(short(evidence.drift)); \(furthest)."]
        return drift + comparison(.training)
    }

    /// What helps.
    func remedy(for cause: DiagnosisCause) -> [String] {
        switch cause {
        case .frozenOnBatchStatistics:
            [
                "for case let layer as BatchNormalization in model.leaves where !layer.isTrainable {",
                "    layer.statistics = .automatic  // frozen means frozen",
                "}",
                "try model.fit(train, epochs: 5)  // what comes after them learnt on other numbers",
            ]
        case .otherDomain:
            ["try model.recalibrate(on: data, sourceWeight: 16)  // or train the layers on this data"]
        case .notConverged:
            [
                "try model.recalibrate(on: train)",
                "BatchNormalization(momentum: 0.9)  // next time: momentum to the number of updates must be near 0",
            ]
        case .batchTooSmall:
            [
                "try model.recalibrate(on: train)",
                "try model.fit(train, batchSize: 32)  // next time, or GroupNormalization in place of BatchNormalization",
            ]
        case .preprocessing: ["let ready = data.map { x, y in (\(changeAsCode), y) }  // as in training"]
        case .dropout: ["Dropout(0.3)  // a smaller share; nothing is wrong with the model's predictions"]
        case .nothingWrong: []
        }
    }

    private var changeAsCode: String {
        let isFitBetter =
            (evidence.driftAfterFit ?? .infinity) < 0.5 * (evidence.driftAfterChange ?? .infinity)
        if !isFitBetter, let change = evidence.change { return change }
        guard let scale = evidence.fittedScale, let offset = evidence.fittedOffset else { return "x" }
        return "x * \(short(scale)) \(offset < 0 ? "-" : "+") \(short(abs(offset)))"
    }
}
