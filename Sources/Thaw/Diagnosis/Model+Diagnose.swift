public import ThawTensor

extension Model {
    /// Finds out whether the model does otherwise in inference than in training, and why.
    ///
    /// The data, in an order of its own, is run once through a graph that calls the model as it predicts and by batch statistics; what these
    /// have in common is computed once. Some batches, of much data those of about 256 samples, are also called as training does and without
    /// random layers, and are measured in inference. Nothing is written. For each Batch Normalization the moving statistics are compared with the data's own. Give
    /// data that the model ought to do well on: what it was trained on to see whether training went well, what it is used on to
    /// see whether that is the same. Some hundreds of samples suffice.
    ///
    /// ```swift
    /// let diagnosis = try model.diagnose(train.prefix(1000))
    /// print(diagnosis.text)
    /// ```
    ///
    /// - Parameters:
    ///   - data: inputs, and targets for the scores. A model that is not compiled is judged by its statistics alone.
    ///   - batchSize: samples that are computed together; what was used in training, at least 2.
    /// - Throws: `TrainingError` for data that does not fit, or that brings a normalization numbers that are not finite.
    public func diagnose(_ data: Dataset, batchSize: Int = 32) throws -> Diagnosis {
        guard batchSize >= 2 else {
            throw TrainingError.invalidArgument(
                "diagnose: batchSize is \(batchSize); give 2 or more, since one sample has no statistics.")
        }
        let hasTargets = try !data.isEmpty && !data.signature().targets.isEmpty
        let compilation = hasTargets ? trainingState?.compilation : nil
        let mixed = DiagnosisRun.inItsOrder(data)
        let feeder = try BatchFeeder(mixed, call: "diagnose", targetCount: compilation?.goals.count ?? 0)
        try prepare(for: feeder)
        let run = DiagnosisRun(model: self, compilation: compilation, feeder: feeder, batchSize: batchSize)
        return try onEngine { isCancelled in
            try run.run(isCancelled: isCancelled)
            var evidence = DiagnosisEvidence(run.measures)
            evidence.work = run.work
            evidence.dropout = leaves.compactMap { $0.isTrainable ? $0.droppedShare : nil }.max() ?? 0
            if evidence.driftOfFirst > DiagnosisRules.leastDrift,
                let trial = try InputTrial(model: self, feeder: feeder)
            {
                try evidence.tryChanges(trial, run.measures)
            }
            let loss = compilation?.goals.first?.loss
            let scores = run.scores(classifies: loss.map(Self.classifies))
            let layers = run.measures.map { NormalizationDrift($0) }
            return Diagnosis(
                model: name, samples: feeder.count, batchSize: batchSize, scores: scores.map(\.own),
                normalizations: layers, evidence: evidence,
                findings: DiagnosisRules(evidence: evidence, scores: scores, layers: layers).findings,
                advice: DiagnosisAdvice(evidence: evidence, layers: layers, batchSize: batchSize).lines)
        }
    }

    /// Diagnoses the model on tensors; see `diagnose(_:batchSize:)` for a data set.
    public func diagnose(_ x: Tensor, _ y: Tensor, batchSize: Int = 32) throws -> Diagnosis {
        try diagnose(Dataset(x, y), batchSize: batchSize)
    }

    private static func classifies(_ loss: Loss) -> Bool {
        loss.targetKind == .classIndices || loss.name.contains("crossentropy")
    }
}

extension Layer {
    /// The share that the layer drops in training; nil for layers of other kinds.
    fileprivate var droppedShare: Double? {
        self is Dropout || self is AlphaDropout || self is SpatialDropout2D
            ? (self as? RandomLayer)?.amount : nil
    }
}
