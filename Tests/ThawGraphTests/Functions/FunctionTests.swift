import Testing
import ThawEngine
import ThawGraph
import ThawTensor
import ThawTestSupport

/// Functions on symbolic tensors: what they add to a graph, and values worked out by hand.
@Suite struct FunctionTests {
    private func evaluate(
        _ input: Tensor, _ build: (SymbolicTensor) throws -> SymbolicTensor
    ) throws -> Tensor {
        let graph = Graph()
        let x = graph.input("x", shape: input.shape, dtype: input.dtype)
        graph.addOutput("y", try build(x))
        return try #require(try ReferenceEngine().compile(graph).run(["x": input])["y"])
    }

    @Test func whatChangesNothingAddsNoNode() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [2, 3])
        let same = [
            try x.reshape(to: [-1, 3]), try x.broadcast(to: [2, 3]), try x.transpose([0, 1]),
            try x.cast(to: .float32),
            try x.summed(toShape: [2, 3]), try x.slice(starts: [0, 0], sizes: [2, 3]), try x.flatten(),
            try x.pad(before: [0, 0], after: [0, 0]), try SymbolicTensor.concatenate([x]),
            try x.sum(axes: []),
            try x.pow(1),
        ]
        #expect(same.allSatisfy { $0.value == x.value })
        #expect(graph.nodes.count == 1)
    }

    @Test func reshapeFindsOneSize() throws {
        let x = Graph().input("x", shape: [4, 6])
        #expect(try x.reshape(to: [2, -1, 3]).shape == [2, 4, 3])
        #expect(throws: GraphError.self) { try x.reshape(to: [5, -1]) }
        #expect(throws: GraphError.self) { try x.reshape(to: [-1, -1]) }
        #expect(throws: GraphError.self) { try x.reshape(to: [0, -1]) }
    }

    @Test func negativeAxesCountFromTheEnd() throws {
        let x = Graph().input("x", shape: [2, 3, 4])
        #expect(try x.sum(axes: [-1]).shape == [2, 3])
        #expect(try x.mean(axes: [-3, -1], keepingDimensions: true).shape == [1, 3, 1])
        #expect(try x.argMax(axis: -2).shape == [2, 4])
        #expect(try x.max().shape == [])
        #expect(try x.expandingDimension(at: -1).shape == [2, 3, 4, 1])
        #expect(throws: GraphError.self) { try x.sum(axes: [0, -3]) }
    }

    @Test func numbersTakeTheElementTypeOfTheTensor() throws {
        let x = Graph().input("x", shape: [2], dtype: .int32)
        #expect(try (x + 1).dtype == .int32)
        #expect(try x.greater(than: 0).dtype == .bool)
        let y = Graph().input("y", shape: [2], dtype: .float64)
        #expect(try (1 - y * 2).dtype == .float64)
        #expect(try y.greater(than: 0).select(y, 0).dtype == .float64)
    }

    @Test func comparisons() throws {
        let x = Tensor([-1, 0, 1] as [Float])
        #expect(try evaluate(x) { try $0.less(than: 0) }.doubles == [1, 0, 0])
        #expect(try evaluate(x) { try $0.lessOrEqual(to: 0) }.doubles == [1, 1, 0])
        #expect(try evaluate(x) { try $0.greater(than: 0) }.doubles == [0, 0, 1])
        #expect(try evaluate(x) { try $0.greaterOrEqual(to: 0) }.doubles == [0, 1, 1])
        #expect(try evaluate(x) { try $0.equal(to: 0) }.doubles == [0, 1, 0])
        #expect(try evaluate(x) { try $0.notEqual(to: 0).logicalNot() }.doubles == [0, 1, 0])
        #expect(try evaluate(x) { try $0.less(than: 0).logicalOr($0.greater(than: 0)) }.doubles == [1, 0, 1])
        #expect(try evaluate(x) { try $0.less(than: 0).select($0 * 10, 7) }.doubles == [-10, 7, 7])
        #expect(try evaluate(x) { try $0.less(than: 0).select(7, $0) }.doubles == [7, 0, 1])
    }

    @Test func samePaddingIsTensorFlows() {
        let four = Padding2D.same.resolved(input: Size2D(4), window: Size2D(3), strides: Size2D(2))
        #expect(four == (0, 1, 0, 1))
        let five = Padding2D.same.resolved(input: Size2D(5), window: Size2D(3), strides: Size2D(2))
        #expect(five == (1, 1, 1, 1))
        let wide = Padding2D.same.resolved(
            input: Size2D(height: 7, width: 6), window: Size2D(height: 1, width: 2), strides: Size2D(2))
        #expect(wide == (0, 0, 0, 0))
    }

    @Test func averagePoolingDoesNotCountPadding() throws {
        let x = Tensor(shape: [1, 3, 3, 1], scalars: (1...9).map { Float($0) })
        let y = try evaluate(x) { try $0.averagePooling2D(size: Size2D(2), padding: .same) }
        #expect(y.floats == [3, 4.5, 7.5, 9])
        let z = try evaluate(x) { try $0.maximumPooling2D(size: Size2D(2), padding: .same) }
        #expect(z.floats == [5, 6, 8, 9])
    }

    @Test func convolutionByHand() throws {
        let x = Tensor(shape: [1, 3, 3, 1], scalars: (1...9).map { Float($0) })
        let kernel = Tensor(shape: [2, 2, 1, 1], scalars: [1, 2, 3, 4] as [Float])
        let valid = try evaluate(x) { try $0.convolution2D($0.graph.constant(kernel)) }
        #expect(valid.floats == [37, 47, 67, 77])
        let same = try evaluate(x) { try $0.convolution2D($0.graph.constant(kernel), padding: .same) }
        #expect(same.floats == [37, 47, 21, 67, 77, 33, 23, 26, 9])
    }

    @Test func depthwiseChannelsStayTogether() throws {
        let x = Tensor(shape: [1, 1, 1, 2], scalars: [2, 3] as [Float])
        let kernel = Tensor(shape: [1, 1, 2, 2], scalars: [1, 10, 100, 1000] as [Float])
        let y = try evaluate(x) { try $0.depthwiseConvolution2D($0.graph.constant(kernel)) }
        #expect(y.floats == [2, 20, 300, 3000])
    }

    @Test func crossEntropiesAreStable() throws {
        let logits = Tensor([[1000, 0], [-1000, 0]] as [[Float]])
        let sparse = try evaluate(logits) {
            try $0.sparseCategoricalCrossEntropy(labels: $0.graph.constant(Tensor([0, 0]).cast(to: .int32)))
        }
        #expect(sparse.floats == [0, 1000])
        let binary = try evaluate(logits) {
            try $0.sigmoidCrossEntropy(targets: $0.graph.constant(.ones([2, 2])))
        }
        #expect(
            binary.isApproximatelyEqual(
                to: Tensor([[0, 0.6931472], [1000, 0.6931472]] as [[Float]]), relativeTolerance: 1e-6,
                absoluteTolerance: 1e-6))
    }

    @Test func randomNumbersDependOnThePositionNotOnTheBatch() throws {
        func draw(_ rows: Int, position: Int) throws -> Tensor {
            try evaluate(Tensor([3, 4, 5, position, 0]).cast(to: .int32)) {
                try $0.graph.random(
                    .normal(mean: 0, standardDeviation: 1), shape: [rows, 7], key: $0, stream: 99)
            }
        }
        let all = try draw(6, position: 10)
        let last = try draw(2, position: 14)
        #expect(all[4..<6] == last)
        #expect(all[0] != all[1])
    }

    @Test func randomGraphsUseEveryOperation() throws {
        var names: Set<String> = []
        for seed in 0..<60 {
            for node in try randomGraph(seed: UInt64(seed)).graph.nodes {
                names.insert(String(describing: type(of: node.operation)))
            }
        }
        let expected: Set = [
            "Unary", "Binary", "Select", "Cast", "StopGradient", "MatrixProduct", "Convolution2D",
            "Convolution2DInputGradient", "Convolution2DKernelGradient", "Pooling2D", "Pooling2DGradient",
            "Reduction", "ArgumentMaximum", "Softmax", "LogSoftmax", "SparseCategoricalCrossEntropy",
            "SparseCategoricalCrossEntropyGradient", "BatchNormalization", "BatchNormalizationGradient",
            "BatchNormalizationInference", "Moments", "Reshape", "Transpose", "Concatenate", "Slice",
            "SliceGradient", "Pad", "BroadcastTo", "Gather", "ScatterAdd", "OneHot", "Random", "AllFinite",
            "AffineResample", "AffineResampleGradient",
        ]
        #expect(expected.subtracting(names).isEmpty)
    }

    @Test(arguments: 0..<60)
    func valuesOfRandomGraphsStayModerate(_ seed: Int) throws {
        let (graph, inputs) = try randomGraph(seed: UInt64(seed))
        for (name, tensor) in try ReferenceEngine().compile(graph).run(inputs) {
            #expect(tensor.doubles.allSatisfy { abs($0) < 1e4 }, "\(name)")
        }
    }

    @Test func theSameSeedGivesTheSameGraph() throws {
        let first = try randomGraph(seed: 5)
        let second = try randomGraph(seed: 5)
        #expect(first.graph.nodes.map(\.outputTypes) == second.graph.nodes.map(\.outputTypes))
        #expect(first.inputs == second.inputs)
    }
}
