import Foundation
import Testing
import ThawTestSupport

@testable import Thaw

/// What every layer promises: names, shapes and types of parameters, clones, gradients, a training step, freezing, no state
/// kept of a call. The layers are in `LayerContractCases.swift`.
@Suite struct LayerContractTests {
    struct Case: CustomTestStringConvertible, Sendable {
        /// The layer, and after a comma what is special about the case.
        let name: String
        let inputShape: [Int]
        let outputShape: [Int]
        let parameters: [String: [Int]]
        var statistics: Set<String> = []
        /// The parameters that training leaves alone.
        var settled: Set<String> = []
        /// How many inputs the layer gets: the first one, and others made of it.
        var inputCount = 1
        let make: @Sendable () -> Layer

        var testDescription: String { name }
        var layerName: String { String(name.prefix { $0 != "," }) }
    }

    /// A layer that is added to the library must be added to the cases.
    @Test func everyLayerHasACase() throws {
        let folder = URL(filePath: #filePath).appending(path: "../../../../Sources/Thaw/Layers")
            .standardizedFileURL
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        var layers: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let source = try String(contentsOf: file, encoding: .utf8)
            for match in source.matches(of: /public final class (\w+): \w*Layer\b/) {
                layers.insert(String(match.output.1))
            }
        }
        #expect(layers.count >= 25)
        #expect(layers.subtracting(Self.cases.map(\.layerName)) == [])
        for layerCase in Self.cases {
            #expect("\(type(of: layerCase.make()))" == layerCase.layerName)
        }
    }

