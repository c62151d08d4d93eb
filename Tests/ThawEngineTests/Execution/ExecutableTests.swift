import COneDNN
import Testing
import ThawGraph
import ThawTensor
import ThawTestSupport

@testable import ThawEngine

extension EngineTests {
    /// Executables side by side, their slots, errors and memory.
    @Suite struct ExecutableTests {
        /// A small net with a step of training, to run and to run again.
        private static func training(_ engine: any Engine, batch: Int) throws -> (Graph, [any Variable]) {
            let graph = Graph()
            let x = graph.input("x", shape: [batch, 40])
            let labels = graph.input("labels", shape: [batch], dtype: .int32)
            let w = try engine.makeVariable(name: "w", initialValue: uniform([40, 300], -0.2..<0.2, seed: 2))
            let b = try engine.makeVariable(name: "b", initialValue: Tensor.zeros([300]))
            let v = try engine.makeVariable(name: "v", initialValue: uniform([300, 5], -0.1..<0.1, seed: 3))
            let parameters = [w, b, v].map { graph.read($0) }
            let hidden = try (x.matmul(parameters[0]) + parameters[1]).selu()
            let loss = try hidden.matmul(parameters[2]).sparseCategoricalCrossEntropy(labels: labels).mean()
            graph.addOutput("loss", loss)
            let gradients = try graph.gradients(of: loss, withRespectTo: parameters).compactMap { $0 }
            for (variable, gradient) in zip([w, b, v], gradients) {
                try graph.assign(variable, graph.read(variable) - gradient * 0.1)
            }
            try graph.assignOnlyIf(graph.allFinite([loss] + gradients))
            return (graph, [w, b, v])
        }

        private static func inputs(_ batch: Int) -> [String: Tensor] {
            ["x": uniform([batch, 40]), "labels": indices([batch], below: 5)]
        }

        @Test(arguments: [1, 2]) func repeatsAreBitIdentical(threads: Int) throws {
            let engine = try threads == 1 ? Engines.one.get() : Engines.two.get()
            func train() throws -> [Tensor] {
                try engine.perform { () throws in
                    let (graph, variables) = try Self.training(engine, batch: 64)
                    let executable = try engine.compile(graph)
                    for _ in 0..<20 { _ = try executable.run(Self.inputs(64)) }
                    return variables.map { $0.read() }
                }
            }
            let first = try train()
            #expect(zip(first, try train()).allSatisfy { $0.isBitwiseEqual(to: $1) })
        }

        /// They share one arena: each finds its constants and kept results where it left them.
        @Test func interleavedRunsDoNotDisturbEachOther() throws {
            for engine in try Engines.all() {
                try engine.perform { () throws in
                    var pairs: [(any Executable, [String: Tensor], [String: Tensor])] = []
                    for seed in 300..<312 {
                        let (graph, inputs) = try randomGraph(seed: UInt64(seed), engine: engine)
                        let executable = try engine.compile(graph)
                        pairs.append((executable, inputs, try executable.run(inputs)))
                    }
                    for _ in 0..<2 {
                        for (executable, inputs, expected) in pairs.reversed() {
                            let outputs = try executable.run(inputs)
                            #expect(
                                expected.allSatisfy { outputs[$0.key]?.isBitwiseEqual(to: $0.value) == true })
                        }
                    }
                }
            }
        }

        @Test func slots() throws {
            let engine = try Engines.one.get()
            try engine.perform { () throws in
                let graph = Graph()
                let x = graph.input("x", shape: [2, 2])
                let n = graph.input("n", shape: [3], dtype: .int32)
                let u = graph.input("u", shape: [4], dtype: .uint8)
                graph.addOutput("sum", try x.sum())
                graph.addOutput("whole", try n.slice(starts: [1], sizes: [1]).reshape(to: []))
                graph.addOutput("flag", try x.sum().greater(than: 3))
                graph.addOutput("byte", try u.slice(starts: [3], sizes: [1]))
                let executable = try engine.compile(graph)
                #expect(executable.inputs.map(\.name) == ["x", "n", "u"])
                #expect(executable.inputs.map(\.type.dtype) == [.float32, .int32, .uint8])
                #expect(executable.outputs.map(\.name) == ["sum", "whole", "flag", "byte"])
                #expect(executable.withInput(0) { $0.count } == 16)
                #expect(executable.withInput(1) { $0.count } == 12)
                #expect(executable.withInput(2) { $0.count } == 4)
                executable.withInput(0) {
                    $0.copyBytes(from: [Float(1), 2, 3, 4].withUnsafeBytes(Array.init))
                }
                executable.withInput(1) {
                    $0.copyBytes(from: [Int32(1), 20_000_001, 3].withUnsafeBytes(Array.init))
                }
                executable.withInput(2) { $0.copyBytes(from: [1, 2, 3, 200] as [UInt8]) }
                try executable.run()
                #expect(executable.scalar(0) == 10)
                #expect(executable.output(1).ints == [20_000_001])
                #expect(executable.scalar(2) == 1)
                #expect(executable.output(2) == Tensor(scalar: true))
                #expect(executable.scalar(3) == 200)
            }
        }

