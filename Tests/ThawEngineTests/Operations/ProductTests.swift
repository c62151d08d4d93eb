import Testing
import ThawEngine
import ThawGraph
import ThawTensor

extension EngineTests {
    /// Matrix products, convolutions and pooling with their gradients, in awkward sizes.
    @Suite struct ProductTests {
        @Test(arguments: [
            (1, 1, 1), (1, 5, 1), (3, 1, 4), (1, 1, 7), (2, 3, 4), (17, 33, 5), (8, 16, 48),
        ])
        func matrixProducts(_ size: (rows: Int, depth: Int, columns: Int)) throws {
            for transposeA in [false, true] {
                for transposeB in [false, true] {
                    for batch in [[], [1], [3]] as [[Int]] {
                        let a = transposeA ? [size.depth, size.rows] : [size.rows, size.depth]
                        let b = transposeB ? [size.columns, size.depth] : [size.depth, size.columns]
                        let inputs = ["a": uniform(batch + a), "b": uniform(batch + b, seed: 2)]
                        try expectAgreement(inputs, "\(size) \(transposeA) \(transposeB) \(batch)") {
                            fixture in
                            let (a, b) = (try fixture.input("a"), try fixture.input("b"))
                            let product = try a.matmul(b, transposeA: transposeA, transposeB: transposeB)
                            fixture.output(product)
                            fixture.output(try fixture.gradients(of: product, [a, b]))
                        }
                    }
                }
            }
        }

        /// Large enough for two threads.
        @Test func largeMatrixProducts() throws {
            try expectAgreement(["a": uniform([64, 64]), "b": uniform([64, 64], seed: 2)]) { fixture in
                let (a, b) = (try fixture.input("a"), try fixture.input("b"))
                for transposeA in [false, true] {
                    for transposeB in [false, true] {
                        fixture.output(try a.matmul(b, transposeA: transposeA, transposeB: transposeB))
                    }
                }
            }
        }

        @Test func emptyProducts() throws {
            try expectAgreement(["a": uniform([0, 3]), "b": uniform([3, 2])]) { fixture in
                fixture.output(try fixture.input("a").matmul(fixture.input("b")))
            }
            let error = #expect(throws: EngineError.self) {
                try runGraph(on: Engines.one.get(), ["a": uniform([2, 0]), "b": uniform([0, 2])]) { fixture in
                    fixture.output(try fixture.input("a").matmul(fixture.input("b")))
                }
            }
            #expect(error?.description.contains("size 0") == true)
        }

        struct Window: CustomTestStringConvertible {
            var input: [Int]
            var kernel: [Int]
            var stride = 1
            var padding = Padding2D.valid
            var dilation = 1
            var groups = 1
            var testDescription: String { "\(input) \(kernel) \(stride) \(padding) \(dilation) \(groups)" }
        }

        @Test(arguments: [
            Window(input: [1, 1, 1, 1], kernel: [1, 1, 1, 1]),
            Window(input: [1, 5, 5, 1], kernel: [3, 3, 1, 1]),
            Window(input: [1, 5, 7, 3], kernel: [3, 3, 3, 4], padding: .same),
            Window(input: [2, 6, 5, 3], kernel: [2, 3, 3, 5], stride: 2, padding: .same),
            Window(input: [3, 7, 7, 1], kernel: [3, 1, 1, 16], padding: .same),
            Window(input: [2, 9, 8, 2], kernel: [3, 3, 2, 3], dilation: 2),
            Window(input: [1, 8, 8, 4], kernel: [3, 3, 2, 6], padding: .same, groups: 2),
            Window(input: [2, 5, 5, 6], kernel: [3, 3, 1, 6], padding: .same, groups: 6),
            Window(input: [1, 6, 6, 3], kernel: [3, 3, 1, 6], stride: 2, padding: .same, groups: 3),
            Window(
                input: [2, 4, 5, 3], kernel: [3, 2, 3, 8], stride: 2,
                padding: .explicit(top: 2, bottom: 0, left: 1, right: 1)),
            Window(input: [2, 16, 16, 16], kernel: [3, 3, 16, 32], padding: .same),
            Window(input: [1, 9, 9, 32], kernel: [1, 1, 32, 17]),
            Window(input: [1, 3, 3, 2], kernel: [3, 3, 2, 4]),
            // From here on Winograd's algorithm, where the processor has it.
            Window(input: [4, 11, 13, 32], kernel: [3, 3, 32, 16], padding: .same),
            Window(input: [8, 10, 10, 16], kernel: [3, 3, 16, 48]),
            Window(
                input: [2, 18, 17, 32], kernel: [3, 3, 32, 32],
                padding: .explicit(top: 1, bottom: 0, left: 0, right: 2)),
        ])
        func convolutions(_ window: Window) throws {
            try expectAgreement(["x": uniform(window.input), "k": uniform(window.kernel, seed: 2)]) {
                fixture in
                let (x, kernel) = (try fixture.input("x"), try fixture.input("k"))
                let y = try x.convolution2D(
                    kernel, strides: Size2D(window.stride), padding: window.padding,
                    dilation: Size2D(window.dilation),
                    groups: window.groups)
                fixture.output(y)
                fixture.output(try fixture.gradients(of: y, [x, kernel]))
            }
        }