    @Test(arguments: cases) func shapesAndParameters(_ layerCase: Case) throws {
        try Runtime.$engine.withValue(ReferenceEngine()) {
            let layer = layerCase.make()
            #expect(!layer.isBuilt)
            let graph = Graph()
            let context = CallContext(graph: graph, mode: .training, writesState: true)
            let output = try layerCase.apply(
                layer, to: graph.input("x", shape: layerCase.inputShape), context: context)
            #expect(output.shape == layerCase.outputShape)
            #expect(output.dtype == .float32)
            #expect(layer.isBuilt)
            let shapes = Dictionary(uniqueKeysWithValues: layer.parameters.map { ($0.name, $0.shape) })
            #expect(shapes == layerCase.parameters)
            #expect(layer.parameters.allSatisfy { $0.value.dtype == .float32 && $0.value.shape == $0.shape })
            let statistics = layer.parameters.filter { $0.role == .statistic }
            #expect(Set(statistics.map(\.name)) == layerCase.statistics)
            let counts = layerCase.parameters.mapValues { $0.reduce(1, *) }
            #expect(layer.parameterCount == counts.values.reduce(0, +))
            #expect(
                layer.nonTrainableParameterCount == layerCase.statistics.reduce(0) { $0 + (counts[$1] ?? 0) })
            #expect(context.tracer.layerOutputs.map(\.path) == [layer.name])

            // Another trace, of another batch size, makes no parameters.
            let before = layer.parameters
            let again = Graph()
            let bigger = [layerCase.inputShape[0] + 3] + layerCase.inputShape.dropFirst()
            let second = try layerCase.apply(
                layer, to: again.input("x", shape: bigger),
                context: CallContext(graph: again, mode: .inference))
            #expect(second.shape == [bigger[0]] + layerCase.outputShape.dropFirst())
            #expect(layer.parameters == before)
        }
    }

    @Test(arguments: cases) func clonesAreEqualAndApart(_ layerCase: Case) throws {
        try Runtime.$engine.withValue(ReferenceEngine()) {
            let layer = layerCase.make()
            layer.name = "original"
            layer.isTrainable = false
            let graph = Graph()
            let context = CallContext(graph: graph, mode: .inference)
            let original = try layerCase.apply(
                layer, to: graph.input("x", shape: layerCase.inputShape), context: context)
            let copy = try layer.clone()
            #expect(copy.name == "original")
            #expect(!copy.isTrainable)
            #expect(!copy.isBuilt)
            #expect(copy.configurationDescription == layer.configurationDescription)
            let output = try layerCase.apply(
                copy, to: graph.input("z", shape: layerCase.inputShape), context: context)
            #expect(output.shape == layerCase.outputShape)
            #expect(copy.parameters.map(\.shape) == layer.parameters.map(\.shape))
            #expect(copy.parameters.map(\.name) == layer.parameters.map(\.name))
            #expect(copy.parameters.map(\.role) == layer.parameters.map(\.role))
            #expect(copy.parameters.map(\.initializer) == layer.parameters.map(\.initializer))
            #expect(Set(copy.parameters).isDisjoint(with: layer.parameters))

            // With the same weights the clone computes the same.
            try copy.copyWeights(from: layer)
            graph.addOutput("original", original)
            graph.addOutput("copy", output)
            let x = layerCase.point()
            let results = try ReferenceEngine().compile(graph).run(["x": x, "z": x])
            #expect(results["original"] == results["copy"])
        }
    }

    @Test(arguments: cases) func gradientsAgreeWithDifferences(_ layerCase: Case) throws {
        try Runtime.$engine.withValue(ReferenceEngine()) {
            let layer = layerCase.make()
            let check = try checkGradients(inputs: [layerCase.point()]) { graph, inputs in
                try layerCase.apply(
                    layer, to: inputs[0],
                    context: CallContext(graph: graph, mode: .training, liveRandomness: .none))
            }
            #expect(check.largestError < 1e-6, "\(check.worst)")
        }
    }

    @Test(arguments: cases) func gradientsOfParametersAgreeWithDifferences(_ layerCase: Case) throws {
        try Runtime.$engine.withValue(ReferenceEngine()) {
            let layer = layerCase.make()
            let graph = Graph()
            let context = CallContext(graph: graph, mode: .training, liveRandomness: .none)
            let y = try layerCase.apply(
                layer, to: graph.input("x", shape: layerCase.inputShape), context: context)
            let parameters = layer.trainableParameters
            guard !parameters.isEmpty else { return }
            var stream = RandomStream(seed: 8)
            let factors = stream.uniformTensor(y.shape, in: 0.5..<1.5)
            let scalar = try (y * graph.constant(factors)).sum()
            let gradients = try graph.gradients(
                of: scalar, withRespectTo: parameters.map { graph.read($0.variable) })
            graph.addOutput("scalar", scalar)
            for gradient in gradients { graph.addOutput("gradient", try #require(gradient)) }
            let executable = try #require(ReferenceEngine().compile(graph) as? ReferenceExecutable)
            try executable.setInput(0, layerCase.point())
            for parameter in layer.parameters {
                try parameter.assign(stream.uniformTensor(parameter.shape, in: 0.5..<1.5))
            }
            try executable.run()
            let analytic = parameters.indices.map { executable.value($0 + 1).values }
            func value(_ parameter: Parameter, _ values: [Double]) throws -> Double {
                try parameter.variable.write(Tensor(shape: parameter.shape, scalars: values))
                try executable.run()
                return executable.value(0).values[0]
            }
            for (parameter, gradient) in zip(parameters, analytic) {
                let original = parameter.value.doubles
                var (above, below) = (original, original)
                for index in original.indices {
                    above[index] += 1e-5
                    below[index] -= 1e-5
                    let difference = try (value(parameter, above) - value(parameter, below)) / 2e-5
                    #expect(
                        abs(difference - gradient[index]) < 1e-6
                            * max(1, gradient.map { abs($0) }.max() ?? 1),
                        "\(parameter.name) \(index): differences give \(difference), the graph \(gradient[index])"
                    )
                    (above[index], below[index]) = (original[index], original[index])
                }
                _ = try value(parameter, original)
            }
        }
    }

    /// A step moves every weight and every statistic; frozen, the layer keeps its bits and computes in training what it
    /// computes in inference.
    @Test(arguments: cases) func trainsAndFreezes(_ layerCase: Case) throws {
        let layer = layerCase.make()
        let model = try layerCase.model(around: layer)
        try model.compile(optimizer: .sgd(learningRate: 0.1), loss: .meanSquaredError)
        let x = layerCase.point().cast(to: .float32)
        let targets = Tensor.full([layerCase.inputShape[0], 1], 3)
        let before = layer.weights
        let history = try model.fit(x, targets, batchSize: x.shape[0], verbosity: .silent, seed: 1)
        #expect(history.loss[0].isFinite)
        #expect(model.trainableParameterCount == layer.trainableParameterCount + layerCase.headCount)
        for (parameter, old) in zip(layer.allParameters, before) {
            #expect(
                (parameter.value == old) == layerCase.settled.contains(parameter.name), "\(parameter)")
        }

        layer.freeze()
        #expect(layer.trainableParameterCount == 0)
        let trained = layer.weights
        try model.fit(x, targets, batchSize: x.shape[0], epochs: 2, verbosity: .silent, seed: 1)
        #expect(zip(layer.weights, trained).allSatisfy { $0.isBitwiseEqual(to: $1) })
        #expect(try model(x, mode: .training).isApproximatelyEqual(to: model(x), absoluteTolerance: 1e-5))

        layer.unfreeze()
        #expect(model.trainableParameterCount == layer.trainableParameterCount + layerCase.headCount)
    }
}

extension LayerContractTests.Case {
    /// Calls a layer on `x` and on as many other values made of it as it needs.
    func apply(_ layer: Layer, to x: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        let others = try (1..<inputCount).map { try x * (0.3 + Double($0)) + 0.17 }
        return try layer.apply([x] + others, context: context)[0]
    }

    /// The layer under a head of one unit.
    func model(around layer: Layer) throws -> Model {
        guard inputCount > 1 else {
            let model = Sequential([layer, Flatten(), Dense(1, name: "head")], seed: 6)
            try model.build(inputShape: inputShape)
            return model
        }
        let x = Input(shape: Array(inputShape.dropFirst()))
        let others = try (1..<inputCount).map { _ in try Activation(.tanh)(x) }
        let value = try layer([x.layerOutput] + others)
        return try Model(inputs: [x], outputs: [Dense(1, name: "head")(Flatten()(value))], seed: 6)
    }

    /// Distinct numbers in random order, away from 0 and from each other: no ties, no kinks.
    func point() -> Tensor {
        var stream = RandomStream(seed: 3)
        let count = inputShape.reduce(1, *)
        let numbers = stream.permutation(count).map { (Double($0) - Double(count) / 2 + 0.25) / 10 }
        return Tensor(shape: inputShape, scalars: numbers)
    }

    /// Parameters of a Dense(1) on the flattened output.
    var headCount: Int { outputShape.dropFirst().reduce(1, *) + 1 }
}
