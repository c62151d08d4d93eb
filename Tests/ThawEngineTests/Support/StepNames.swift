import Testing
import ThawGraph
import ThawTensor

@testable import ThawEngine

/// The names of the steps that a graph becomes on the engine with two threads.
func stepNames(
    _ inputs: [String: Tensor], _ build: (inout GraphFixture) throws -> Void
) throws -> [String] {
    let engine = try Engines.two.get()
    return try engine.perform { () throws in
        var fixture = GraphFixture(engine: engine, inputs: inputs)
        try build(&fixture)
        return try #require(try engine.compile(fixture.graph) as? OneDNNExecutable).stepNames
    }
}
