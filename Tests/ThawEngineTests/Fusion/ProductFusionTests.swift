import Testing
import ThawEngine
import ThawGraph
import ThawTensor

extension EngineTests {
    /// A product with what follows it: bias, residual, activation, in every combination that is fused and in
    /// some that must not be.
    @Suite struct ProductFusionTests {
        static let activations: [UnaryKind] = [
            .relu, .leakyRelu(slope: 0.3), .elu(alpha: 0.7), .selu, .tanh, .sigmoid, .swish, .gelu, .geluTanh,
            .softplus,
            .softsign, .hardSigmoid, .exponential, .square, .clippedRelu(maximum: 0.625),
        ]

        /// Where the weights come from decides how they are packed and when.
        enum Weights: CaseIterable {
            case given, kept, trained
        }

        private static func weights(
            _ source: Weights, _ name: String, _ tensor: Tensor, _ fixture: inout GraphFixture
        ) throws -> SymbolicTensor {
            switch source {
            case .given: return try fixture.input(name)
            case .kept: return fixture.graph.read(try fixture.variable(name, tensor))
            case .trained:
                let variable = try fixture.variable(name, tensor)
                let value = fixture.graph.read(variable)
                try fixture.graph.assign(variable, value * 0.5)
                return value
            }
        }

        @Test(arguments: activations, Weights.allCases) func dense(_ activation: UnaryKind, _ source: Weights)
            throws
        {
            let (w, b) = (uniform([7, 5], -1..<1, seed: 2), uniform([5], seed: 3))
            let inputs = ["x": uniform([3, 7]), "w": w, "b": b]
            try expectAgreement(inputs, runs: 2, tolerance: 2e-5) { fixture in
                let x = try fixture.input("x")
                let kernel = try Self.weights(source, "w", w, &fixture)
                let bias = try Self.weights(source, "b", b, &fixture)
                let plain = try x.matmul(kernel)
                let activated = try fixture.graph.apply(Unary(kind: activation), [x.matmul(kernel) + bias])[0]
                let onlyActivated = try fixture.graph.apply(Unary(kind: activation), [x.matmul(kernel * 2)])[
                    0]
                fixture.output(plain, activated, onlyActivated)
                fixture.output(try fixture.gradients(of: activated, [x, kernel, bias]))
            }
        }

        @Test(arguments: activations, Weights.allCases) func convolution(
            _ activation: UnaryKind, _ source: Weights
        ) throws {
            let (k, b) = (uniform([3, 3, 3, 4], -0.5..<0.5, seed: 2), uniform([4], seed: 3))
            let inputs = ["x": uniform([2, 5, 5, 3]), "k": k, "b": b, "r": uniform([2, 5, 5, 4], seed: 4)]
            try expectAgreement(inputs, runs: 2, tolerance: 2e-5) { fixture in
                let (x, residual) = (try fixture.input("x"), try fixture.input("r"))
                let kernel = try Self.weights(source, "k", k, &fixture)
                let bias = try Self.weights(source, "b", b, &fixture)
                func activate(_ y: SymbolicTensor) throws -> SymbolicTensor {
                    try fixture.graph.apply(Unary(kind: activation), [y])[0]
                }
                let full = try activate(x.convolution2D(kernel, padding: .same) + bias + residual)
                fixture.output(full)
                fixture.output(try activate(residual + x.convolution2D(kernel * 2, padding: .same)))
                fixture.output(try activate(x.convolution2D(kernel * 3, padding: .same) + bias))
                fixture.output(try fixture.gradients(of: full, [x, kernel, bias, residual]))
            }
        }

        /// What has to be kept apart: each of these looks like a bias or a residual.
        @Test func notQuiteABias() throws {
            let inputs = [
                "x": uniform([3, 3]), "w": uniform([3, 3], seed: 2), "column": uniform([3, 1], seed: 3),
                "matrix": uniform([3, 3], seed: 4), "scalar": uniform([], seed: 5),
                "stack": uniform([2, 3, 3], seed: 6),
            ]
            try expectAgreement(inputs) { fixture in
                let (x, w) = (try fixture.input("x"), try fixture.input("w"))
                for name in ["column", "matrix", "scalar", "stack"] {
                    fixture.output(try (x.matmul(w) + fixture.input(name)).relu())
                }
                let product = try x.matmul(w)
                fixture.output(try (product + product).tanh())
                fixture.output(try (x.matmul(w * 2) + x.matmul(w * 3)).relu())
            }
        }

