import Testing
import ThawEngine
import ThawGraph
import ThawTensor
import ThawTestSupport

@Suite struct FoldBatchNormalizationTests {
    enum Product: CaseIterable, Sendable {
        case dense, denseTransposed, convolution, grouped, depthwise, transposed
    }

    struct Net {
        let graph = Graph()
        let engine = ReferenceEngine()
        var seed: UInt64 = 1

        mutating func variable(_ shape: [Int], _ low: Double = -1, _ high: Double = 1) throws
            -> SymbolicTensor
        {
            seed += 1
            let tensor = GradientCase.points(shape, low, high, seed: seed)
            return graph.read(
                try engine.makeVariable(name: "v\(seed)", initialValue: tensor.cast(to: .float32)))
        }

        mutating func normalized(_ x: SymbolicTensor) throws -> SymbolicTensor {
            let channels = [x.shape[x.rank - 1]]
            return try x.batchNormalization(
                gamma: variable(channels), beta: variable(channels), mean: variable(channels),
                variance: variable(channels, 0.5, 2), epsilon: 1e-3)
        }

        mutating func product(_ kind: Product) throws -> SymbolicTensor {
            let images = [2, 5, 5, 4]
            let x = graph.input("x", shape: kind == .dense || kind == .denseTransposed ? [3, 4] : images)
            switch kind {
            case .dense: return try x.matmul(variable([4, 6]))
            case .denseTransposed: return try x.matmul(variable([6, 4]), transposeB: true)
            case .convolution: return try x.convolution2D(variable([3, 3, 4, 6]), padding: .same)
            case .grouped: return try x.convolution2D(variable([3, 3, 2, 6]), groups: 2)
            case .depthwise: return try x.depthwiseConvolution2D(variable([3, 3, 4, 2]))
            case .transposed:
                return try x.transposedConvolution2D(
                    variable([3, 3, 6, 4]), outputShape: [2, 10, 10, 6], strides: Size2D(2), padding: .same)
            }
        }

        var inputs: [String: Tensor] {
            let node = graph.nodes[graph.inputNodes[0]]
            return ["x": GradientCase.points(node.outputTypes[0].shape).cast(to: .float32)]
        }
    }

    private func normalizations(_ graph: Graph) -> Int {
        graph.nodes.filter { $0.operation is BatchNormalizationInference }.count
    }

    @Test(arguments: Product.allCases, [false, true])
    func folds(_ kind: Product, hasBias: Bool) throws {
        var net = Net()
        var y = try net.product(kind)
        if hasBias { y = try y + net.variable([y.shape[y.rank - 1]]) }
        net.graph.addOutput("y", try net.normalized(y).relu())
        #expect(normalizations(try net.graph.foldingBatchNormalization()) == 0)
        try PassTests.check(net.graph, net.inputs, "folding") { try $0.foldingBatchNormalization() }
    }

    @Test func chainsFoldToo() throws {
        var net = Net()
        let first = try net.normalized(net.product(.convolution)).relu()
        let second = try net.normalized(first.convolution2D(net.variable([1, 1, 6, 2])))
        net.graph.addOutput("y", second)
        #expect(normalizations(try net.graph.foldingBatchNormalization()) == 0)
        try PassTests.check(net.graph, net.inputs, "folding") { try $0.foldingBatchNormalization() }
    }

    @Test func aProductThatIsUsedTwiceStays() throws {
        var net = Net()
        let y = try net.product(.dense)
        net.graph.addOutput("y", try net.normalized(y))
        net.graph.addOutput("also", try y.exp())
        #expect(normalizations(try net.graph.foldingBatchNormalization()) == 1)
    }

    @Test func parametersThatComeFromInputsStay() throws {
        var net = Net()
        let y = try net.product(.dense)
        let kernelFromInput = try y.matmul(net.graph.input("kernel", shape: [6, 2]))
        net.graph.addOutput("y", try net.normalized(kernelFromInput))
        #expect(normalizations(try net.graph.foldingBatchNormalization()) == 1)
    }

    @Test func anActivationInBetweenStays() throws {
        var net = Net()
        net.graph.addOutput("y", try net.normalized(net.product(.dense).relu()))
        #expect(normalizations(try net.graph.foldingBatchNormalization()) == 1)
    }

    /// A trained kernel before a frozen normalization: its gradient must not see the folded kernel.
    @Test func trainingThroughAFrozenNormalizationStaysRight() throws {
        var net = Net()
        let x = net.graph.input("x", shape: [3, 4])
        let kernel = try net.variable([4, 2])
        let y = try net.normalized(x.matmul(kernel))
        let gradient = try net.graph.gradients(of: y.square().sum(), withRespectTo: [kernel])[0]
        net.graph.addOutput("y", y)
        net.graph.addOutput("dkernel", try #require(gradient))
        try PassTests.check(net.graph, net.inputs, "folding") { try $0.foldingBatchNormalization() }
    }
}
