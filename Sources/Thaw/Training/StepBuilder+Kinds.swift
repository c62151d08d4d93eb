import ThawGraph

// The kinds of steps, as arrangements of stages.
extension StepBuilder {
    /// The step that trains: everything from the batch to the new weights, in one graph.
    static func training(model: Model, key: StepKey, compilation: Compilation) throws -> StepBuilder {
        let builder = StepBuilder(
            model: model, key: key, compilation: compilation, metrics: compilation.trainingMetrics,
            writesState: true)
        try compilation.step.build(builder)
        try builder.keepStateUnlessFinite()
        try builder.context.tracer.assignUpdates()
        return builder
    }

    /// The step that evaluates: forward, loss and metrics.
    static func evaluation(model: Model, key: StepKey, compilation: Compilation) throws -> StepBuilder {
        let builder = StepBuilder(
            model: model, key: key, compilation: compilation, metrics: compilation.evaluationMetrics,
            writesState: false)
        var predictions = try builder.forward()
        // From the predictions as they are: a loss looks for the softmax or sigmoid at their end.
        var loss = try builder.loss(of: predictions)
        for (index, prediction) in predictions.enumerated() {
            guard let mark = try builder.nonFiniteInputMark(for: prediction) else { continue }
            if index == 0 { loss = try loss + mark.sum() }
            predictions[index] = try prediction.marked(mark)
        }
        try builder.updateMetrics(loss: loss, predictions: predictions)
        return builder
    }

    /// The step that predicts.
    static func predictionStep(model: Model, key: StepKey) throws -> CompiledStep {
        let builder = StepBuilder(model: model, key: key, compilation: nil, writesState: false)
        try builder.addPredictions()
        return try builder.compiled()
    }

    /// The step that predicts by Monte-Carlo sampling: the mean of every output, then the deviation of every output.
    static func samplingStep(model: Model, key: StepKey, samples: Int) throws -> CompiledStep {
        // Where random numbers are drawn shows only in a trace.
        let scout = StepBuilder(model: model, key: key, compilation: nil, writesState: false)
        _ = try scout.forward()
        let builder = StepBuilder(model: model, key: key, compilation: nil, writesState: false)
        let repetition = Repetition(
            batchSize: key.batchSize, count: samples, randomScopes: scout.context.tracer.randomScopes)
        builder.context.tracer.repetition = repetition
        let moments = try builder.forward().map { output in
            guard output.shape.first == key.batchSize || repetition.isRepeated(output) else {
                throw TrainingError.invalidArgument(
                    "predict(samples:): an output of model \(model.name) has the shape \(output.shape), which has no row for each "
                        + "sample; predict without samples.")
            }
            return try repetition.moments(of: output)
        }
        for (index, value) in (moments.map(\.mean) + moments.map(\.deviation)).enumerated() {
            let mark = try builder.nonFiniteInputMark(for: value)
            builder.graph.addOutput(
                CompiledStep.Name.prediction(index), try mark.map { try value + $0 } ?? value)
        }
        return try builder.compiled()
    }

    /// Calls the model and declares its outputs.
    func addPredictions() throws {
        for (index, prediction) in try forward().enumerated() {
            guard prediction.shape.first == key.batchSize else {
                throw TrainingError.invalidArgument(
                    "model \(model.name) gives an output of shape \(prediction.shape) for a batch of \(key.batchSize) samples, so "
                        + "there is no row for each; keep the samples on axis 0 to the end.")
            }
            let mark = try nonFiniteInputMark(for: prediction)
            graph.addOutput(
                CompiledStep.Name.prediction(index), try mark.map { try prediction + $0 } ?? prediction)
        }
    }
}

extension SymbolicTensor {
    /// A prediction with a mark of `nonFiniteInputMark` added. Under a softmax or sigmoid it goes to the logits, so that
    /// a loss that serves as a metric finds these as the loss itself does.
    fileprivate func marked(_ mark: SymbolicTensor) throws -> SymbolicTensor {
        guard let logits = Loss.softmaxInput(of: self) ?? Loss.sigmoidInput(of: self) else {
            return try self + mark
        }
        return try graph.apply(operation, [logits + mark])[0]
    }
}
