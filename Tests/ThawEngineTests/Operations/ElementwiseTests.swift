import Testing
import ThawGraph
import ThawTensor

extension EngineTests {
    /// Elementwise operations, each by itself, in every kind of broadcast.
    @Suite struct ElementwiseTests {
        static let shapes: [[Int]] = [
            [], [1], [5], [33], [1, 1], [3, 1], [1, 7], [2, 3, 4], [1, 1, 1, 1], [2, 3, 1, 5],
            [2, 1, 3, 1, 2],
            [0], [0, 4], [3, 0, 2], [129, 130],
        ]

        /// Each kind with the range its argument is taken from.
        static let unaryKinds: [(UnaryKind, Range<Float>)] = [
            (.negative, -2..<2), (.absolute, -2..<2), (.sign, -2..<2), (.reciprocal, 0.25..<3),
            (.square, -2..<2),
            (.squareRoot, 0..<9), (.reciprocalSquareRoot, 0.1..<9), (.exponential, -20..<20),
            (.logarithm, 0.1..<99),
            (.logarithmOnePlus, -0.5..<9), (.tanh, -12..<12), (.sigmoid, -30..<30), (.erf, -5..<5),
            (.floor, -4..<4), (.round, -4..<4), (.sine, -9..<9), (.cosine, -9..<9), (.relu, -2..<2),
            (.leakyRelu(slope: 0.2), -2..<2), (.elu(alpha: 1.3), -5..<5), (.selu, -5..<5),
            (.softplus, -30..<30),
            (.softsign, -9..<9), (.swish, -20..<20), (.gelu, -6..<6), (.geluTanh, -6..<6),
            (.hardSigmoid, -5..<5),
            (.clip(minimum: -1, maximum: 0.5), -2..<2), (.clippedRelu(maximum: 1.25), -2..<2),
            (.power(2), -2..<2), (.power(0.5), 0.1..<4),
            (.power(-1), 0.3..<4), (.power(3), -2..<2), (.power(1.7), 0.1..<4), (.power(-0.5), 0.1..<4),
            (.isFinite, -2..<2),
        ]

        @Test(arguments: 0..<unaryKinds.count) func unary(_ index: Int) throws {
            let (kind, range) = Self.unaryKinds[index]
            for shape in Self.shapes {
                try expectAgreement(["x": uniform(shape, range)], "\(kind) \(shape)") { fixture in
                    let x = try fixture.input("x")
                    fixture.output(try fixture.graph.apply(Unary(kind: kind), [x])[0])
                }
            }
        }

        static let binaryKinds: [BinaryKind] = [
            .add, .subtract, .multiply, .divide, .maximum, .minimum, .power, .sigmoidCrossEntropy, .equal,
            .notEqual,
            .less, .lessEqual, .greater, .greaterEqual,
        ]

        /// Pairs that broadcast: the same shape, rows, columns, scalars, middle axes, both ways at once,
        /// empty.
        static let pairs: [([Int], [Int])] = [
            ([2, 3, 4], [2, 3, 4]), ([2, 3, 4], [4]), ([2, 3, 4], [1, 4]), ([2, 3, 4], [3, 4]),
            ([2, 3, 4], [3, 1]),
            ([2, 3, 4], [2, 1, 1]), ([2, 3, 4], [2, 1, 4]), ([2, 3, 4], [1, 3, 1]), ([2, 3, 4], [2, 3, 1]),
            ([2, 3, 4], []), ([], []), ([1], []), ([5], [1]), ([5, 1], [1, 6]), ([5, 1], [6]),
            ([2, 1, 4], [1, 3, 1]),
            ([2, 3, 1, 5, 2], [3, 1, 1, 2]), ([2, 1, 3, 1, 2], [1, 4, 1, 3, 1]), ([1, 1, 1], [1]),
            ([1, 5], [5]),
            ([5, 1], [5, 1]), ([1, 1, 3], [3, 1]), ([0, 4], [4]), ([0, 4], [0, 1]), ([3, 0], []), ([0], [0]),
            ([130, 140], [140]), ([130, 140], [130, 1]), ([130, 140], []), ([7, 50, 60], [50, 1]),
        ]

        @Test(arguments: binaryKinds) func binary(_ kind: BinaryKind) throws {
            for (left, right) in Self.pairs {
                var inputs = ["a": uniform(left, 0.25..<2, seed: 3), "b": uniform(right, 0.25..<2, seed: 4)]
                if [.equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual].contains(kind) {
                    inputs = inputs.mapValues { ($0 * 2.0).cast(to: .int32).cast(to: .float32) }
                }
                try expectAgreement(inputs, "\(kind) \(left) \(right)") { fixture in
                    let (a, b) = (try fixture.input("a"), try fixture.input("b"))
                    fixture.output(
                        try fixture.graph.apply(Binary(kind: kind), [a, b])[0],
                        try fixture.graph.apply(Binary(kind: kind), [b, a])[0])
                }
            }
        }

