import ThawEngine
import ThawGraph
import ThawTensor

/// Builds the graph of a step from stages: forward, loss, gradients, reduction over workers, clipping,
/// update, metrics.
struct StepBuilder {
    let model: Model
    let key: StepKey
    let graph: Graph
    let context: CallContext
    private(set) var inputs: [SymbolicTensor] = []
    private(set) var target: SymbolicTensor?
    private(set) var sampleWeights: SymbolicTensor?

    init(model: Model, key: StepKey, writesState: Bool) {
        self.model = model
        self.key = key
        graph = Graph()
        context = CallContext(
            graph: graph, mode: key.mode, writesState: writesState, liveRandomness: key.liveRandomness,
            statisticsOverride: key.statistics)
    }

    /// The step that trains: everything from the batch to the new weights, in one graph.
    static func trainingStep(model: Model, key: StepKey, compilation: Compilation) throws -> CompiledStep {
        var builder = StepBuilder(model: model, key: key, writesState: true)
        let prediction = try builder.forward(loss: compilation.loss)
        let loss = try builder.loss(compilation.loss, of: prediction)
        let parameters = builder.trainableParameters
        var gradients = try builder.gradients(of: loss, parameters: parameters)
        gradients = try builder.reducedOverWorkers(gradients)
        gradients = try builder.clipped(gradients, optimizer: compilation.optimizer)
        try builder.keepStateUnlessFinite(loss: loss, gradients: gradients)
        try builder.update(parameters, gradients: gradients, optimizer: compilation.optimizer)
        try builder.context.tracer.assignUpdates()
        try builder.updateMetrics(compilation.trainingMetrics, loss: loss, prediction: prediction)
        builder.graph.addOutput(CompiledStep.Name.loss, loss)
        return try builder.compiled(prediction: prediction, loss: compilation.loss)
    }

    /// The step that evaluates: forward, loss and metrics.
    static func evaluationStep(model: Model, key: StepKey, compilation: Compilation) throws -> CompiledStep {
        var builder = StepBuilder(model: model, key: key, writesState: false)
        var prediction = try builder.forward(loss: compilation.loss)
        // From the prediction as it is: a loss looks for the softmax or sigmoid at its end.
        var loss = try builder.loss(compilation.loss, of: prediction)
        if let mark = try builder.nonFiniteInputMark(for: prediction) {
            loss = try loss + mark.sum()
            prediction = try prediction.marked(mark)
        }
        try builder.updateMetrics(compilation.evaluationMetrics, loss: loss, prediction: prediction)
        builder.graph.addOutput(CompiledStep.Name.loss, loss)
        return try builder.compiled(prediction: prediction, loss: compilation.loss)
    }

    /// The step that predicts.
    static func predictionStep(model: Model, key: StepKey) throws -> CompiledStep {
        var builder = StepBuilder(model: model, key: key, writesState: false)
        var prediction = try builder.forward(loss: nil)
        if let mark = try builder.nonFiniteInputMark(for: prediction) { prediction = try prediction + mark }
        builder.graph.addOutput(CompiledStep.Name.prediction, prediction)
        return try builder.compiled(prediction: prediction, loss: nil)
    }

    /// The parameters that the step trains, with their paths.
    var trainableParameters: [(path: String, parameter: Parameter)] {
        model.parameterPaths.filter(\.parameter.isTrainable)
    }
}

// Stages. Each takes symbolic tensors and gives symbolic tensors, so another arrangement of them is
// another kind of step.
extension StepBuilder {
    /// Declares the inputs and calls the model.
    mutating func forward(loss: Loss?) throws -> SymbolicTensor {
        inputs = key.inputShapes.enumerated().map { index, shape in
            graph.input(CompiledStep.Name.input(index), shape: [key.batchSize] + shape)
        }
        if let targetShape = key.targetShape, let loss {
            target = graph.input(
                CompiledStep.Name.target, shape: [key.batchSize] + targetShape, dtype: loss.targetType)
        }
        if key.isWeighted {
            sampleWeights = graph.input(CompiledStep.Name.sampleWeights, shape: [key.batchSize])
        }
        let outputs = try model.trace(inputs, context: context)
        guard outputs.count == 1, let prediction = outputs.first else {
            throw ModelError.inputCount(model: "\(model.name) (outputs)", expected: 1, got: outputs.count)
        }
        return prediction
    }

