import Testing
import ThawEngine
import ThawGraph
import ThawTensor
import ThawTestSupport

@Suite struct FrozenPartTests {
    private let engine = ReferenceEngine()

    private func variable(_ graph: Graph, _ shape: [Int], seed: UInt64) throws -> (
        any ThawEngine.Variable, SymbolicTensor
    ) {
        var stream = RandomStream(seed: seed)
        let variable = try engine.makeVariable(name: "v\(seed)", initialValue: stream.normalTensor(shape))
        return (variable, graph.read(variable))
    }

    /// The border lies where what is trained begins, and the two parts together compute what the whole does.
    @Test func twoPartsMakeTheWhole() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [4, 6, 6, 3])
        let y = graph.input("y", shape: [4, 5])
        let (_, kernel) = try variable(graph, [3, 3, 3, 8], seed: 1)
        let (trained, weights) = try variable(graph, [8, 5], seed: 2)
        let (_, frozen) = try variable(graph, [8, 5], seed: 3)
        let images = try x.convolution2D(kernel).relu()
        let pooled = try images.mean(axes: [1, 2])
        let side = try pooled.matmul(frozen)
        let prediction = try pooled.matmul(weights) + side
        let loss = try (prediction - y).square().sum()
        let gradient = try #require(try graph.gradients(of: loss, withRespectTo: [weights])[0])
        graph.addOutput("loss", loss)
        try graph.assign(trained, weights - gradient * 0.01)

        let part = FrozenPart(of: graph, samples: [x], batchSize: 4)
        #expect(part.border == [pooled.value, side.value])
        #expect(part.variables.count == 2 && part.contains(images.value) && !part.contains(prediction.value))
        #expect(part.work == 2 * Double(4 * 4 * 4 * 8 * 27 + 4 * 8 * 5))

        let cut = GraphCut(graph, at: part.border) { "feature_\($0)" }
        let before = try cut.before()
        #expect(before.assignments.isEmpty && before.outputs.map(\.name) == ["feature_0", "feature_1"])
        let after = try cut.after(dropping: [x]) { part.border[$0] == pooled.value ? [4, 8] : [4, 5, 1] }
        var stream = RandomStream(seed: 9)
        let (images4, targets) = (stream.normalTensor([4, 6, 6, 3]), stream.normalTensor([4, 5]))
        let initial = trained.read()
        let whole = try engine.compile(graph).run(["x": images4, "y": targets])
        let after1 = trained.read()
        try trained.write(initial)
        var given = try engine.compile(before).run(["x": images4])
        given["feature_1"] = given["feature_1"].map { $0.reshaped(to: [4, 5, 1]) }
        given["y"] = targets
        let rest = try engine.compile(after)
        #expect(Set(rest.inputs.map(\.name)) == ["feature_0", "feature_1", "y"])
        #expect(try rest.run(given)["loss"] == whole["loss"])
        // What lies between the parts is rounded to float32.
        #expect(trained.read().isApproximatelyEqual(to: after1, absoluteTolerance: 1e-6) && after1 != initial)

        // A variable that others change is no part of it.
        let other = FrozenPart(
            of: graph, samples: [x], batchSize: 4,
            changing: Set(part.variables.prefix(1).map { ObjectIdentifier($0) }))
        #expect(other.border == [x.value])
    }

    /// What mixes samples, draws numbers or depends on where in the batch a sample stands cannot be kept.
    @Test func samplesThatMeetAreNotFrozen() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [4, 6])
        let key = graph.input("key", shape: [5], dtype: .int32)
        let noise = try graph.random(
            .normal(mean: 0, standardDeviation: 1), shape: [4, 6], key: key, stream: 1)
        let positions = graph.constant(Tensor(shape: [4, 1], scalars: [1, 2, 3, 4] as [Float]))
        let mixing: [SymbolicTensor] = try [
            x - x.mean(axes: [0], keepingDimensions: true), x.transpose([1, 0]), x + noise, x * positions,
            x.matmul(x, transposeB: true), x.slice(starts: [1, 0], sizes: [3, 6]),
            x.pad(before: [1, 0], after: [0, 0]),
            graph.apply(Concatenate(axis: 0), [x, x])[0], x.reshape(to: [3, 8]),
        ]
        for tensor in mixing {
            graph.addOutput("o\(tensor.value.node)", tensor)
            #expect(
                !FrozenPart(of: graph, samples: [x], batchSize: 4).contains(tensor.value),
                "\(tensor.operation)")
        }
        // Several rows for each sample are its own all the same.
        let rows = try x.reshape(to: [12, 2]).softmax().reshape(to: [4, 6])
        graph.addOutput("rows", rows)
        let part = FrozenPart(of: graph, samples: [x], batchSize: 4)
        #expect(part.contains(rows.value) && part.border == [x.value, rows.value])
    }

    /// In random graphs nothing in the frozen part of one sample depends on another sample.
    @Test(arguments: 0..<60) func randomGraphs(_ seed: Int) throws {
        let (graph, inputs) = try randomGraph(seed: UInt64(seed), engine: engine)
        var stream = RandomStream(seed: UInt64(seed)).derived("other")
        for node in graph.inputNodes {
            guard let input = graph.nodes[node].operation as? Input, let rows = input.type.shape.first,
                rows > 1,
                let tensor = inputs[input.inputName], tensor.dtype == .float32
            else { continue }
            let symbol = graph.tensor(Graph.Value(node: node, output: 0))
            // The other inputs do not change here, so that operations on two tensors count.
            let part = FrozenPart(of: graph, samples: [symbol], batchSize: rows)
            let values = graph.outputs.filter { part.contains($0.value) }.map(\.value)
            guard !values.isEmpty else { continue }
            let before = try engine.compile(GraphCut(graph, at: values) { "\($0)" }.before(keeping: [symbol]))
            var other = tensor
            other[0] = stream.normalTensor(Array(tensor.shape.dropFirst()))
            let names = Set(before.inputs.map(\.name))
            var given = inputs.filter { names.contains($0.key) }
            let first = try before.run(given)
            given[input.inputName] = other
            let second = try before.run(given)
            for (name, value) in first {
                let own = value.shape[0] / rows
                let changed = try #require(second[name])
                #expect(
                    value[own..<value.shape[0]].isBitwiseEqual(to: changed[own..<value.shape[0]]), "\(seed)")
            }
        }
    }
}
