import Testing

@testable import Thaw

@Suite struct MetricAccumulatorTests {
    /// Rows of a batch are held as long as a compiled step writes them, so that data in batches of many sizes takes no more
    /// memory than compiled steps may.
    @Test func rowsAreGivenUpWithTheirSteps() throws {
        let (x, y) = Toy.clusters(40)
        let targets = y.cast(to: .float32)
        let model = Sequential(seed: 1) { Dense(1, inputShape: [4]) }
        try model.compile(optimizer: .sgd(), loss: .meanSquaredError, metrics: [.spearmanCorrelation])
        func measured(_ size: Int) throws -> Double? {
            let result = try model.evaluate(x, targets, batchSize: size, verbosity: .silent)
            return result["spearman_correlation"]
        }
        let expected = try measured(40)
        let compilation = try model.compilation(for: "test")
        let accumulators = compilation.evaluationMetrics.accumulators.compactMap { $0 as? RowAccumulator }
        let rows = try #require(accumulators.first)
        for size in [8, 10, 20] { #expect(try measured(size) == expected) }
        #expect(rows.heldSizes == [8, 10, 20, 40])
        model.training.steps.removeAll()
        #expect(rows.heldSizes.isEmpty)
        #expect(try measured(8) == expected)
        #expect(rows.heldSizes == [8])
    }
}
