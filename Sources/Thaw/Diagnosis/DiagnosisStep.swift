import ThawEngine
import ThawGraph
import ThawTensor

/// One executable that calls a model in several ways at once. What these have in common is computed once.
struct DiagnosisStep {
    /// Places among the executable's outputs.
    struct Places {
        /// The first output's prediction, by the way of calling.
        var predictions: [ModeScores.Condition: Int] = [:]
        /// The loss, by the way of calling.
        var losses: [ModeScores.Condition: Int] = [:]
        /// For each call of a normalization means and variances of its input by batch statistics, and in inference where it is asked.
        var inference: [(mean: Int, variance: Int)] = []
        var batch: [(mean: Int, variance: Int)] = []
        /// For calls of level 0, means and variances of the samples' own means.
        var betweenSamples: [Int: (mean: Int, variance: Int)] = [:]
    }

    let step: CompiledStep
    let places: Places
    /// The shapes of the model's outputs.
    let predictionShapes: [[Int]]
    let calls: [NormalizationCall]
    /// How much work it is, as a multiple of inference alone.
    let work: Double

    /// - Parameters:
    ///   - key: says batch size and shapes.
    ///   - compilation: for the losses; nil computes none.
    ///   - inEveryWay: whether the model is called in every way, and what its normalizations get is measured in inference too. If not,
    ///     it is called in inference, where normalization can be folded into what comes before, and by batch statistics.
    init(model: Model, key: StepKey, compilation: Compilation?, inEveryWay: Bool) throws {
        let builder = StepBuilder(model: model, key: key, compilation: compilation, writesState: false)
        var declared = Declared(graph: builder.graph)
        var work = 1.0
        var calls: [NormalizationCall] = []
        var predictionShapes: [[Int]] = []
        for condition in inEveryWay ? ModeScores.Condition.allCases : [.inference, .batchStatistics] {
            let context = Self.context(condition, builder.context)
            let predictions = try model.trace(builder.inputs, context: context)
            declared.places.predictions[condition] = declared.add("prediction", predictions[0])
            if compilation != nil {
                declared.places.losses[condition] = try declared.add("loss", builder.loss(of: predictions))
            }
            let records = builder.context.tracer.beginAnotherTrace()
            if condition == .inference {
                predictionShapes = predictions.map(\.shape)
                work = max(1, try builder.graph.productWork())
                calls = NormalizationCall.all(in: records, of: builder.graph)
                for call in calls where inEveryWay {
                    try declared.places.inference.append(declared.addMoments(of: call.input))
                }
            }
            if condition == .batchStatistics {
                let batchCalls = NormalizationCall.all(in: records, of: builder.graph)
                for (index, call) in batchCalls.enumerated() {
                    try declared.places.batch.append(declared.addMoments(of: call.input))
                    if call.level == 0, call.input.rank > 2 {
                        let means = try call.input.mean(axes: Array(1..<call.input.rank - 1))
                        declared.places.betweenSamples[index] = try declared.addMoments(of: means)
                    }
                }
            }
        }
        self.calls = calls
        self.predictionShapes = predictionShapes
        places = declared.places
        // The engine would compute large arithmetic again, and all that follows from it with it.
        let shared = try builder.graph.eliminatingCommonSubexpressions().eliminatingDeadNodes()
        self.work = try shared.productWork() / work
        step = try builder.compiled(shared)
    }

    private static func context(_ condition: ModeScores.Condition, _ context: CallContext) -> CallContext {
        var context = context
        context.mode = condition == .inference ? .inference : .training
        switch condition {
        case .inference, .training: break
        case .batchStatistics: context.statisticsOverride = .batch
        case .batchStatisticsWithoutRandomness:
            context.statisticsOverride = .batch
            context.liveRandomness = .none
        }
        return context
    }

    /// The outputs that have been declared.
    private struct Declared {
        let graph: Graph
        var places = Places()

        func add(_ name: String, _ tensor: SymbolicTensor) -> Int {
            graph.addOutput("\(name)_\(graph.outputs.count)", tensor)
            return graph.outputs.count - 1
        }

        func addMoments(of tensor: SymbolicTensor) throws -> (mean: Int, variance: Int) {
            // Of rows of channels, as normalization by the batch computes them too, which makes them one.
            let (mean, variance) = try tensor.reshape(to: [-1, tensor.shape[tensor.rank - 1]]).moments()
            return (add("mean", mean), add("variance", variance))
        }
    }
}
