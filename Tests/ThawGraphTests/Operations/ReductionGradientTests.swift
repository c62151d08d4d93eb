import Testing
import ThawEngine
import ThawGraph
import ThawTensor
import ThawTestSupport

/// Gradients of reductions, softmax, cross-entropy and batch normalization.
@Suite struct ReductionGradientTests {
    /// A power of two, like the number of rows below: constants of a graph are float32, and only these are
    /// not rounded.
    static let epsilon = 0.0078125

    static let reductions: [GradientCase] = [ReductionKind.sum, .mean, .maximum, .minimum].flatMap { kind in
        [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]].flatMap { axes in
            [false, true].map { keeps in
                GradientCase("\(kind) over \(axes) \(keeps)", [GradientCase.points([2, 3, 4])]) {
                    try $0.apply(Reduction(kind: kind, axes: axes, keepsDimensions: keeps), $1)[0]
                }
            }
        }
    }

    static let softmax: [GradientCase] = {
        let x = GradientCase.points([2, 3, 4])
        let logits = GradientCase.points([3, 4])
        let labels = GradientCase.indices([3], [2, 0, 3])
        return [-1, 0, 1].flatMap { axis in
            [
                GradientCase("softmax \(axis)", [x]) { try $1[0].softmax(axis: axis) },
                GradientCase("log-softmax \(axis)", [x]) { try $1[0].logSoftmax(axis: axis) },
            ]
        } + [
            GradientCase("sparse cross-entropy", [logits, labels]) {
                try $1[0].sparseCategoricalCrossEntropy(labels: $1[1])
            },
            GradientCase(
                "sparse cross-entropy's gradient", [logits, labels, GradientCase.points([3], seed: 2)]
            ) {
                try $0.apply(SparseCategoricalCrossEntropyGradient(), $1)[0]
            },
            GradientCase(
                "categorical cross-entropy", [logits, GradientCase.points([3, 4], 0.1, 0.9, seed: 2)]
            ) {
                try $1[0].categoricalCrossEntropy(targets: $1[1])
            },
        ]
    }()

    static let normalization: [GradientCase] = [[8, 3], [2, 2, 2, 2]].flatMap { shape -> [GradientCase] in
        let channels = [shape[shape.count - 1]]
        let x = GradientCase.points(shape)
        let gamma = GradientCase.points(channels, 0.5, 1.5, seed: 2)
        let beta = GradientCase.points(channels, seed: 3)
        let mean = GradientCase.points(channels, seed: 4)
        let variance = GradientCase.points(channels, 0.6, 2, seed: 5)
        let dy = GradientCase.points(shape, seed: 6)
        return [
            GradientCase("batch normalization \(shape)", [x, gamma, beta]) {
                try $1[0].batchNormalization(gamma: $1[1], beta: $1[2], epsilon: epsilon).output
            },
            GradientCase("batch normalization with its moments \(shape)", [x, gamma, beta]) {
                let (y, mean, variance) = try $1[0].batchNormalization(
                    gamma: $1[1], beta: $1[2], epsilon: epsilon)
                return try y * mean + variance.square()
            },
            GradientCase("only the moments of batch normalization \(shape)", [x, gamma, beta]) {
                let (_, mean, variance) = try $1[0].batchNormalization(
                    gamma: $1[1], beta: $1[2], epsilon: epsilon)
                return try mean * variance
            },
            GradientCase("gradient of batch normalization \(shape)", [x, gamma, mean, variance, dy]) {
                let results = try $0.apply(BatchNormalizationGradient(epsilon: epsilon), $1)
                return try results[0] * results[1] + results[2].square()
            },
            GradientCase("second derivative of batch normalization \(shape)", [x, gamma, beta]) {
                let y = try $1[0].batchNormalization(gamma: $1[1], beta: $1[2], epsilon: epsilon).output
                return try $0.gradients(of: (y * y * y).sum(), withRespectTo: [$1[0]])[0] ?? y
            },
            GradientCase("batch normalization in inference \(shape)", [x, gamma, beta, mean, variance]) {
                try $1[0].batchNormalization(
                    gamma: $1[1], beta: $1[2], mean: $1[3], variance: $1[4], epsilon: epsilon)
            },
            GradientCase("row normalization \(shape)", [x]) {
                try $1[0].rowNormalization(epsilon: epsilon)
            },
            GradientCase("row normalization with its deviations \(shape)", [x]) {
                let results = try $0.apply(RowNormalization(epsilon: epsilon), $1)
                return try results[0] * results[1] + results[1].square()
            },
            GradientCase("only the deviations of row normalization \(shape)", [x]) {
                try $0.apply(RowNormalization(epsilon: epsilon), $1)[1]
            },
            GradientCase("second derivative of row normalization \(shape)", [x]) {
                let y = try $1[0].rowNormalization(epsilon: epsilon)
                return try $0.gradients(of: (y * y * y).sum(), withRespectTo: [$1[0]])[0] ?? y
            },
            GradientCase("mean \(shape)", [x]) { try $1[0].moments().mean },
            GradientCase("variance \(shape)", [x]) { try $1[0].moments().variance },
            GradientCase("moments \(shape)", [x]) {
                let (mean, variance) = try $1[0].moments()
                return try ($1[0] - mean) / variance.sqrt()
            },
        ]
    }

    @Test(arguments: reductions + softmax + normalization)
    func gradient(_ each: GradientCase) throws {
        let check = try checkGradients(inputs: each.inputs, build: each.build)
        #expect(check.largestError < 1e-6, "\(each): \(check.worst)")
    }

    @Test func equalMaximaShareTheGradient() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [2, 3])
        let y = try (x.max(axes: [1]) * graph.constant(Tensor([1, 6] as [Float]))).sum()
        graph.addOutput("dx", try #require(try graph.gradients(of: y, withRespectTo: [x])[0]))
        let executable = try ReferenceEngine().compile(graph)
        try executable.setInput(0, Tensor([[1, 3, 3], [2, 2, 2]] as [[Float]]))
        try executable.run()
        #expect(executable.output(0).floats == [0, 0.5, 0.5, 2, 2, 2])
    }

    /// The simpler operations that an engine may use instead give the same.
    @Test(arguments: [[8, 3], [2, 2, 2, 4]])
    func decompositionsAgree(_ shape: [Int]) throws {
        let graph = Graph()
        let channels = [shape[shape.count - 1]]
        let x = graph.input("x", shape: shape)
        let dy = graph.input("dy", shape: shape)
        let vectors = (0..<4).map { graph.input("v\($0)", shape: channels) }
        func compare(_ operation: some GraphOperation, _ inputs: [SymbolicTensor]) throws {
            let whole = try graph.apply(operation, inputs)
            let parts = try #require(try operation.decomposed(inputs))
            #expect(parts.map(\.type) == whole.map(\.type))
            for (a, b) in zip(whole, parts) { graph.addOutput("difference", try (a - b).abs().max()) }
        }
        try compare(BatchNormalization(epsilon: Self.epsilon), [x, vectors[0], vectors[1]])
        try compare(BatchNormalizationInference(epsilon: Self.epsilon), [x] + vectors)
        try compare(RowNormalization(epsilon: Self.epsilon), [x])
        try compare(
            BatchNormalizationGradient(epsilon: Self.epsilon), [x, vectors[0], vectors[2], vectors[3], dy])
        let executable = try ReferenceEngine().compile(graph)
        for (index, slot) in executable.inputs.enumerated() {
            try executable.setInput(index, GradientCase.points(slot.type.shape, 0.1, 2, seed: UInt64(index)))
        }
        try executable.run()
        for index in executable.outputs.indices { #expect(executable.scalar(index) < 1e-10) }
    }
}
