import Testing
import ThawEngine
import ThawGraph
import ThawTensor
import ThawTestSupport

extension EngineTests {
    /// Graphs that nobody would write: whatever is fused, shared or reordered, the numbers are those of the
    /// reference.
    @Suite struct RandomGraphTests {
        @Test(arguments: 0..<240) func agreesWithTheReference(_ seed: Int) throws {
            let reference = ReferenceEngine()
            let (graph, inputs) = try randomGraph(seed: UInt64(seed), engine: reference)
            let expected = try reference.compile(graph).run(inputs)
            let engine = try Engines.all()[seed % 3]
            let (same, _) = try randomGraph(seed: UInt64(seed), engine: engine)
            try engine.perform { () throws in
                let executable = try engine.compile(same)
                let first = try executable.run(inputs)
                for (name, tensor) in expected {
                    let computed = try #require(first[name])
                    // Long chains amplify rounding; a wrong fusion is wrong in the first digits.
                    if let difference = difference(computed, tensor, tolerance: 2e-5, floor: 0.25) {
                        Issue.record("\(name): \(difference)")
                    }
                }
                let second = try executable.run(inputs)
                for (name, tensor) in first {
                    #expect(
                        try #require(second[name]).isBitwiseEqual(to: tensor),
                        "\(name) differs when run again")
                }
            }
        }
    }
}
