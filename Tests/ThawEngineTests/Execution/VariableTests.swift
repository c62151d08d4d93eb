import Testing
import ThawEngine
import ThawGraph
import ThawTensor
import ThawTestSupport

extension EngineTests {
    /// Storage, its version, and what is kept from it between runs.
    @Suite struct VariableTests {
        @Test func holdsWhatIsWritten() throws {
            let engine = try Engines.one.get()
            for dtype in [DType.float32, .int32, .int64, .uint8, .bool] {
                for shape in [[], [3], [2, 2], [0, 2]] {
                    let tensor = indices(shape, below: 2).cast(to: dtype)
                    let variable = try engine.makeVariable(name: "v", initialValue: tensor)
                    #expect(variable.type == TensorType(shape, dtype) && variable.name == "v")
                    #expect(variable.read() == tensor)
                    let version = variable.version
                    let other = (tensor.cast(to: .float32) * 0 + 1).cast(to: dtype)
                    try variable.write(other)
                    #expect(variable.read() == other)
                    #expect(variable.version == version + 1)
                    _ = variable.read()
                    #expect(variable.version == version + 1)
                    #expect(throws: EngineError.self) { try variable.write(Tensor.zeros([7])) }
                    #expect(variable.version == version + 1)
                }
            }
            let converted = try engine.makeVariable(name: "v", initialValue: Tensor([1, 2] as [Float]))
            try converted.write(Tensor([3.5, 4.5] as [Double]))
            #expect(converted.read() == Tensor([3.5, 4.5] as [Float]))
        }

        /// What depends on variables alone is computed once, and again after the host wrote one.
        @Test func keptResultsFollowTheHost() throws {
            for engine in try Engines.all() {
                try engine.perform { () throws in
                    let kernel = try engine.makeVariable(
                        name: "kernel", initialValue: uniform([3, 3, 2, 4], seed: 2))
                    let scale = try engine.makeVariable(name: "scale", initialValue: uniform([4], seed: 3))
                    let graph = Graph()
                    let x = graph.input("x", shape: [1, 4, 4, 2])
                    graph.addOutput("y", try x.convolution2D(graph.read(kernel) * graph.read(scale).exp()))
                    let executable = try engine.compile(graph)
                    for round in 0..<4 {
                        if round == 1 { try kernel.write(uniform([3, 3, 2, 4], seed: 12)) }
                        if round == 2 { try scale.write(uniform([4], seed: 13)) }
                        let input = ["x": uniform([1, 4, 4, 2], seed: UInt64(round))]
                        let expected = try runGraph(on: ReferenceEngine(), input) { fixture in
                            let k = fixture.graph.constant(kernel.read())
                            fixture.output(
                                try fixture.input("x").convolution2D(
                                    k * fixture.graph.constant(scale.read()).exp()))
                        }
                        let result = try #require(executable.run(input)["y"])
                        #expect(
                            difference(result, try #require(expected.outputs["output0"]), tolerance: 1e-5)
                                == nil)
                    }
                }
            }
        }

        /// The same after another executable wrote it, and after one whose condition failed did not.
        @Test func keptResultsFollowOtherExecutables() throws {
            for engine in try Engines.all() {
                try engine.perform { () throws in
                    let weight = try engine.makeVariable(
                        name: "weight", initialValue: uniform([40, 30], seed: 2))
                    let predict = Graph()
                    predict.addOutput(
                        "y", try predict.input("x", shape: [5, 40]).matmul(predict.read(weight)).tanh())
                    let train = Graph()
                    let step = train.input("step", shape: [])
                    try train.assign(weight, train.read(weight) * 0.5 + step)
                    try train.assignOnlyIf(train.allFinite([step]))
                    let (predictor, trainer) = (try engine.compile(predict), try engine.compile(train))
                    let input = ["x": uniform([5, 40], seed: 4)]
                    func expected() throws -> Tensor {
                        let result = try runGraph(on: ReferenceEngine(), input) { fixture in
                            fixture.output(
                                try fixture.input("x").matmul(fixture.graph.constant(weight.read())).tanh())
                        }
                        return try #require(result.outputs["output0"])
                    }
                    let first = try #require(predictor.run(input)["y"])
                    #expect(difference(first, try expected(), tolerance: 1e-5) == nil)
                    _ = try trainer.run(["step": Tensor(scalar: Float.nan)])
                    #expect(try #require(predictor.run(input)["y"]).isBitwiseEqual(to: first))
                    _ = try trainer.run(["step": Tensor(scalar: Float(0.25))])
                    let second = try #require(predictor.run(input)["y"])
                    #expect(second != first)
                    #expect(difference(second, try expected(), tolerance: 1e-5) == nil)
                }
            }
        }

        /// Normalization in inference disappears into the product before it, with the statistics of the
        /// moment.
        @Test(arguments: ["dense", "convolution", "depthwise"]) func foldedNormalizationFollowsItsStatistics(
            _ kind: String
        ) throws {
            let kernelShape =
                kind == "dense" ? [6, 4] : kind == "convolution" ? [3, 3, 2, 4] : [3, 3, 1, 4]
            let inputShape = kind == "dense" ? [3, 6] : [2, 5, 5, kind == "convolution" ? 2 : 4]
            let shapes: [(String, [Int], Range<Float>)] = [
                ("kernel", kernelShape, -1..<1), ("bias", [4], -1..<1), ("gamma", [4], 0.5..<2),
                ("beta", [4], -1..<1),
                ("mean", [4], -1..<1), ("variance", [4], 0.2..<2),
            ]
            func output(_ x: SymbolicTensor, _ values: [String: SymbolicTensor]) throws -> SymbolicTensor {
                func value(_ name: String) throws -> SymbolicTensor { try #require(values[name]) }
                let product =
                    switch kind {
                    case "dense": try x.matmul(value("kernel"))
                    case "convolution": try x.convolution2D(value("kernel"), padding: .same)
                    default: try x.convolution2D(value("kernel"), padding: .same, groups: 4)
                    }
                return try (product + value("bias")).batchNormalization(
                    gamma: value("gamma"), beta: value("beta"), mean: value("mean"),
                    variance: value("variance"), epsilon: 1e-3
                ).relu()
            }
            for engine in try Engines.all() {
                try engine.perform { () throws in
                    var variables: [String: any Variable] = [:]
                    for (name, shape, range) in shapes {
                        variables[name] = try engine.makeVariable(
                            name: name, initialValue: uniform(shape, range, seed: 5))
                    }
                    let graph = Graph()
                    let x = graph.input("x", shape: inputShape)
                    graph.addOutput("y", try output(x, variables.mapValues { graph.read($0) }))
                    let executable = try engine.compile(graph)
                    let input = ["x": uniform(inputShape, seed: 9)]
                    for (round, entry) in ([("", [], 0..<1)] + shapes).enumerated() {
                        try variables[entry.0]?.write(uniform(entry.1, entry.2, seed: UInt64(20 + round)))
                        let expected = try runGraph(on: ReferenceEngine(), input) { fixture in
                            let values = variables.mapValues { fixture.graph.constant($0.read()) }
                            fixture.output(try output(fixture.input("x"), values))
                        }
                        let result = try #require(executable.run(input)["y"])
                        let difference = difference(
                            result, try #require(expected.outputs["output0"]), tolerance: 1e-5)
                        #expect(difference == nil, "after writing \(entry.0): \(difference ?? "")")
                    }
                }
            }
        }
    }
}
