import Testing
import ThawEngine
import ThawGraph
import ThawTensor
import ThawTestSupport

/// Gradients of operations that work element by element.
@Suite struct ElementwiseGradientTests {
    static let unary: [GradientCase] = {
        let anywhere: [UnaryKind] = [
            .negative, .absolute, .square, .exponential, .tanh, .sigmoid, .erf, .sine, .cosine, .relu,
            .leakyRelu(slope: 0.2), .leakyRelu(slope: 0), .leakyRelu(slope: -0.5), .elu(alpha: 1),
            .elu(alpha: 0.3),
            .elu(alpha: -0.5), .selu, .softplus, .softsign, .swish, .gelu, .geluTanh, .hardSigmoid,
            .clip(minimum: -1, maximum: 0.5), .clippedRelu(maximum: 1.5), .power(3), .power(0), .power(1),
        ]
        let positive: [UnaryKind] = [
            .squareRoot, .reciprocalSquareRoot, .logarithm, .logarithmOnePlus, .reciprocal, .power(-1.5),
            .power(0.5),
        ]
        var cases = anywhere.map { kind in
            GradientCase("\(kind)", [GradientCase.points([3, 4], -4, 4)]) { graph, x in
                try graph.apply(Unary(kind: kind), x)[0]
            }
        }
        cases += positive.map { kind in
            GradientCase("\(kind) of positive numbers", [GradientCase.points([2, 5], 0.6, 3)]) { graph, x in
                try graph.apply(Unary(kind: kind), x)[0]
            }
        }
        return cases
    }()

    static let binary: [GradientCase] = {
        var cases: [GradientCase] = []
        let kinds: [BinaryKind] = [
            .add, .subtract, .multiply, .divide, .maximum, .minimum, .power, .sigmoidCrossEntropy,
        ]
        let shapes: [([Int], [Int])] = [
            ([2, 3], [2, 3]), ([2, 3], [3]), ([2, 3], [2, 1]), ([], [2, 3]), ([4, 1, 3], [2, 1]),
            ([3], [2, 3]),
            ([1, 3], [3]),
        ]
        for kind in kinds {
            for (left, right) in shapes {
                let a = GradientCase.points(left, 0.55, 2.4, seed: 2)
                let b = GradientCase.points(right, 0.65, 2.95, seed: 3)
                cases.append(
                    GradientCase("\(kind) of \(left) and \(right)", [a, b]) { graph, x in
                        try graph.apply(Binary(kind: kind), x)[0]
                    })
            }
        }
        cases.append(
            GradientCase("a tensor with itself", [GradientCase.points([3])]) { _, x in try x[0] * x[0] + x[0]
            })
        cases.append(
            GradientCase("numbers on both sides", [GradientCase.points([4], 0.6, 3)]) { _, x in
                try (2 * x[0] + 1 - (3 - x[0] * 4)) * (1 / x[0] + x[0] / 3) - 0.5 + (2 + -x[0])
            })
        return cases
    }()

    static let others: [GradientCase] = [
        GradientCase("select", [GradientCase.points([2, 3]), GradientCase.points([3], seed: 4)]) { _, x in
            try x[0].greater(than: 0).select(x[0] * x[1], x[1])
        },
        GradientCase("select of a scalar", [GradientCase.points([2, 3]), GradientCase.points([], seed: 4)]) {
            _, x in
            try x[0].stopGradient().greater(than: 0).select(x[1].square(), x[0].square())
        },
        GradientCase("cast between floating types", [GradientCase.points([2, 3])]) { _, x in
            try x[0].cast(to: .float64).square().cast(to: .float32)
        },
        GradientCase("maximum and minimum with a number", [GradientCase.points([6])]) { _, x in
            try x[0].maximum(-1).minimum(1) * x[0]
        },
        GradientCase("rounding in between", [GradientCase.points([6])]) { _, x in
            try x[0].floor() + x[0].round() + x[0].sign() + x[0] * 2
        },
        GradientCase("composition", [GradientCase.points([2, 3]), GradientCase.points([3], seed: 5)]) {
            _, x in
            try (x[0] * x[1]).tanh().square().exp() / (x[0].abs() + 1).log()
        },
        GradientCase("second derivative", [GradientCase.points([5])]) { graph, x in
            let y = try (x[0].sine() * x[0].exp()).sum()
            return try graph.gradients(of: y, withRespectTo: [x[0]])[0] ?? x[0]
        },
    ]

    @Test(arguments: unary + binary + others)
    func gradient(_ each: GradientCase) throws {
        let check = try checkGradients(inputs: each.inputs, build: each.build)
        #expect(check.largestError < 1e-6, "\(each): \(check.worst)")
        #expect(check.count > 0)
    }

    @Test func stopGradientLetsNothingThrough() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [3])
        let y = try (x.stopGradient() * 2).sum()
        #expect(try graph.gradients(of: y, withRespectTo: [x])[0] == nil)
    }

    @Test func equalElementsOfMaximumGiveTheGradientToTheFirst() throws {
        let graph = Graph()
        let a = graph.input("a", shape: [2])
        let b = graph.input("b", shape: [2])
        for tensor in [try a.maximum(b), try a.minimum(b)] {
            let gradients = try graph.gradients(of: tensor.sum(), withRespectTo: [a, b]).compactMap { $0 }
            graph.addOutput("a\(graph.outputs.count)", gradients[0])
            graph.addOutput("b\(graph.outputs.count)", gradients[1])
        }
        let executable = try ReferenceEngine().compile(graph)
        let ones = Tensor.ones([2])
        try executable.setInput(0, ones)
        try executable.setInput(1, ones)
        try executable.run()
        #expect((0..<4).map { executable.output($0).floats } == [[1, 1], [0, 0], [1, 1], [0, 0]])
    }

    @Test func clipPassesTheGradientAtItsEnds() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [4])
        let gradient = try graph.gradients(of: x.clip(-1, 1).sum(), withRespectTo: [x])[0]
        graph.addOutput("dx", try #require(gradient))
        let executable = try ReferenceEngine().compile(graph)
        try executable.setInput(0, Tensor([-2, -1, 1, 2] as [Float]))
        try executable.run()
        #expect(executable.output(0).floats == [0, 1, 1, 0])
    }

    /// The engine fuses these into a product, whose output before the activation is then never stored.
    @Test(arguments: [
        UnaryKind.relu, .leakyRelu(slope: 0.1), .elu(alpha: 1), .selu, .tanh, .sigmoid, .exponential,
        .softplus,
        .softsign, .hardSigmoid, .clippedRelu(maximum: 2),
    ])
    func activationGradientsReadOnlyTheOutput(_ kind: UnaryKind) throws {
        let graph = Graph()
        let x = graph.input("x", shape: [3])
        let y = try graph.apply(Unary(kind: kind), [x])[0]
        let before = graph.nodes.count
        _ = try graph.gradients(of: y.sum(), withRespectTo: [x])
        let readers = graph.nodes[before...].filter { $0.inputs.contains(x.value) }
        #expect(readers.isEmpty)
    }
}
