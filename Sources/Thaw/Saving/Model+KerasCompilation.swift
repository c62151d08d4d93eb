import ThawFormats

/// What `compile` was given, in Keras's files.
extension Model {
    /// How Keras 3 says it; nil if the model is not compiled, or with an optimizer or a loss that Keras lacks. A metric that it
    /// lacks is left out. An output without a loss has null.
    var kerasCompilation: JSONValue? {
        guard let goals = trainingState?.compilation?.goals, let optimizer = optimizer?.keras else {
            return nil
        }
        let losses = goals.compactMap { $0.loss == nil ? JSONValue.null : $0.loss?.keras }
        let metrics = goals.map { $0.metrics.compactMap(\.keras) }
        let weighted = goals.map { $0.weightedMetrics.compactMap(\.keras) }
        guard losses.count == goals.count else { return nil }
        func lists(_ metrics: [[JSONValue]]) -> JSONValue {
            guard metrics.contains(where: { !$0.isEmpty }) else { return .null }
            return metrics.count == 1 ? .array(metrics[0]) : .array(metrics.map(JSONValue.array))
        }
        let weights = goals.map(\.weight)
        return [
            "optimizer": optimizer, "loss": losses.count == 1 ? losses[0] : .array(losses),
            "loss_weights": weights.allSatisfy { $0 == 1 } ? .null : .array(weights.map(JSONValue.number)),
            "metrics": lists(metrics), "weighted_metrics": lists(weighted), "run_eagerly": false,
            "steps_per_execution": 1, "jit_compile": "auto",
        ]
    }

    /// What `save(to:)` leaves out of the file, in sentences: an optimizer or a loss that Keras lacks, so that the model in the file is
    /// not compiled, and metrics. Empty for a model that is not compiled.
    public final var savingNotes: [String] {
        guard let goals = trainingState?.compilation?.goals, let optimizer else { return [] }
        if optimizer.keras == nil {
            return [
                "The model in the file is not compiled: Keras has no optimizer that computes what \(optimizer.name) does with these "
                    + "settings."
            ]
        }
        if let loss = goals.lazy.compactMap(\.loss).first(where: { $0.keras == nil }) {
            return ["The model in the file is not compiled: Keras has no loss \(loss.name)."]
        }
        return goals.flatMap { $0.metrics + $0.weightedMetrics }.filter { $0.keras == nil }.map {
            "The metric \($0.name) is left out, since Keras has none that is the same."
        }
    }

    /// Compiles as Keras's `compile_config`, or Keras 2's `training_config`, says; does nothing if it is empty or no output has a
    /// loss.
    ///
    /// - Throws: `SavedModelError.uncompilable` or `.unknownOptimizer`.
    func compile(keras object: JSONValue, kerasVersion: Int) throws {
        guard let optimizer = object["optimizer"] ?? object["optimizer_config"], !optimizer.isNull,
            let loss = object["loss"], !loss.isNull
        else { return }
        do {
            let goals = KerasGoals(of: self, object, kerasVersion: kerasVersion)
            let losses = try goals.losses(loss)
            guard losses.contains(where: { $0 != nil }) else { return }
            try compile(
                optimizer: Optimizer.keras(optimizer, kerasVersion: kerasVersion), losses: losses,
                lossWeights: goals.weights(), metrics: goals.metrics("metrics"),
                weightedMetrics: goals.metrics("weighted_metrics"))
        } catch {
            throw SavedModelError.compiling(error)
        }
    }
}