        @Test func logic() throws {
            let inputs = [
                "a": indices([3, 4], below: 2).cast(to: .bool),
                "b": indices([4], below: 2, seed: 2).cast(to: .bool),
            ]
            try expectAgreement(inputs) { fixture in
                let (a, b) = (try fixture.input("a"), try fixture.input("b"))
                fixture.output(try a.logicalAnd(b), try a.logicalOr(b), try a.logicalNot(), a)
            }
        }

        @Test func constantOperands() throws {
            for shape in [[], [5], [2, 3], [0, 2]] {
                try expectAgreement(["x": uniform(shape, 0.5..<2)], "\(shape)") { fixture in
                    let x = try fixture.input("x")
                    fixture.output(try x + 2, try 2 + x, try x - 3, try 3 - x, try x * 4, try 4 * x)
                    fixture.output(try x / 5, try 5 / x, try x.maximum(1), try x.minimum(1))
                    fixture.output(try fixture.graph.constant(2) * fixture.graph.constant(3) + x)
                }
            }
        }

        @Test(
            arguments: [
                ([3, 4], [3, 4], [3, 4]), ([3, 1], [3, 4], [4]), ([], [3, 4], []), ([3, 4], [], [4]),
                ([1], [5], [5]),
                ([2, 1, 4], [2, 3, 4], [3, 1]), ([0, 3], [3], [0, 3]),
            ] as [([Int], [Int], [Int])])
        func select(_ shapes: ([Int], [Int], [Int])) throws {
            let inputs = [
                "c": indices(shapes.0, below: 2).cast(to: .bool), "a": uniform(shapes.1),
                "b": uniform(shapes.2, seed: 2),
            ]
            try expectAgreement(inputs) { fixture in
                let condition = try fixture.input("c")
                fixture.output(try condition.select(fixture.input("a"), fixture.input("b")))
            }
        }

        @Test func casts() throws {
            let types: [DType] = [.float32, .int32, .int64, .uint8, .bool]
            for source in types {
                let values = Tensor([0, 1, 2, 7, 100, 255]).cast(to: source)
                try expectAgreement(["x": values], "\(source)") { fixture in
                    let x = try fixture.input("x")
                    fixture.output(try types.map { try x.cast(to: $0) })
                }
            }
            try expectAgreement(["x": Tensor([-2.7, -0.5, 0.5, 2.7, 1e6] as [Float])]) { fixture in
                fixture.output(
                    try fixture.input("x").cast(to: .int32), try fixture.input("x").cast(to: .bool))
            }
        }

        @Test(
            arguments: [
                ([], [3]), ([1], [2, 3]), ([3], [2, 3]), ([2, 1], [2, 3]), ([2, 1, 4], [2, 3, 4]),
                ([1, 3, 1], [2, 3, 4]),
                ([4], [4]), ([4], [1, 1, 4]), ([1], [0, 3]), ([1, 3, 1, 2], [2, 3, 4, 2]),
            ] as [([Int], [Int])])
        func broadcastTo(_ shapes: ([Int], [Int])) throws {
            try expectAgreement(["x": uniform(shapes.0)]) { fixture in
                fixture.output(try fixture.input("x").broadcast(to: shapes.1))
            }
        }

        /// NaN passes through what compares or clips; a comparison with it is false.
        @Test func notANumber() throws {
            let x = Tensor([.nan, -1, 2, .infinity, -.infinity] as [Float])
            let kinds: [UnaryKind] = [
                .negative, .absolute, .square, .exponential, .tanh, .sigmoid, .relu, .leakyRelu(slope: 0.1),
                .elu(alpha: 1),
                .selu, .softplus, .softsign, .clip(minimum: -1, maximum: 1), .isFinite, .hardSigmoid,
                .clippedRelu(maximum: 1),
            ]
            for kind in kinds {
                let result = try runGraph(on: Engines.one.get(), ["x": x]) { fixture in
                    fixture.output(try fixture.graph.apply(Unary(kind: kind), [fixture.input("x")])[0])
                }
                let first = try #require(result.outputs["output0"]).cast(to: .float32).floats[0]
                #expect(kind == .isFinite ? first == 0 : first.isNaN, "\(kind)")
            }
            let y = Tensor([1, .nan, .nan, 0, 0] as [Float])
            let result = try runGraph(on: Engines.one.get(), ["x": x, "y": y]) { fixture in
                let (x, y) = (try fixture.input("x"), try fixture.input("y"))
                fixture.output(try x.maximum(y), try x.minimum(y), try x.less(than: y), try x.equal(to: y))
            }
            for name in ["output0", "output1"] {
                #expect(try #require(result.outputs[name]).floats.prefix(3).allSatisfy(\.isNaN), "\(name)")
            }
            for name in ["output2", "output3"] {
                #expect(try #require(result.outputs[name]).ints.prefix(3).allSatisfy { $0 == 0 }, "\(name)")
            }
        }
    }
}
