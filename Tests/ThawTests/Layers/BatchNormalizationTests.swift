import Testing
import ThawTestSupport

@testable import Thaw

@Suite struct BatchNormalizationTests {
    private typealias Statistics = BatchNormalization.Statistics

    /// What a trace of the layer does: whether it uses the batch's statistics, and which parameters it
    /// updates.
    private func trace(
        _ layer: BatchNormalization, mode: Mode, writesState: Bool = true,
        override: BatchNormalization.Statistics? = nil
    ) throws -> (usesBatch: Bool, updates: [String]) {
        try Runtime.$engine.withValue(ReferenceEngine()) {
            let graph = Graph()
            let context = CallContext(
                graph: graph, mode: mode, writesState: writesState, statisticsOverride: override)
            _ = try layer.apply(graph.input("x", shape: [4, 3]), context: context)
            let usesBatch = graph.nodes.contains { $0.operation.name == "BatchNormalization" }
            let usesMoving = graph.nodes.contains { $0.operation.name == "BatchNormalizationInference" }
            #expect(usesBatch != usesMoving)
            return (usesBatch, context.tracer.updatedParameters.map(\.name))
        }
    }

    static let moving = ["moving_mean", "moving_variance"]

    @Test(arguments: [
        (true, BatchNormalization.Statistics.automatic, true, moving),
        (true, .batchUpdating, true, moving),
        (false, .automatic, false, []),
        (false, .moving, false, []),
        (true, .moving, false, []),
        (true, .batch, true, []),
        (false, .batchUpdating, true, moving),
        (false, .batch, true, []),
    ])
    func tableOfTrainingMode(
        isTrainable: Bool, statistics: BatchNormalization.Statistics, usesBatch: Bool, updates: [String]
    ) throws {
        let layer = BatchNormalization(statistics: statistics)
        layer.isTrainable = isTrainable
        let fit = try trace(layer, mode: .training)
        #expect(fit.usesBatch == usesBatch)
        #expect(fit.updates == updates)
        let evaluation = try trace(layer, mode: .training, writesState: false)
        #expect(evaluation.usesBatch == usesBatch)
        #expect(evaluation.updates.isEmpty)
        let inference = try trace(layer, mode: .inference)
        #expect(!inference.usesBatch)
        #expect(inference.updates.isEmpty)
        #expect(layer.parameters.filter(\.isTrainable).map(\.name) == (isTrainable ? ["gamma", "beta"] : []))
    }

    @Test func overrideWorksInEitherMode() throws {
        let layer = BatchNormalization(statistics: .moving)
        #expect(try trace(layer, mode: .inference, override: .batch).usesBatch)
        let recalibration = try trace(layer, mode: .inference, override: .batchUpdating)
        #expect(recalibration.updates == Self.moving)
        #expect(try trace(layer, mode: .training, override: .moving).usesBatch == false)
    }

    @Test func sharedLayerUpdatesTwiceInARow() throws {
        let engine = ReferenceEngine()
        try Runtime.$engine.withValue(engine) {
            let layer = BatchNormalization(momentum: 0.5)
            let graph = Graph()
            let context = CallContext(graph: graph, mode: .training, writesState: true)
            let x = graph.input("x", shape: [2, 1])
            _ = try layer.apply(x, context: context)
            _ = try layer.apply(x + 2, context: context)
            try context.tracer.assignUpdates()
            let executable = try engine.compile(graph)
            _ = try executable.run(["x": Tensor([[1], [3]])])
            // 0 -> (0 + 2) / 2 = 1 -> (1 + 4) / 2
            #expect(layer.parameters[2].value.item == 2.5)
        }
    }

    @Test func settingsOutOfRangeAreErrors() throws {
        Runtime.$engine.withValue(ReferenceEngine()) {
            for layer in [BatchNormalization(momentum: 1.5), BatchNormalization(epsilon: 0)] {
                let graph = Graph()
                #expect(throws: LayerError.self) {
                    try layer.apply(
                        graph.input("x", shape: [4, 3]), context: CallContext(graph: graph, mode: .training))
                }
                #expect(layer.parameters.isEmpty)
            }
        }
    }
}
