import Foundation
import ThawEngine
import ThawTensor

/// What a model keeps between calls of `fit`, `evaluate` and `predict`.
final class TrainingState {
    /// What `compile` was given; nil before it.
    var compilation: Compilation?
    /// The compiled steps; the least recently used are given up when together they need more than 2 GiB.
    let steps = ExecutableCache<StepKey, CompiledStep>(capacity: 2 << 30)
    /// Set by callbacks to end training after the batch.
    var stopsTraining = false
    /// Whether steps are compiled such that a sample's numbers do not depend on the size of its batch, which costs speed: features
    /// of the frozen prefix are then, bit for bit, what the whole step computes.
    var isBatchInvariant = false
    /// What the last `fit` recorded.
    var history: History?
    /// The names of what `fit` measures in a batch and in an epoch; nil where callbacks may add names that are not known.
    var logNames: (batch: [String], epoch: [String])?
    /// Whether a `fit` is under way.
    var isFitting = false
    /// Whether that is the single step of `trainOnBatch`, which ends nothing.
    var isOneBatch = false
    /// Whether the `fit` under way validates, after some epochs at least.
    var isValidating = false
    /// Where the next `fit` is to go on, if a checkpoint was loaded.
    var resumption: Resumption?
    /// The files that callbacks of the `fit` under way want checkpoints in.
    var requestedCheckpoints: [URL] = []
}

/// What `compile` was given, with the state of the metrics.
final class Compilation {
    let optimizer: Optimizer
    /// What is asked of each output, in their order.
    let goals: [OutputGoal]
    let step: TrainingStep
    let trainingMetrics: MetricSet
    /// Evaluation has a state of its own, so that validating, also in the middle of an epoch, leaves
    /// training's alone.
    let evaluationMetrics: MetricSet

    init(
        optimizer: Optimizer, goals: [OutputGoal], step: TrainingStep, engine: any Engine
    ) throws {
        var seen: Set<String> = ["loss"]
        let minimised = goals.filter { $0.loss != nil }
        if minimised.count > 1 { seen.formUnion(minimised.map { $0.logName("loss") }) }
        for goal in goals {
            for name in goal.metrics.map({ goal.logName($0.name) })
                + goal.weightedMetrics.map({ goal.weightedLogName($0.name) })
            {
                guard seen.insert(name).inserted else {
                    throw TrainingError.invalidArgument(
                        "compile: two metrics are named \"\(name)\"; give each a name of its own, \"loss\" is taken."
                    )
                }
            }
        }
        try optimizer.check()
        for goal in goals {
            try goal.loss?.check()
            for metric in goal.metrics + goal.weightedMetrics { try metric.check() }
        }
        self.optimizer = optimizer
        self.goals = goals
        self.step = step
        trainingMetrics = MetricSet(goals: goals, engine: engine)
        evaluationMetrics = MetricSet(goals: goals, engine: engine)
    }
}

extension Model {
    /// The training state, made at its first use.
    var training: TrainingState {
        if let trainingState { return trainingState }
        let state = TrainingState()
        trainingState = state
        return state
    }

    /// What `compile` was given.
    ///
    /// - Throws: `TrainingError.notCompiled` before `compile`.
    func compilation(for call: String) throws -> Compilation {
        guard let compilation = trainingState?.compilation else {
            throw TrainingError.notCompiled(model: name, call: call)
        }
        return compilation
    }
}
