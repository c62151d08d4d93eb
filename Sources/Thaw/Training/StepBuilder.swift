import ThawEngine
public import ThawGraph
import ThawTensor

/// The graph of one step while it is built, and the stages that build it: forward, loss, gradients, reduction over
/// workers, accumulation over batches, clipping, update, metrics.
///
/// `fit` arranges the stages as `TrainingStep.standard` does; give `compile` a `TrainingStep` of your own for another
/// arrangement. Each stage takes symbolic tensors and gives symbolic tensors, and leaves everything in `graph`.
public final class StepBuilder {
    /// The model.
    public let model: Model
    /// The graph that is built.
    public let graph: Graph
    /// How the model is called by `forward`.
    public let context: CallContext
    /// The batch's inputs, in the order of the model's.
    public let inputs: [SymbolicTensor]
    /// The batch's targets, in the order of the model's outputs: int32 for losses of class indices, else float32.
    public let targets: [SymbolicTensor]
    /// The weights of the samples, shape `[n]`; nil if there are none.
    public let sampleWeights: SymbolicTensor?
    /// The learning rate of the step, a scalar.
    public private(set) lazy var learningRate = graph.input(CompiledStep.Name.learningRate, shape: [])

    let key: StepKey
    let compilation: Compilation?
    private let metrics: MetricSet?
    private var outputs: [SymbolicTensor] = []
    /// What must be finite for the step to count.
    private var watched: [SymbolicTensor] = []
    private var watchedValues: Set<Graph.Value> = []
    private var hasUpdatedMetrics = false
    /// The parameters whose gradients are gathered over batches.
    private var gathering: Set<ObjectIdentifier> = []

    init(
        model: Model, key: StepKey, compilation: Compilation?, metrics: MetricSet? = nil, writesState: Bool
    ) {
        self.model = model
        self.key = key
        self.compilation = compilation
        self.metrics = metrics
        let graph = Graph()
        self.graph = graph
        context = CallContext(
            graph: graph, mode: key.mode, writesState: writesState, liveRandomness: key.liveRandomness,
            statisticsOverride: key.statistics)
        inputs = key.inputShapes.enumerated().map { index, shape in
            graph.input(CompiledStep.Name.input(index), shape: [key.batchSize] + shape)
        }
        targets = zip(key.targetShapes, compilation?.goals ?? []).enumerated().map { index, pair in
            graph.input(
                CompiledStep.Name.target(index), shape: [key.batchSize] + pair.0,
                dtype: pair.1.targetType)
        }
        sampleWeights =
            key.isWeighted ? graph.input(CompiledStep.Name.sampleWeights, shape: [key.batchSize]) : nil
    }

    /// The parameters that the step trains, with their paths.
    public private(set) lazy var trainableParameters: [(path: String, parameter: Parameter)] =
        model.parameterPaths.filter(\.parameter.isTrainable)
}

// The stages.
extension StepBuilder {
    /// Calls the model on the batch, or on other inputs of the same shapes.
    ///
    /// - Returns: the outputs, in order.
    /// - Throws: `LayerError` where a shape does not fit.
    public func forward(_ inputs: [SymbolicTensor]? = nil) throws -> [SymbolicTensor] {
        outputs = try model.trace(inputs ?? self.inputs, context: context)
        return outputs
    }

    /// The batch's loss: the losses of all outputs, each times its weight, and the penalties of the parameters that
    /// are trainable. A scalar.
    public func loss(of predictions: [SymbolicTensor]) throws -> SymbolicTensor {
        let parts = try dataLosses(of: predictions)
        let goals = try requireGoals(predictions)
        var total: SymbolicTensor?
        for case (let part?, let goal) in zip(parts, goals) {
            let scaled = try part.scaled(by: goal.weight)
            total = try total.map { try $0 + scaled } ?? scaled
        }
        // `compile` asks for a loss at one output at least.
        return try trainableParameters.reduce(total ?? graph.constant(0)) { total, entry in
            guard let regularizer = entry.parameter.regularizer else { return total }
            return try total
                + graph.withScope(entry.path) { () throws in
                    try regularizer(graph.read(entry.parameter.variable))
                }
        }
    }

    /// The gradients of a loss for `trainableParameters`; nil for a parameter that it does not depend on. The step counts
    /// only if loss and gradients are finite.
    public func gradients(of loss: SymbolicTensor) throws -> [SymbolicTensor?] {
        watch([loss])
        guard !trainableParameters.isEmpty else { return [] }
        let gradients = try graph.gradients(
            of: loss, withRespectTo: trainableParameters.map { graph.read($0.parameter.variable) })
        watch(gradients.compactMap { $0 })
        return gradients
    }

    /// The gradients of all workers together. There is one worker today.
    public func reduced(_ gradients: [SymbolicTensor?]) throws -> [SymbolicTensor?] { gradients }

    /// The gradients of several batches, if the optimizer gathers them: their mean at the last batch, nil before it. Kept as
    /// they are if it does not.
    ///
    /// - Parameter gradients: one for each of `trainableParameters`.
    public func accumulated(_ gradients: [SymbolicTensor?]) throws -> [SymbolicTensor?] {
        guard let optimizer = compilation?.optimizer, key.gathering != .none else { return gradients }
        return try zip(trainableParameters, gradients).map { entry, gradient in
            guard let gradient else { return nil }
            gathering.insert(ObjectIdentifier(entry.parameter))
            return try optimizer.accumulated(
                gradient, of: entry.parameter, path: entry.path, phase: key.gathering, engine: model.engine)
        }
    }

