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
    /// - Throws: `TrainingError.invalidArgument` if two metrics have one name, or a setting of the optimizer, its schedule, the loss
    ///   or a metric is out of range.
    public func compile(
        optimizer: Optimizer, loss: Loss, metrics: [Metric] = [], weightedMetrics: [Metric] = []
    ) throws {
        let compilation = try Compilation(
            optimizer: optimizer, loss: loss, metrics: metrics, weightedMetrics: weightedMetrics,
            engine: engine)
        training.compilation = compilation
        training.steps.removeAll()
        training.stopsTraining = false
    }

    /// The optimizer that `compile` was given; nil before.
    public var optimizer: Optimizer? { trainingState?.compilation?.optimizer }

    /// The loss that `compile` was given; nil before.
    public var loss: Loss? { trainingState?.compilation?.loss }

    /// Whether `fit` ends after the step at hand; a callback sets it. Each `fit` starts with false.
    public var stopTraining: Bool {
        get { trainingState?.stopsTraining ?? false }
        set { training.stopsTraining = newValue }
    }

    /// What the last `fit` recorded, also one that an error or a cancelled task ended; nil before the first.
    public var history: History? { trainingState?.history }
}
