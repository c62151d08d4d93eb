import Testing
import ThawTestSupport

@testable import Thaw

@Suite struct MergeLayerTests {
    static let a = Tensor(shape: [2, 3], scalars: [1, -2, 3, 4, 5, -6] as [Double])
    static let b = Tensor(shape: [2, 3], scalars: [0.5, 2, -1, 8, -4, 1] as [Double])

    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let expected: [Double]
        let make: @Sendable () -> Layer
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "Add", expected: [1.5, 0, 2, 12, 1, -5]) { Add() },
        Case(name: "Subtract", expected: [0.5, -4, 4, -4, 9, -7]) { Subtract() },
        Case(name: "Multiply", expected: [0.5, -4, -3, 32, -20, -6]) { Multiply() },
        Case(name: "Average", expected: [0.75, 0, 1, 6, 0.5, -2.5]) { Average() },
        Case(name: "Maximum", expected: [1, 2, 3, 8, 5, 1]) { Maximum() },
        Case(name: "Minimum", expected: [0.5, -2, -1, 4, -4, -6]) { Minimum() },
        Case(name: "Concatenate", expected: [1, -2, 3, 0.5, 2, -1, 4, 5, -6, 8, -4, 1]) { Concatenate() },
    ]

    @Test(arguments: cases) func valuesAndGradients(_ merge: Case) throws {
        try Runtime.$engine.withValue(ReferenceEngine()) {
            let layer = merge.make()
            let model = try {
                let (x, y) = (Input(shape: [3]), Input(shape: [3]))
                return try Model(inputs: [x, y], outputs: [layer(x, y)])
            }()
            #expect(try model.predict(Dataset(inputs: [Self.a, Self.b])).doubles == merge.expected)
            let check = try checkGradients(inputs: [Self.a, Self.b]) { graph, inputs in
                try layer.apply(inputs, context: CallContext(graph: graph, mode: .training))[0]
            }
            #expect(check.largestError < 1e-6, "\(check.worst)")
            let copy = try layer.clone()
            #expect(copy !== layer && copy.typeName == merge.name)
        }
    }

    @Test func shapesBroadcast() throws {
        let image = Input(shape: [2, 2, 3])
        let gate = Input(shape: [1, 1, 3])
        let channels = Input(shape: [3])
        let product = try Multiply()(image, gate)
        let model = try Model(inputs: [image, gate, channels], outputs: [Add()(product, channels)])
        #expect(model.outputShape == [2, 2, 3])
        let result = try model.predict(
            Dataset(inputs: [
                Tensor.ones([2, 2, 2, 3]), Tensor.full([2, 1, 1, 3], 3.0),
                Tensor(shape: [2, 3], scalars: [1, 2, 3, 4, 5, 6] as [Float]),
            ]))
        #expect(Array(result.floats.prefix(3)) == [4, 5, 6])
        #expect(Array(result.floats.suffix(3)) == [7, 8, 9])
    }

    @Test func threeInputs() throws {
        let inputs = (0..<3).map { _ in Input(shape: [1]) }
        let x = Dataset.self
        let data = try x.init(inputs: [3, 6, 0].map { Tensor.full([1, 1], $0) })
        #expect(try Model(inputs: inputs, outputs: [Average()(inputs)]).predict(data).floats == [3])
        #expect(try Model(inputs: inputs, outputs: [Maximum()(inputs)]).predict(data).floats == [6])
    }

    @Test func axesOfConcatenation() throws {
        let (x, y) = (Input(shape: [2, 3]), Input(shape: [4, 3]))
        #expect(try Concatenate(axis: 1)(x, y).shape == [6, 3])
        #expect(throws: LayerError.self) { try Concatenate()(x, y) }
        #expect(throws: LayerError.self) { try Concatenate(axis: 0)(x, x) }
        #expect(throws: LayerError.self) { try Concatenate(axis: 3)(x, x) }
        #expect(throws: LayerError.self) { try Concatenate()(x) }
        #expect(throws: LayerError.self) { try Subtract()(x, x, x) }
        #expect(throws: LayerError.self) { try Add()(x) }
    }
}