        /// The gradient of a large kernel of 1 x 1 is a product of matrices; not of one that skips pixels.
        @Test(arguments: [1, 2]) func largeKernelOfOnePixel(stride: Int) throws {
            let side = 17 * stride
            let inputs = [
                "x": uniform([4, side, side, 64]), "k": uniform([1, 1, 64, 128], seed: 2),
                "r": uniform([4, 17, 17, 128], seed: 3),
            ]
            let build = { (fixture: inout GraphFixture) throws in
                let kernel = try fixture.input("k")
                let y = try fixture.input("x").convolution2D(kernel, strides: Size2D(stride))
                fixture.output(try fixture.gradients(of: y * fixture.input("r"), [kernel]))
            }
            try expectAgreement(inputs) { try build(&$0) }
            let steps = try stepNames(inputs, build)
            #expect(steps.contains("kernel gradient as product") == (stride == 1))
        }

        @Test(arguments: [1, 2, 3]) func depthwiseConvolutions(multiplier: Int) throws {
            for stride in [1, 2] {
                try expectAgreement(
                    ["x": uniform([2, 7, 6, 3]), "k": uniform([3, 3, 3, multiplier], seed: 2)]
                ) { fixture in
                    let (x, kernel) = (try fixture.input("x"), try fixture.input("k"))
                    let y = try x.depthwiseConvolution2D(kernel, strides: Size2D(stride), padding: .same)
                    fixture.output(y)
                    fixture.output(try fixture.gradients(of: y, [x, kernel]))
                }
            }
        }

        @Test(arguments: [
            Window(input: [1, 2, 2, 1], kernel: [2, 2], stride: 2),
            Window(input: [2, 5, 7, 3], kernel: [2, 2], stride: 2),
            Window(input: [2, 5, 7, 3], kernel: [2, 2], stride: 2, padding: .same),
            Window(input: [1, 6, 6, 17], kernel: [3, 2], stride: 1, padding: .same),
            Window(
                input: [1, 6, 6, 4], kernel: [3, 3], stride: 2,
                padding: .explicit(top: 1, bottom: 1, left: 0, right: 1)),
            Window(input: [3, 4, 4, 1], kernel: [4, 4], stride: 4),
        ])
        func pooling(_ window: Window) throws {
            let size = Size2D(height: window.kernel[0], width: window.kernel[1])
            // Distinct numbers: which of two equal ones is the maximum is nobody's promise.
            var stream = RandomStream(seed: 5)
            let count = window.input.reduce(1, *)
            let x = Tensor(
                shape: window.input, scalars: stream.permutation(count).map { Float($0) / Float(count) - 0.5 }
            )
            try expectAgreement(["x": x]) { fixture in
                let x = try fixture.input("x")
                let maximum = try x.maximumPooling2D(
                    size: size, strides: Size2D(window.stride), padding: window.padding)
                let average = try x.averagePooling2D(
                    size: size, strides: Size2D(window.stride), padding: window.padding)
                fixture.output(maximum, average)
                fixture.output(try fixture.gradients(of: maximum, [x]))
                fixture.output(try fixture.gradients(of: average, [x]))
            }
        }

        @Test func globalPooling() throws {
            var stream = RandomStream(seed: 5)
            for shape in [[1, 1, 1, 1], [2, 3, 5, 3], [1, 7, 7, 33]] {
                let count = shape.reduce(1, *)
                let x = Tensor(
                    shape: shape, scalars: stream.permutation(count).map { Float($0) / Float(count) })
                try expectAgreement(["x": x], "\(shape)") { fixture in
                    let x = try fixture.input("x")
                    let (average, maximum) = (try x.globalAveragePooling2D(), try x.globalMaximumPooling2D())
                    fixture.output(average, maximum)
                    fixture.output(try fixture.gradients(of: average, [x]))
                    fixture.output(try fixture.gradients(of: maximum, [x]))
                }
            }
        }

        /// A gradient without its forward pass in the graph makes the workspace it needs.
        @Test func poolingGradientAlone() throws {
            let pooling = Pooling2D(kind: .maximum, size: Size2D(2), strides: Size2D(2))
            let x = Tensor(shape: [1, 4, 4, 1], scalars: (0..<16).map { Float($0 * 7 % 16) })
            try expectAgreement(["x": x, "g": uniform([1, 2, 2, 1])]) { fixture in
                let inputs = [try fixture.input("x"), try fixture.input("g")]
                fixture.output(try fixture.graph.apply(Pooling2DGradient(pooling: pooling), inputs)[0])
            }
        }
    }
}
