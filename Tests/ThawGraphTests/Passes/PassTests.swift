import Testing
import ThawEngine
import ThawGraph
import ThawTensor
import ThawTestSupport

/// Passes change how a graph computes, never what.
@Suite struct PassTests {
    static func check(
        _ graph: Graph, _ inputs: [String: Tensor], tolerance: Double = 1e-5, _ name: String,
        _ pass: (Graph) throws -> Graph
    ) throws {
        let engine = ReferenceEngine()
        let expected = try engine.compile(graph).run(inputs)
        let changed = try pass(graph)
        #expect(changed.inputNodes.count == graph.inputNodes.count)
        #expect(changed.outputs.map(\.name) == graph.outputs.map(\.name))
        let results = try engine.compile(changed).run(inputs)
        for (output, tensor) in expected {
            let result = try #require(results[output])
            #expect(result.shape == tensor.shape && result.dtype == tensor.dtype)
            #expect(
                result.isApproximatelyEqual(
                    to: tensor, relativeTolerance: tolerance, absoluteTolerance: tolerance),
                "\(name) changed \(output)")
        }
    }

    @Test(arguments: 0..<60)
    func passesPreserveRandomGraphs(_ seed: Int) throws {
        let (graph, inputs) = try randomGraph(seed: UInt64(seed), engine: ReferenceEngine())
        let passes: [(String, (Graph) throws -> Graph)] = [
            ("dead nodes", { try $0.eliminatingDeadNodes() }),
            ("common subexpressions", { try $0.eliminatingCommonSubexpressions() }),
            ("constants", { try $0.foldingConstants() }),
            ("algebra", { try $0.simplifyingAlgebra() }),
            ("decomposition", { try $0.decomposing { _ in true } }),
            ("batch normalization", { try $0.foldingBatchNormalization() }),
        ]
        for (name, pass) in passes { try Self.check(graph, inputs, name, pass) }
        try Self.check(graph, inputs, "all") { graph in
            try passes.reduce(graph) { try $1.1($0) }
        }
    }

    @Test func deadNodesGoAndInputsStay() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [2])
        _ = graph.input("unused", shape: [3])
        _ = try x.exp().log()
        graph.addOutput("y", try x.square())
        let result = try graph.eliminatingDeadNodes()
        #expect(result.nodes.count == 3)
        #expect(result.inputNodes == [0, 1])
    }

    @Test func assignmentsAndTheirConditionAreKept() throws {
        let engine = ReferenceEngine()
        let variable = try engine.makeVariable(name: "v", initialValue: Tensor([1, 2] as [Float]))
        let graph = Graph()
        let x = graph.input("x", shape: [2])
        let sum = try graph.read(variable) + x
        try graph.assign(variable, sum)
        try graph.assignOnlyIf(graph.allFinite([sum]))
        let executable = try engine.compile(graph.eliminatingCommonSubexpressions().simplifyingAlgebra())
        try executable.setInput(0, Tensor([3, 4] as [Float]))
        #expect(try executable.run())
        #expect(variable.read().floats == [4, 6])
        try executable.setInput(0, Tensor([.infinity, 0] as [Float]))
        #expect(try !executable.run())
        #expect(variable.read().floats == [4, 6])
        #expect(variable.version == 1)
    }

    @Test func equalExpressionsAreMerged() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [2])
        let a = try (x * 2).exp()
        let b = try (x * 2).exp()
        let c = try (x * 3).exp()
        graph.addOutput("y", try a + b + c)
        let result = try graph.eliminatingCommonSubexpressions()
        #expect(result.nodes.filter { ($0.operation as? Unary)?.kind == .exponential }.count == 2)
    }

    @Test func constantsAreFolded() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [2])
        let constant = try ((graph.constant(2) + 1) * 4).square().broadcast(to: [2])
        graph.addOutput("y", try x * constant)
        let result = try graph.foldingConstants()
        #expect(result.nodes.count == 3)
        let y = try ReferenceEngine().compile(result).run(["x": Tensor([1, 2] as [Float])])["y"]
        #expect(y?.floats == [144, 288])
        let other = try graph.foldingConstants { try? ReferenceEngine.evaluate($0, $1) }
        #expect(other.nodes.count == 3)
    }

    @Test func whatDoesNothingGoes() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [2, 3])
        let one = try graph.constant(1).broadcast(to: [2, 3])
        let y = try ((x * 1 + 0) / 1 - 0) * one
        let moved = try y.transpose().transpose().reshape(to: [6]).reshape(to: [2, 3])
        graph.addOutput("y", moved)
        #expect(try graph.simplifyingAlgebra().simplifyingAlgebra().nodes.count <= 2)
        let spread = Graph()
        let v = spread.input("v", shape: [3])
        let w = spread.input("w", shape: [2, 3])
        spread.addOutput("y", try w * v.broadcast(to: [2, 3]))
        spread.addOutput("z", try v.broadcast(to: [2, 3]) * v.broadcast(to: [2, 3]))
        let result = try spread.simplifyingAlgebra()
        #expect(result.nodes.filter { $0.operation is BroadcastTo }.count == 1)
    }

    @Test func decompositionGoesAllTheWay() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [4, 3])
        let ones = graph.constant(.ones([3]))
        let y = try x.batchNormalization(gamma: ones, beta: ones, epsilon: 1e-3).output
        let dx = try #require(try graph.gradients(of: y.square().sum(), withRespectTo: [x])[0])
        graph.addOutput("dx", dx)
        let result = try graph.decomposing { _ in true }
        let isNormalization = { (node: Graph.Node) in
            node.operation is BatchNormalization || node.operation is BatchNormalizationGradient
        }
        #expect(!result.nodes.contains(where: isNormalization))
        #expect(result.nodes.contains { $0.operation is Moments })
        let kept = try graph.decomposing { $0 is BatchNormalizationGradient }
        #expect(kept.nodes.contains { $0.operation is BatchNormalization })
    }
}