    /// The gradients, kept within bounds if the optimizer asks for it.
    public func clipped(_ gradients: [SymbolicTensor?]) throws -> [SymbolicTensor?] {
        try compilation?.optimizer.clipping?.clipped(gradients) ?? gradients
    }

    /// The optimizer's step for each parameter that has a gradient.
    ///
    /// - Parameter gradients: one for each of `trainableParameters`.
    public func update(_ gradients: [SymbolicTensor?]) throws {
        guard let optimizer = compilation?.optimizer else { return }
        watch(gradients.compactMap { $0 })
        for ((path, parameter), gradient) in zip(trainableParameters, gradients) {
            guard let gradient else { continue }
            try optimizer.addUpdate(
                of: parameter, path: path, gradient: gradient,
                learningRate: learningRate(of: parameter, path: path), engine: model.engine)
        }
    }

    private func learningRate(of parameter: Parameter, path: String) throws -> SymbolicTensor {
        let multiplier = parameter.learningRateMultiplier
        guard multiplier >= 0, Float(multiplier).isFinite else {
            throw TrainingError.invalidArgument(
                "the learningRateMultiplier of \(path) is \(multiplier); it must be a number of 0 or more.")
        }
        return try learningRate.scaled(by: multiplier)
    }

    /// Adds the batch to loss and metrics. To be called once.
    public func updateMetrics(loss: SymbolicTensor, predictions: [SymbolicTensor]) throws {
        let goals = try requireGoals(predictions)
        guard !hasUpdatedMetrics else {
            throw TrainingError.invalidArgument(
                "a training step calls updateMetrics(loss:predictions:) once, not twice.")
        }
        hasUpdatedMetrics = true
        graph.addOutput(CompiledStep.Name.loss, loss)
        // With one loss it is the whole.
        let losses = goals.filter { $0.loss != nil }.count > 1 ? try dataLosses(of: predictions) : []
        try metrics?.addUpdates(
            to: graph, loss: loss, losses: losses, targets: targets, predictions: predictions,
            sampleWeights: sampleWeights)
    }
}

extension StepBuilder {
    /// The losses of the outputs, without weights and penalties; nil for an output that has none.
    private func dataLosses(of predictions: [SymbolicTensor]) throws -> [SymbolicTensor?] {
        let goals = try requireGoals(predictions)
        guard targets.count == goals.count else {
            throw TrainingError.invalidArgument("the data has no targets, but the loss needs them.")
        }
        return try zip(goals, zip(targets, predictions)).map { goal, pair in
            try goal.loss?.batchValue(target: pair.0, prediction: pair.1, sampleWeights: sampleWeights)
        }
    }

    private func watch(_ tensors: [SymbolicTensor]) {
        watched += tensors.filter { watchedValues.insert($0.value).inserted }
    }

    /// What is asked of each output.
    func requireGoals(_ predictions: [SymbolicTensor]) throws -> [OutputGoal] {
        let goals = compilation?.goals ?? []
        guard goals.count == predictions.count else {
            throw TrainingError.invalidArgument(
                "model \(model.name) has \(predictions.count) output\(predictions.count == 1 ? "" : "s") and was compiled with "
                    + "\(goals.count) loss\(goals.count == 1 ? "" : "es"); give compile(optimizer:losses:) one for each output."
            )
        }
        return goals
    }

    /// Makes every assignment of the step depend on finite numbers, so that a NaN never reaches a weight, a statistic,
    /// an optimizer's state or a metric. New statistics are looked at too: numbers may be finite and their variance not.
    /// So are the inputs: a maximum, in a pooling layer or a ReLU, can hide a NaN from everything after it.
    func keepStateUnlessFinite() throws {
        guard hasUpdatedMetrics else {
            throw TrainingError.invalidArgument(
                "the training step of model \(model.name) never calls updateMetrics(loss:predictions:), so its loss is not known."
            )
        }
        // What is computed apart is kept row by row, and so is whether it was finite.
        let marks = key.part == .whole ? inputs : try inputs.map { try rowMark(of: $0) }
        try graph.assignOnlyIf(graph.allFinite(watched + marks + context.tracer.updatedValues))
    }

    /// Zero for each row of an input, NaN where the row holds NaN or infinity; shape `[batch, 1]`.
    private func rowMark(of input: SymbolicTensor) throws -> SymbolicTensor {
        // Zero times anything finite is zero.
        try (input * 0).reshape(to: [key.batchSize, -1]).sum(axes: [1], keepingDimensions: true)
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
            let rows = try rowMark(of: input)
            let own =
                samplesMeet
                ? try rows.sum().reshape(to: ones) : try rows.reshape(to: [key.batchSize] + ones.dropFirst())
            mark = try mark.map { try $0 + own } ?? own
        }
        return mark
    }

    /// The shapes of the model's outputs, batch included.
    var predictionShapes: [[Int]] { outputs.map(\.shape) }

    /// Compiles what was built.
    ///
    /// - Parameter part: a part of the graph to compile in its place.
    func compiled(_ part: Graph? = nil) throws -> CompiledStep {
        try CompiledStep(
            graph: part ?? graph, model: model, batchSize: key.batchSize, predictionShapes: predictionShapes,
            targetTypes: targets.map(\.dtype), gathering: gathering)
    }
}

extension Loss {
    /// The element type in which the loss gets targets.
    var targetType: DType { targetKind == .classIndices ? .int32 : .float32 }
}

extension SymbolicTensor {
    fileprivate func scaled(by weight: Double) throws -> SymbolicTensor {
        weight == 1 ? self : try self * weight
    }
}
