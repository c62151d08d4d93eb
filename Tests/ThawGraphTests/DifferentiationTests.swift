import Testing
import ThawEngine
import ThawGraph
import ThawTensor
import ThawTestSupport

@Suite struct DifferentiationTests {
    private func variable(_ name: String, _ shape: [Int]) throws -> any GraphVariable {
        try ReferenceEngine().makeVariable(name: name, initialValue: .ones(shape))
    }

    /// A frozen first layer costs nothing backward: no product for its kernel, none for what comes before it.
    @Test func frozenParametersAddNoNodes() throws {
        func productsBackward(trainable: Set<String>) throws -> Int {
            let graph = Graph()
            let x = graph.input("x", shape: [5, 4])
            let names = ["first", "second", "third"]
            let kernels = try names.map { graph.read(try variable($0, [4, 4])) }
            var y = x
            for kernel in kernels { y = try y.matmul(kernel).relu() }
            let loss = try y.mean()
            let before = graph.nodes.count
            let targets = zip(names, kernels).filter { trainable.contains($0.0) }.map(\.1)
            let gradients = try graph.gradients(of: loss, withRespectTo: targets)
            #expect(gradients.allSatisfy { $0?.shape == [4, 4] })
            return graph.nodes[before...].filter { $0.operation is MatrixProduct }.count
        }
        #expect(try productsBackward(trainable: ["first", "second", "third"]) == 5)
        #expect(try productsBackward(trainable: ["second", "third"]) == 3)
        #expect(try productsBackward(trainable: ["third"]) == 1)
        #expect(try productsBackward(trainable: ["first"]) == 3)
    }

    @Test func nothingToDifferentiateAddsAlmostNothing() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [3])
        let loss = try x.square().sum()
        let before = graph.nodes.count
        #expect(try graph.gradients(of: loss, withRespectTo: []).isEmpty)
        #expect(graph.nodes.count <= before + 1)
    }

    @Test func whatDoesNotInfluenceTheResultHasNoGradient() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [3])
        let other = graph.input("other", shape: [3])
        _ = try other * x
        #expect(
            try graph.gradients(of: x.sum(), withRespectTo: [other, x]).map { $0 != nil } == [false, true])
    }

    @Test func gradientsOfIntermediateTensors() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [3])
        let hidden = try x.square()
        let loss = try (hidden * hidden).sum()
        let gradients = try graph.gradients(of: loss, withRespectTo: [hidden, x]).compactMap { $0 }
        graph.addOutput("hidden", gradients[0])
        graph.addOutput("x", gradients[1])
        let results = try ReferenceEngine().compile(graph).run(["x": Tensor([1, 2, 3] as [Float])])
        #expect(results["hidden"]?.floats == [2, 8, 18])
        #expect(results["x"]?.floats == [4, 32, 108])
    }

    @Test func theGradientOfTheResultItselfIsOne() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [1, 1])
        graph.addOutput("dx", try #require(try graph.gradients(of: x, withRespectTo: [x])[0]))
        #expect(try ReferenceEngine().compile(graph).run(["x": .zeros([1, 1])])["dx"]?.floats == [1])
    }

    @Test func onlyScalarsCanBeDifferentiated() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [3])
        #expect(throws: GraphError.self) { try graph.gradients(of: x, withRespectTo: [x]) }
    }

    @Test func gradientNodesNameTheirLayer() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [3])
        let y = try graph.withScope("net") { try graph.withScope("dense") { try x.tanh() } }
        let before = graph.nodes.count
        _ = try graph.gradients(of: y.sum(), withRespectTo: [x])
        #expect(graph.nodes[before...].contains { $0.scope == "gradient/net/dense" })
    }
}
