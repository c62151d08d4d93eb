/// What `fit` does with a batch, as an arrangement of stages.
///
/// ```swift
/// // Trains on the batch and on a copy of it that was moved against the model (Goodfellow et al. 2014, "Explaining and
/// // Harnessing Adversarial Examples").
/// let adversarial = TrainingStep { step in
///     let clean = try step.loss(of: step.forward())
///     let direction = try step.graph.gradients(of: clean, withRespectTo: step.inputs)
///     let moved = try zip(step.inputs, direction).map { try $0 + ($1?.sign() ?? $0 * 0) * 0.01 }
///     let predictions = try step.forward(moved)
///     let loss = try (clean + step.loss(of: predictions)) * 0.5
///     try step.update(step.clipped(step.gradients(of: loss)))
///     try step.updateMetrics(loss: loss, predictions: predictions)
/// }
/// try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy, step: adversarial)
/// ```
///
/// The arrangement is traced once for each size of batch and each set of trainable parameters, and compiled as one
/// executable; it must not depend on anything that changes. Whatever it does, a step with a loss or gradients that are
/// not finite changes nothing.
public struct TrainingStep: Sendable {
    let build: @Sendable (StepBuilder) throws -> Void

    /// A step of your own.
    ///
    /// - Parameter build: calls the stages. It has to call `updateMetrics`, which also tells `fit` the loss.
    public init(_ build: @escaping @Sendable (_ step: StepBuilder) throws -> Void) {
        self.build = build
    }

    /// Forward, loss, gradients, reduction over workers, accumulation over batches, clipping, update, metrics.
    public static let standard = TrainingStep { step in
        let predictions = try step.forward()
        let loss = try step.loss(of: predictions)
        let gradients = try step.reduced(step.gradients(of: loss))
        try step.update(step.clipped(step.accumulated(gradients)))
        try step.updateMetrics(loss: loss, predictions: predictions)
    }
}
