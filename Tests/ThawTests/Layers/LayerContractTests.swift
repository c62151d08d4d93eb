import Testing
import ThawTestSupport

@testable import Thaw

/// What every layer promises: names and shapes of parameters, clones, gradients, no state kept of a
/// call.
@Suite struct LayerContractTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let inputShape: [Int]
        let outputShape: [Int]
        let parameters: [String: [Int]]
        let make: @Sendable () -> Layer

        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(
            name: "Dense", inputShape: [2, 4], outputShape: [2, 3],
            parameters: ["kernel": [4, 3], "bias": [3]]
        ) { Dense(3, activation: .tanh) },
        Case(
            name: "Dense of rank 3", inputShape: [2, 3, 4], outputShape: [2, 3, 5],
            parameters: ["kernel": [4, 5]]
        ) { Dense(5, usesBias: false) },
        Case(name: "Flatten", inputShape: [2, 3, 4], outputShape: [2, 12], parameters: [:]) { Flatten() },
        Case(name: "Reshape", inputShape: [2, 12], outputShape: [2, 3, 4], parameters: [:]) {
            Reshape([3, -1])
        },
        Case(name: "Activation", inputShape: [2, 3], outputShape: [2, 3], parameters: [:]) {
            Activation(.swish)
        },
        Case(name: "PReLU", inputShape: [2, 3, 4], outputShape: [2, 3, 4], parameters: ["alpha": [1, 4]]) {
            PReLU(sharedAxes: [1])
        },
        Case(name: "Dropout", inputShape: [2, 3], outputShape: [2, 3], parameters: [:]) { Dropout(0.5) },
        Case(
            name: "BatchNormalization", inputShape: [3, 2, 2, 4], outputShape: [3, 2, 2, 4],
            parameters: ["gamma": [4], "beta": [4], "moving_mean": [4], "moving_variance": [4]]
        ) { BatchNormalization() },
        Case(
            name: "Conv2D", inputShape: [2, 5, 6, 4], outputShape: [2, 3, 3, 6],
            parameters: ["kernel": [3, 2, 2, 6], "bias": [6]]
        ) {
            Conv2D(6, kernelSize: Size2D(height: 3, width: 2), strides: 2, padding: .same, groups: 2)
        },
        Case(
            name: "DepthwiseConv2D", inputShape: [2, 4, 4, 3], outputShape: [2, 2, 2, 6],
            parameters: ["kernel": [3, 3, 3, 2], "bias": [6]]
        ) { DepthwiseConv2D(kernelSize: 3, depthMultiplier: 2) },
        Case(name: "MaxPooling2D", inputShape: [1, 4, 5, 2], outputShape: [1, 2, 2, 2], parameters: [:]) {
            MaxPooling2D()
        },
        Case(name: "AveragePooling2D", inputShape: [1, 4, 5, 2], outputShape: [1, 2, 3, 2], parameters: [:]) {
            AveragePooling2D(padding: .same)
        },
        Case(
            name: "GlobalAveragePooling2D", inputShape: [2, 3, 4, 5], outputShape: [2, 1, 1, 5],
            parameters: [:]
        ) { GlobalAveragePooling2D(keepsDimensions: true) },
        Case(name: "GlobalMaxPooling2D", inputShape: [2, 3, 4, 5], outputShape: [2, 5], parameters: [:]) {
            GlobalMaxPooling2D()
        },
    ]

    @Test(arguments: cases) func shapesAndParameters(_ layerCase: Case) throws {
        try Runtime.$engine.withValue(ReferenceEngine()) {
            let layer = layerCase.make()
            #expect(!layer.isBuilt)
            let graph = Graph()
            let context = CallContext(graph: graph, mode: .training, writesState: true)
            let output = try layer.apply(graph.input("x", shape: layerCase.inputShape), context: context)
            #expect(output.shape == layerCase.outputShape)
            #expect(layer.isBuilt)
            let shapes = Dictionary(uniqueKeysWithValues: layer.parameters.map { ($0.name, $0.shape) })
            #expect(shapes == layerCase.parameters)
            #expect(context.tracer.layerOutputs.map(\.path) == [layer.name])

            // Another trace, of another batch size, makes no parameters.
            let before = layer.parameters
            let again = Graph()
            let bigger = [layerCase.inputShape[0] + 3] + layerCase.inputShape.dropFirst()
            let second = try layer.apply(
                again.input("x", shape: bigger), context: CallContext(graph: again, mode: .inference))
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
            _ = try layer.apply(graph.input("x", shape: layerCase.inputShape), context: context)
            let copy = try layer.clone()
            #expect(copy.name == "original")
            #expect(!copy.isTrainable)
            #expect(!copy.isBuilt)
            #expect(copy.configurationDescription == layer.configurationDescription)
            let output = try copy.apply(graph.input("z", shape: layerCase.inputShape), context: context)
            #expect(output.shape == layerCase.outputShape)
            #expect(copy.parameters.map(\.shape) == layer.parameters.map(\.shape))
            #expect(Set(copy.parameters).isDisjoint(with: layer.parameters))
        }
    }

    @Test(arguments: cases) func gradientsAgreeWithDifferences(_ layerCase: Case) throws {
        try Runtime.$engine.withValue(ReferenceEngine()) {
            let layer = layerCase.make()
            var stream = RandomStream(seed: 3)
            let count = layerCase.inputShape.reduce(1, *)
            // Distinct numbers in random order, away from 0 and from each other: no ties, no kinks.
            let numbers = stream.permutation(count).map { (Double($0) - Double(count) / 2 + 0.25) / 10 }
            let x = Tensor(shape: layerCase.inputShape, scalars: numbers)
            let check = try checkGradients(inputs: [x]) { graph, inputs in
                try layer.apply(
                    inputs[0], context: CallContext(graph: graph, mode: .training, liveRandomness: .none))
            }
            #expect(check.largestError < 1e-6, "\(check.worst)")
        }
    }
}