        @Test func mistakesAreNamed() throws {
            let engine = try Engines.one.get()
            let graph = Graph()
            graph.addOutput("y", try graph.input("x", shape: [2, 3]) * 2)
            let executable = try engine.compile(graph)
            let shape = #expect(throws: EngineError.self) {
                try executable.setInput(0, Tensor.zeros([3, 2]))
            }
            #expect(
                shape?.description.contains("[2, 3]") == true && shape?.description.contains("[3, 2]") == true
            )
            let missing = #expect(throws: EngineError.self) { _ = try executable.run([:]) }
            #expect(missing == .missingInput("x"))
            #expect(missing?.description.contains("\"x\"") == true)

            let foreign = Graph()
            foreign.addOutput(
                "y",
                foreign.read(try ReferenceEngine().makeVariable(name: "w", initialValue: Tensor.zeros([2]))))
            let other = #expect(throws: EngineError.self) { _ = try engine.compile(foreign) }
            #expect(
                other?.description.contains("w") == true
                    && other?.description.contains("another engine") == true)

            for dtype in [DType.float64, .float16, .bfloat16] {
                let error = #expect(throws: EngineError.self) {
                    _ = try engine.makeVariable(name: "v", initialValue: Tensor.zeros([2], dtype: dtype))
                }
                guard case .unsupportedType(let message) = try #require(error) else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
                #expect(message.contains("\(dtype)") && message.contains("v"))
                let typed = Graph()
                typed.addOutput("y", typed.input("x", shape: [2], dtype: dtype))
                #expect(throws: EngineError.self) { _ = try engine.compile(typed) }
            }

            struct Unknown: GraphOperation {
                func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] { inputs }
                func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] { [nil] }
            }
            let unknown = Graph()
            let x = unknown.input("x", shape: [2])
            unknown.addOutput(
                "y", try unknown.withScope("block") { () throws in try unknown.apply(Unknown(), [x])[0] })
            let unsupported = #expect(throws: EngineError.self) { _ = try engine.compile(unknown) }
            #expect(
                unsupported?.description.contains("Unknown") == true
                    && unsupported?.description.contains("block") == true)
        }

        /// Activations that do not live at the same time share memory.
        @Test func peakBytesAreThoseOfWhatLivesTogether() throws {
            let engine = try Engines.two.get()
            let bytes = 1000 * 100 * 4
            func peak(_ length: Int) throws -> Int {
                let graph = Graph()
                var x = graph.input("x", shape: [1000, 100])
                let weight = graph.read(
                    try engine.makeVariable(name: "w", initialValue: uniform([100, 100])))
                for _ in 0..<length { x = try x.matmul(weight).tanh() }
                graph.addOutput("y", try x.sum())
                return try engine.compile(graph).peakBytes
            }
            let (short, long) = (try peak(3), try peak(30))
            #expect(short >= 2 * bytes && short < 5 * bytes)
            // Each layer may keep a packed copy of its weights, no more.
            #expect(long < short + 28 * 128 * 128 * 4)
        }

        /// Primitives and memory go with their executable.
        @Test func handlesAreGivenBack() throws {
            let engine = OneDNNEngine.shared
            // Nobody else compiles on the shared engine meanwhile. Others may give handles back, so less is
            // allowed.
            var growth = Int64.max
            for _ in 0..<3 where growth > 0 {
                growth = try engine.perform { () throws in
                    let before = thaw_onednn_live_primitives()
                    for round in 0..<10 {
                        let (graph, _) = try Self.training(engine, batch: 8 + round)
                        let executable = try engine.compile(graph)
                        _ = try executable.run(Self.inputs(8 + round))
                        if round == 0 { #expect(thaw_onednn_live_primitives() > 0) }
                    }
                    return thaw_onednn_live_primitives() - before
                }
            }
            #expect(growth <= 0)
        }

        @Test func variablesEndWithTheirLastUser() throws {
            let engine = try Engines.one.get()
            weak var variable: (any Variable)?
            weak var executable: (any Executable)?
            do {
                let (graph, variables) = try Self.training(engine, batch: 4)
                let compiled = try engine.compile(graph)
                _ = try compiled.run(Self.inputs(4))
                variable = variables[0]
                executable = compiled
                #expect(variable != nil && executable != nil)
            }
            #expect(variable == nil && executable == nil)
        }

        /// From many tasks at once: the engine takes turns.
        @Test func manyThreadsTakeTurns() async throws {
            let engine = try Engines.two.get()
            let expected = try await Self.sum(engine, 3)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for task in 0..<16 {
                    group.addTask {
                        try await Self.sum(engine, Float(3 + task % 2)) == expected + Float(task % 2) * 64
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }

        private static func sum(_ engine: OneDNNEngine, _ value: Float) async throws -> Float {
            try engine.perform { () throws in
                let graph = Graph()
                graph.addOutput("sum", try graph.input("x", shape: [8, 8]).sum())
                let executable = try engine.compile(graph)
                try executable.setInput(0, Tensor.full([8, 8], Double(value)))
                try executable.run()
                return executable.scalar(0)
            }
        }
    }
}
