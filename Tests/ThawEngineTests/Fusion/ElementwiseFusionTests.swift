import Testing
import ThawEngine
import ThawGraph
import ThawTensor

extension EngineTests {
    /// Programs of many operations, with sums at their end.
    @Suite struct ElementwiseFusionTests {
        @Test(arguments: [
            [], [1], [7], [1, 1], [5, 1], [1, 6], [4, 33], [2, 3, 5], [2, 3, 4, 5], [140, 130], [0, 4],
        ])
        func sumsOfWhatWasComputed(_ shape: [Int]) throws {
            let inputs = ["x": uniform(shape), "y": uniform(shape, seed: 2)]
            try expectAgreement(inputs, "\(shape)") { fixture in
                let (x, y) = (try fixture.input("x"), try fixture.input("y"))
                let z = try (x * y + x.square()) * 0.5 - y
                fixture.output(z, try z.sum(), try z.square().sum())
                if shape.reduce(1, *) > 0 { fixture.output(try z.mean()) }
                for axis in shape.indices {
                    fixture.output(try z.sum(axes: [axis]), try (z * z).sum(axes: Array(0...axis)))
                    fixture.output(try z.sum(axes: Array(axis..<shape.count), keepingDimensions: true))
                }
            }
        }

        /// Rows, columns and middle axes in one expression cannot all be one program.
        @Test func everySpreadAtOnce() throws {
            let inputs = [
                "x": uniform([3, 4, 5]), "row": uniform([5], seed: 2), "rows": uniform([4, 5], seed: 3),
                "column": uniform([3, 1, 1], seed: 4), "columns": uniform([3, 4, 1], seed: 5),
                "middle": uniform([4, 1], seed: 6),
                "scalar": uniform([], seed: 7),
            ]
            try expectAgreement(inputs) { fixture in
                var total = try fixture.input("x")
                for name in ["row", "column", "middle", "rows", "columns", "scalar"] {
                    total = try total * 0.5 + fixture.input(name).tanh()
                    fixture.output(total)
                }
                fixture.output(
                    try total.sum(axes: [1]), try total.sum(axes: [0, 1]), try total.sum(axes: [1, 2]))
            }
        }

        /// A sum that flows back into the program it came from: as in softmax written out.
        @Test func sumsThatAreUsedAgain() throws {
            try expectAgreement(["x": uniform([6, 9]), "w": uniform([9], seed: 2)]) { fixture in
                let x = try fixture.input("x")
                let e = try x.exp()
                let normalized = try e / e.sum(axes: [1], keepingDimensions: true)
                let scaled = try normalized * fixture.input("w")
                let centred = try scaled - scaled.mean(axes: [0], keepingDimensions: true)
                fixture.output(
                    normalized, centred, try centred.square().sum(), try (x + centred.sum()).sum(axes: [0]))
            }
        }

        @Test(arguments: ProductFusionTests.activations) func activationGradients(_ activation: UnaryKind)
            throws
        {
            for shape in [[5], [3, 4], [64, 300]] {
                try expectAgreement(
                    ["x": uniform(shape), "b": uniform([shape[shape.count - 1]], seed: 2)], "\(shape)"
                ) { fixture in
                    let (x, b) = (try fixture.input("x"), try fixture.input("b"))
                    let y = try fixture.graph.apply(Unary(kind: activation), [x + b])[0]
                    fixture.output(y)
                    fixture.output(try fixture.gradients(of: y.square(), [x, b]))
                }
            }
        }

        /// More operations and inputs than one program takes.
        @Test func longChains() throws {
            var inputs = ["x": uniform([3, 50])]
            for index in 0..<40 { inputs["y\(index)"] = uniform([3, 50], seed: UInt64(index)) }
            try expectAgreement(inputs) { fixture in
                var x = try fixture.input("x")
                for index in 0..<40 {
                    x = try (x * fixture.input("y\(index)") + 0.25).softsign()
                    if index % 7 == 0 { fixture.output(x) }
                }
                fixture.output(x)
                for index in 0..<120 { x = try index % 2 == 0 ? x * 1.01 : x.square().negated() }
                fixture.output(try x.tanh())
            }
        }

        @Test func manyReadersOfOneInput() throws {
            try expectAgreement(["x": uniform([4, 33])]) { fixture in
                let x = try fixture.input("x")
                fixture.output(try (0..<20).map { try (x + Double($0)).tanh().sum(axes: [$0 % 2]) })
                fixture.output(try x.exp(), try x.exp() * 2, try (x.exp() + x).sum())
            }
        }

        @Test func productsAndSumsAreContractedOnlyWhereNobodySees() throws {
            let inputs = ["a": uniform([40]), "b": uniform([40], seed: 2), "c": uniform([40], seed: 3)]
            try expectAgreement(inputs) { fixture in
                let (a, b, c) = (try fixture.input("a"), try fixture.input("b"), try fixture.input("c"))
                let product = try a * b
                fixture.output(try product + c, product, try a * c + b * c, try a * a + a, try b + a * b)
                let both = try a * b + a * b
                fixture.output(both, try both.sum())
            }
        }

        /// Operations on integers stay whole.
        @Test func integers() throws {
            let inputs = ["i": indices([4, 3], below: 50), "j": indices([3], below: 7, seed: 2)]
            try expectAgreement(inputs, tolerance: 0) { fixture in
                let (i, j) = (try fixture.input("i"), try fixture.input("j"))
                fixture.output(
                    try i + j, try i * j, try i - j, try i.maximum(j), try i.equal(to: j),
                    try (i + j).cast(to: .float32))
            }
        }
    }
}

extension SymbolicTensor {
    fileprivate func negated() throws -> SymbolicTensor { try -self }
}
