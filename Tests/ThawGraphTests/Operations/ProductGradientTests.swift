import Testing
import ThawEngine
import ThawGraph
import ThawTensor
import ThawTestSupport

/// Gradients of products, convolutions and pooling.
@Suite struct ProductGradientTests {
    static let matrices: [GradientCase] = [false, true].flatMap { transposeA in
        [false, true].flatMap { transposeB in
            [[], [2]].map { (batch: [Int]) in
                let a = GradientCase.points(batch + (transposeA ? [4, 3] : [3, 4]), seed: 5)
                let b = GradientCase.points(batch + (transposeB ? [2, 4] : [4, 2]), seed: 6)
                return GradientCase("product \(transposeA) \(transposeB) \(batch)", [a, b]) { _, x in
                    try x[0].matmul(x[1], transposeA: transposeA, transposeB: transposeB)
                }
            }
        }
    }

    static let convolutions: [GradientCase] = {
        let wide = Size2D(height: 2, width: 1)
        let settings: [(String, [Int], [Int], Convolution2D)] = [
            ("valid", [2, 4, 5, 2], [3, 2, 2, 3], Convolution2D()),
            ("same", [1, 4, 5, 2], [3, 2, 2, 2], Convolution2D(padding: .same)),
            (
                "same, strides", [1, 5, 4, 1], [3, 2, 1, 2], Convolution2D(strides: Size2D(2), padding: .same)
            ),
            (
                "strides that leave a rest", [1, 6, 5, 2], [2, 2, 2, 2],
                Convolution2D(strides: Size2D(height: 3, width: 2))
            ),
            ("dilation", [1, 6, 5, 2], [2, 3, 2, 1], Convolution2D(dilation: Size2D(2))),
            ("dilation, same", [1, 5, 5, 1], [3, 3, 1, 1], Convolution2D(padding: .same, dilation: wide)),
            ("groups", [1, 3, 3, 4], [2, 2, 2, 6], Convolution2D(groups: 2)),
            (
                "depthwise", [1, 4, 4, 3], [3, 3, 1, 6],
                Convolution2D(strides: wide, padding: .same, groups: 3)
            ),
            (
                "explicit", [1, 3, 4, 1], [3, 3, 1, 2],
                Convolution2D(strides: wide, padding: .explicit(top: 1, bottom: 0, left: 2, right: 1))
            ),
        ]
        return settings.flatMap { name, x, kernel, convolution -> [GradientCase] in
            let inputs = [GradientCase.points(x, seed: 7), GradientCase.points(kernel, seed: 8)]
            return [
                GradientCase("convolution, \(name)", inputs) { graph, x in try graph.apply(convolution, x)[0]
                },
                // The gradient operations' own gradients: the products of both gradients with something
                // that varies.
                GradientCase("convolution's gradients, \(name)", inputs) { graph, x in
                    let y = try graph.apply(convolution, x)[0]
                    let gradients = try graph.gradients(of: y.square().sum(), withRespectTo: x).compactMap {
                        $0
                    }
                    return try gradients[0].square().sum() + gradients[1].sine().sum()
                },
            ]
        }
    }()

    static let others: [GradientCase] = [
        GradientCase(
            "depthwise", [GradientCase.points([1, 4, 3, 2]), GradientCase.points([2, 2, 2, 3], seed: 9)]
        ) {
            try $1[0].depthwiseConvolution2D($1[1], padding: .same)
        },
        GradientCase(
            "transposed", [GradientCase.points([1, 2, 3, 2]), GradientCase.points([3, 2, 4, 2], seed: 9)]
        ) {
            try $1[0].transposedConvolution2D(
                $1[1], outputShape: [1, 4, 6, 4], strides: Size2D(2), padding: .same)
        },
    ]

    static let poolings: [GradientCase] = [PoolingKind.maximum, .average].flatMap { kind in
        [
            (Size2D(2), Size2D(2), Padding2D.valid), (Size2D(3), Size2D(2), .same),
            (Size2D(height: 2, width: 3), Size2D(1), .same), (Size2D(2), Size2D(height: 1, width: 3), .valid),
            (Size2D(3), Size2D(2), .explicit(top: 1, bottom: 1, left: 0, right: 2)),
        ].map { size, strides, padding in
            GradientCase(
                "\(kind) pooling \(size) by \(strides) \(padding)", [GradientCase.points([2, 5, 4, 2])]
            ) {
                try $0.apply(Pooling2D(kind: kind, size: size, strides: strides, padding: padding), $1)[0]
            }
        } + [
            GradientCase("global \(kind) pooling", [GradientCase.points([2, 3, 4, 2])]) {
                kind == .maximum ? try $1[0].globalMaximumPooling2D() : try $1[0].globalAveragePooling2D()
            }
        ]
    }

    @Test(arguments: matrices + convolutions + others + poolings)
    func gradient(_ each: GradientCase) throws {
        // Second derivatives of squares are large; the step is small enough for them and large enough
        // against rounding.
        let check = try checkGradients(inputs: each.inputs, build: each.build)
        #expect(check.largestError < 1e-6, "\(each): \(check.worst)")
    }

    @Test func averagePoolingCanBeDifferentiatedTwice() throws {
        let check = try checkGradients(inputs: [GradientCase.points([1, 4, 4, 1])]) { graph, x in
            let y = try x[0].averagePooling2D(size: Size2D(3), strides: Size2D(1), padding: .same)
            return try graph.gradients(of: (y * y * y).sum(), withRespectTo: x)[0] ?? x[0]
        }
        #expect(check.largestError < 1e-6, "\(check.worst)")
    }

    @Test func maximumPoolingSaysThatItHasNoSecondDerivative() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [1, 4, 4, 1])
        let y = try x.maximumPooling2D(size: Size2D(2)).square().sum()
        let first = try #require(try graph.gradients(of: y, withRespectTo: [x])[0])
        #expect(throws: GraphError.self) { try graph.gradients(of: first.sum(), withRespectTo: [x]) }
    }

    @Test func maximumPoolingGivesTheGradientToTheFirstOfEquals() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [1, 2, 2, 1])
        let y = try x.maximumPooling2D(size: Size2D(2)).sum()
        graph.addOutput("dx", try #require(try graph.gradients(of: y, withRespectTo: [x])[0]))
        let executable = try ReferenceEngine().compile(graph)
        try executable.setInput(0, Tensor.ones([1, 2, 2, 1]))
        try executable.run()
        #expect(executable.output(0).floats == [1, 0, 0, 0])
    }
}
