extension Layer {
    /// By how much the optimizer's learning rate is multiplied for the layer's parameters, 0 or more; 1 by default.
    ///
    /// Like `isTrainable` it belongs to leaf layers: of a container it is the largest of its leaves, and setting it sets all of them.
    /// It takes effect at the next training step, also for weight decay, which goes with the rate. With 0 the weights stay as they are
    /// while the optimizer's moments go on; `freeze()` costs less.
    ///
    /// ```swift
    /// base.unfreeze()
    /// base.learningRateMultiplier = 0.1  // the head trains at the full rate
    /// ```
    public final var learningRateMultiplier: Double {
        get { leaves.map(\.ownLearningRateMultiplier).max() ?? ownLearningRateMultiplier }
        set {
            ownLearningRateMultiplier = newValue
            for leaf in leaves { leaf.ownLearningRateMultiplier = newValue }
        }
    }
}

extension Model {
    /// Gives layers less of the learning rate the deeper they lie: the last layer that trains gets all of it, each one before
    /// `decay` times as much as the next (Howard and Ruder 2018, "Universal Language Model Fine-tuning for Text Classification";
    /// they take 1 / 2.6).
    ///
    /// Layers that are frozen now, and those without weights, are passed over.
    ///
    /// - Parameter decay: above 0, at most 1.
    /// - Throws: `TrainingError.invalidArgument` for other numbers.
    public final func setLearningRateMultipliers(decay: Double) throws {
        guard decay > 0, decay <= 1 else {
            throw TrainingError.invalidArgument(
                "setLearningRateMultipliers: decay is \(decay); it must be above 0 and at most 1, such as 0.8."
            )
        }
        var multiplier = 1.0
        for layer in leaves.reversed() where layer.parameters.contains(where: \.isTrainable) {
            layer.ownLearningRateMultiplier = multiplier
            multiplier *= decay
        }
    }
}