        /// As at the end of a residual block whose shortcut is a convolution too: each could take the other
        /// as its residual.
        @Test func productsAddedToEachOther() throws {
            let images = [
                "x": uniform([2, 4, 4, 3]), "k": uniform([1, 1, 3, 5], seed: 2),
                "l": uniform([3, 3, 3, 5], seed: 3),
            ]
            try expectAgreement(images) { fixture in
                let x = try fixture.input("x")
                let (k, l) = (try fixture.input("k"), try fixture.input("l"))
                fixture.output(try (x.convolution2D(k) + x.convolution2D(l, padding: .same)).relu())
            }
            let row = ["x": uniform([1, 3]), "v": uniform([3, 4], seed: 2), "w": uniform([3, 4], seed: 3)]
            try expectAgreement(row) { fixture in
                let (x, v, w) = (try fixture.input("x"), try fixture.input("v"), try fixture.input("w"))
                fixture.output(try (x.matmul(v) + x.matmul(w)).tanh())
            }
        }

        @Test func singleColumnsAndRows() throws {
            for (rows, columns) in [(1, 1), (4, 1), (1, 4)] {
                let inputs = [
                    "x": uniform([rows, 5]), "w": uniform([5, columns], seed: 2),
                    "b": uniform([columns], seed: 3),
                    "r": uniform([rows, columns], seed: 4),
                ]
                try expectAgreement(inputs, "\(rows) x \(columns)") { fixture in
                    let (x, w, b) = (try fixture.input("x"), try fixture.input("w"), try fixture.input("b"))
                    fixture.output(
                        try (x.matmul(w) + b).sigmoid(), try (b + x.matmul(w * 2)).relu() + fixture.input("r")
                    )
                }
            }
        }

        /// A value needed outside of the fused group must exist by itself.
        @Test func usedInsideAndOutside() throws {
            let inputs = ["x": uniform([4, 6]), "w": uniform([6, 5], seed: 2), "b": uniform([5], seed: 3)]
            try expectAgreement(inputs) { fixture in
                let (x, w, b) = (try fixture.input("x"), try fixture.input("w"), try fixture.input("b"))
                let product = try x.matmul(w)
                let biased = try product + b
                let activated = try biased.relu()
                fixture.output(product, biased, activated)
                fixture.output(try activated * product, try biased.sum(axes: [0]))
            }
        }

        @Test func batchedProductsWithBias() throws {
            let inputs = [
                "x": uniform([2, 3, 4]), "w": uniform([2, 4, 5], seed: 2), "b": uniform([5], seed: 3),
            ]
            try expectAgreement(inputs) { fixture in
                let y = try fixture.input("x").matmul(fixture.input("w")) + fixture.input("b")
                fixture.output(try y.tanh())
            }
        }

        /// While weights train, and wherever it can be noticed, a NaN survives its activation.
        @Test(arguments: activations, [Weights.given, .trained]) func notANumberSurvives(
            _ activation: UnaryKind, _ source: Weights
        ) throws {
            let w = Tensor(shape: [2, 2], scalars: [Float.nan, 1, 1, 1])
            let inputs = ["x": uniform([2, 2], 0.5..<1), "w": w, "b": uniform([2])]
            for engine in try Engines.all() {
                let result = try runGraph(on: engine, inputs) { fixture in
                    let x = try fixture.input("x")
                    let kernel = try Self.weights(source, "w", w, &fixture)
                    let y = try x.matmul(kernel) + fixture.input("b")
                    fixture.output(try fixture.graph.apply(Unary(kind: activation), [y])[0])
                }
                let values = try #require(result.outputs["output0"]).floats
                #expect(
                    values[0].isNaN && values[2].isNaN && values[1].isFinite && values[3].isFinite,
                    "\(values)")
            }
        }
    }
}
