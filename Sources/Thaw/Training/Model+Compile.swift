import ThawEngine

extension Model {
    /// Says how the model is trained and measured. The weights stay as they are; metrics start afresh.
    ///
    /// A later change of `isTrainable` or of a layer's setting takes effect at the next step, without
    /// another `compile`.
    ///
    /// - Parameters:
    ///   - optimizer: how gradients change parameters. Its state belongs to it: give the same one
    ///     again to go on with it.
    ///   - loss: what is minimised.
    ///   - metrics: what else is measured; these ignore sample weights, as in Keras.
    ///   - weightedMetrics: what is measured with sample weights.
    ///   - step: what `fit` does with a batch.
    /// - Throws: `TrainingError.invalidArgument` if two metrics have one name, or a setting of the optimizer, its schedule, the loss
    ///   or a metric is out of range.
    public func compile(
        optimizer: Optimizer, loss: Loss, metrics: [Metric] = [], weightedMetrics: [Metric] = [],
        step: TrainingStep = .standard
    ) throws {
        let goal = OutputGoal(
            name: "", loss: loss, weight: 1, metrics: metrics, weightedMetrics: weightedMetrics)
        try compile(optimizer: optimizer, goals: [goal], step: step)
    }

    /// The same for a model of several outputs.
    ///
    /// What is minimised is the sum of the losses, each times its weight. Logs have the whole as `loss`, each output's
    /// own as `<output>_loss`, and its metrics as `<output>_<metric>`; an output is named after its layer
    /// (`outputNames`).
    ///
    /// - Parameters:
    ///   - optimizer: how gradients change parameters.
    ///   - losses: one for each output, in their order; nil for an output that is only measured, as by `metrics`. Data has a
    ///     target for it too.
    ///   - lossWeights: how much each counts; 1 by default.
    ///   - metrics: what else is measured, a list for each output.
    ///   - weightedMetrics: the same with sample weights.
    ///   - step: what `fit` does with a batch.
    /// - Throws: `TrainingError.invalidArgument` if a list has another length than `losses`, no output has a
    ///   loss, two metrics have one name, or a setting is out of range.
    public func compile(
        optimizer: Optimizer, losses: [Loss?], lossWeights: [Double]? = nil, metrics: [[Metric]] = [],
        weightedMetrics: [[Metric]] = [], step: TrainingStep = .standard
    ) throws {
        for (name, count) in [
            ("lossWeights", lossWeights?.count), ("metrics", metrics.isEmpty ? nil : metrics.count),
            ("weightedMetrics", weightedMetrics.isEmpty ? nil : weightedMetrics.count),
        ] {
            guard let count, count != losses.count else { continue }
            throw TrainingError.invalidArgument(
                "compile: \(losses.count) losses and \(count) \(name); give one entry for each output.")
        }
        let names = outputNames ?? losses.indices.map { "output_\($0)" }
        guard !losses.isEmpty, names.count == losses.count else {
            throw TrainingError.invalidArgument(
                "compile: model \(name) has \(names.count) outputs, got \(losses.count) losses; give one for each output."
            )
        }
        guard losses.contains(where: { $0 != nil }) else {
            throw TrainingError.invalidArgument("compile: no output has a loss; give one of them one.")
        }
        if let bad = lossWeights?.first(where: { !$0.isFinite }) {
            throw TrainingError.invalidArgument("compile: a loss weight is \(bad); it must be a number.")
        }
        let goals = losses.indices.map { index in
            OutputGoal(
                name: losses.count == 1 ? "" : names[index], loss: losses[index],
                weight: lossWeights?[index] ?? 1, metrics: metrics.isEmpty ? [] : metrics[index],
                weightedMetrics: weightedMetrics.isEmpty ? [] : weightedMetrics[index])
        }
        try compile(optimizer: optimizer, goals: goals, step: step)
    }

    private func compile(optimizer: Optimizer, goals: [OutputGoal], step: TrainingStep) throws {
        guard !training.isFitting else {
            throw TrainingError.invalidArgument(
                "compile: model \(name) is being fitted. Freezing, unfreezing and a new learning rate take effect at the next step "
                    + "without compile; anything else has to wait for the end of fit.")
        }
        training.compilation = try Compilation(
            optimizer: optimizer, goals: goals, step: step, engine: engine)
        training.steps.removeAll()
        training.resumption = nil
        training.stopsTraining = false
    }

    /// The names of the outputs in logs: those of the layers that give them, numbered where a name occurs twice; in a
    /// model that Keras made with a dictionary of outputs, its keys. Nil for a model that computes in code of its own.
    public var outputNames: [String]? {
        guard let outputs = try? outputs else { return nil }
        if let outputKeys { return outputKeys }
        var counts: [String: Int] = [:]
        var taken: Set<String> = []
        return outputs.map { output in
            let name = name(of: output.layer)
            var unique = name
            repeat {
                let count = counts[name, default: 0]
                counts[name] = count + 1
                unique = count == 0 ? name : "\(name)_\(count)"
            } while !taken.insert(unique).inserted
            return unique
        }
    }

    /// The optimizer that `compile` was given; nil before.
    public var optimizer: Optimizer? { trainingState?.compilation?.optimizer }

    /// The loss that `compile` was given, the first of several; nil before.
    public var loss: Loss? { losses.lazy.compactMap(\.self).first }

    /// The losses that `compile` was given, one for each output, nil for an output without one; empty before.
    public var losses: [Loss?] { trainingState?.compilation?.goals.map(\.loss) ?? [] }

    /// The metrics that `compile` was given, a list for each output, weighted ones last; empty before.
    public var metrics: [[Metric]] {
        trainingState?.compilation?.goals.map { $0.metrics + $0.weightedMetrics } ?? []
    }

    /// Whether `fit` ends after the step at hand; a callback sets it. Each `fit` starts with false.
    public var stopTraining: Bool {
        get { trainingState?.stopsTraining ?? false }
        set { training.stopsTraining = newValue }
    }

    /// What the last `fit` recorded, also one that an error or a cancelled task ended; nil before the first.
    public var history: History? { trainingState?.history }
}