    /// Zero for each sample, NaN where its input holds NaN or infinity, in the shape `[batch, 1, ...]` that goes with the
    /// prediction; one number for all where samples meet in batch statistics. Added to a result it shows what a maximum, in
    /// a pooling layer or a ReLU, could hide; without it the prediction would look like any other.
    func nonFiniteInputMark(for prediction: SymbolicTensor) throws -> SymbolicTensor? {
        let ones = [Int](repeating: 1, count: prediction.shape.count)
        let samplesMeet =
            key.mode == .training || key.statistics == .batch || key.statistics == .batchUpdating
            || prediction.shape.first != key.batchSize
        var mark: SymbolicTensor?
        for input in inputs {
            // Zero times anything finite is zero.
            let zeros = try input * 0
            let rest = Array((samplesMeet ? 0 : 1)..<input.shape.count)
            let own = try (rest.isEmpty ? zeros : zeros.sum(axes: rest))
                .reshape(to: samplesMeet ? ones : [key.batchSize] + ones.dropFirst())
            mark = try mark.map { try $0 + own } ?? own
        }
        return mark
    }

    /// The batch's loss and the penalties of the parameters that are trainable, a scalar.
    func loss(_ loss: Loss, of prediction: SymbolicTensor) throws -> SymbolicTensor {
        let data = try loss.batchValue(
            target: try requireTarget(), prediction: prediction, sampleWeights: sampleWeights)
        return try trainableParameters.reduce(data) { total, entry in
            guard let regularizer = entry.parameter.regularizer else { return total }
            return try total
                + graph.withScope(entry.path) { () throws in
                    try regularizer(graph.read(entry.parameter.variable))
                }
        }
    }

    /// The gradients of the loss; nil for a parameter that it does not depend on.
    func gradients(
        of loss: SymbolicTensor, parameters: [(path: String, parameter: Parameter)]
    ) throws -> [SymbolicTensor?] {
        guard !parameters.isEmpty else { return [] }
        return try graph.gradients(
            of: loss, withRespectTo: parameters.map { graph.read($0.parameter.variable) })
    }

    /// The gradients of all workers together. There is one worker today.
    func reducedOverWorkers(_ gradients: [SymbolicTensor?]) throws -> [SymbolicTensor?] { gradients }

    /// The gradients, kept within bounds if the optimizer asks for it.
    func clipped(_ gradients: [SymbolicTensor?], optimizer: Optimizer) throws -> [SymbolicTensor?] {
        try optimizer.clipping?.clipped(gradients) ?? gradients
    }

    /// Makes every assignment of the step depend on finite numbers, so that a NaN never reaches a
    /// weight, a statistic, an optimizer's state or a metric. New statistics are looked at too: numbers may be finite and their
    /// variance not. So are the inputs are looked at too: a maximum, in a pooling layer
    /// or a ReLU, can hide a NaN from everything after it.
    func keepStateUnlessFinite(loss: SymbolicTensor, gradients: [SymbolicTensor?]) throws {
        try graph.assignOnlyIf(
            graph.allFinite(
                [loss] + gradients.compactMap { $0 } + inputs + context.tracer.updatedValues))
    }

    /// The optimizer's step for each parameter that has a gradient.
    func update(
        _ parameters: [(path: String, parameter: Parameter)], gradients: [SymbolicTensor?],
        optimizer: Optimizer
    ) throws {
        let learningRate = graph.input(CompiledStep.Name.learningRate, shape: [])
        for ((path, parameter), gradient) in zip(parameters, gradients) {
            guard let gradient else { continue }
            try optimizer.addUpdate(
                of: parameter, path: path, gradient: gradient, learningRate: learningRate,
                engine: model.engine)
        }
    }

    /// Adds the batch to loss and metrics.
    func updateMetrics(_ metrics: MetricSet, loss: SymbolicTensor, prediction: SymbolicTensor) throws {
        try metrics.addUpdates(
            to: graph, loss: loss, target: try requireTarget(), prediction: prediction,
            sampleWeights: sampleWeights)
    }

    /// Compiles what was built.
    func compiled(prediction: SymbolicTensor, loss: Loss?) throws -> CompiledStep {
        try CompiledStep(
            graph: graph, model: model, batchSize: key.batchSize, predictionShape: prediction.shape,
            targetType: loss?.targetType ?? .float32)
    }

    private func requireTarget() throws -> SymbolicTensor {
        guard let target else {
            throw TrainingError.invalidArgument("the data has no targets, but the loss needs them.")
        }
        return target
    }
}

extension Loss {
    /// The element type in which the loss gets targets.
    var targetType: DType { targetKind == .classIndices ? .int32 : .float32 }
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
