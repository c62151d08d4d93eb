import Testing
import ThawGraph
import ThawTensor

@testable import ThawEngine

extension EngineTests {
    /// Convolutions by Winograd's algorithm, which has layouts of its own, among operations that have not. On a
    /// processor without it these are tests of the direct way.
    @Suite struct LayoutsTests {
        private let images = [
            "x": uniform([4, 12, 12, 16]), "k": uniform([3, 3, 16, 32], -0.2..<0.2, seed: 2),
            "l": uniform([3, 3, 32, 32], -0.2..<0.2, seed: 3), "b": uniform([32], seed: 4),
            "r": uniform([4, 12, 12, 32], seed: 5),
        ]

        @Test(arguments: [UnaryKind.relu, .elu(alpha: 0.7), .tanh, .swish, .softplus])
        func whatFollowsAConvolution(_ activation: UnaryKind) throws {
            try expectAgreement(images, tolerance: 2e-5) { fixture in
                let (x, kernel, bias) = (
                    try fixture.input("x"), try fixture.input("k"), try fixture.input("b")
                )
                let residual = try fixture.input("r")
                func activate(_ y: SymbolicTensor) throws -> SymbolicTensor {
                    try fixture.graph.apply(Unary(kind: activation), [y])[0]
                }
                let full = try activate(x.convolution2D(kernel, padding: .same) + bias + residual)
                fixture.output(full, try activate(x.convolution2D(kernel * 2, padding: .same) + bias))
                fixture.output(try fixture.gradients(of: full, [x, kernel, bias, residual]))
            }
        }

        /// Each result is read by the next operation in the layout it has, and by something else in the plain one.
        @Test(arguments: [false, true]) func chains(_ readsBetween: Bool) throws {
            try expectAgreement(images, runs: 2) { fixture in
                let x = try fixture.input("x")
                let k = fixture.graph.read(try fixture.variable("k", images["k"] ?? .zeros([0])))
                let l = fixture.graph.read(try fixture.variable("l", images["l"] ?? .zeros([0])))
                let first = try x.convolution2D(k, padding: .same)
                let pooled = try first.maximumPooling2D(size: Size2D(2), strides: Size2D(1), padding: .same)
                let second = try pooled.convolution2D(l, padding: .same).relu()
                let averaged = try second.averagePooling2D(size: Size2D(3), strides: Size2D(2))
                let flat = try averaged.reshape(to: [4, averaged.shape[1] * averaged.shape[2] * 32])
                fixture.output(try flat.matmul(flat, transposeB: true))
                if readsBetween { fixture.output(first, pooled, second, averaged) }
            }
        }

        /// Two convolutions of one value, which is copied for them once.
        @Test func severalReaders() throws {
            try expectAgreement(images) { fixture in
                let (x, k) = (try fixture.input("x"), try fixture.input("k"))
                let sum = try x.convolution2D(k, padding: .same) + x.convolution2D(k * 2, padding: .same)
                fixture.output(sum)
                fixture.output(try fixture.gradients(of: sum, [x, k]))
            }
        }

        /// A frozen square kernel is read as it is forwards and transposed backwards: two packed copies, not one.
        @Test(arguments: [16, 64, 128]) func squareKernelsAndTheirTransposes(_ size: Int) throws {
            let x = uniform([32, size])
            let kernel = uniform([size, size], -0.2..<0.2, seed: 2)
            try expectAgreement(["x": x]) { fixture in
                let x = try fixture.input("x")
                let kept = fixture.graph.read(try fixture.variable("k", kernel))
                let y = try x.matmul(kept).tanh()
                fixture.output(y, try x.matmul(kept, transposeB: true))
                fixture.output(try fixture.gradients(of: y, [x]))
            }
        }

        @Test func sameBitsInAnyBatchWhereThatIsAsked() throws {
            for engine in try Engines.all() {
                let x = uniform([64, 8, 8, 32])
                let kernel = try engine.makeVariable(name: "k", initialValue: images["l"] ?? .zeros([0]))
                func result(_ rows: Int) throws -> Tensor {
                    let graph = Graph()
                    let input = graph.input("x", shape: [rows, 8, 8, 32])
                    let y = try input.convolution2D(graph.read(kernel), padding: .same).relu()
                    graph.addOutput("y", y)
                    let outputs = try engine.compile(graph, isBatchInvariant: true).run(["x": x[0..<rows]])
                    return try #require(outputs["y"])
                }
                let all = try result(64)
                for rows in [2, 8, 31] {
                    #expect(try result(rows).isBitwiseEqual(to: all[0..<rows]), "\(rows) rows")
                }
            }
        }

        @Test func winogradIsTakenWhereItPays() {
            func isWorth(
                _ input: [Int], _ kernel: [Int], stride: Int = 1, dilation: Int = 1, groups: Int = 1
            ) -> Bool {
                let convolution = Convolution2D(
                    strides: Size2D(stride), padding: .same, dilation: Size2D(dilation), groups: groups)
                let output = [input[0], input[1] / stride, input[2] / stride, kernel[3]]
                return ConvolutionShape(convolution, input: input, kernel: kernel, output: output)
                    .isWorthWinograd
            }
            #expect(isWorth([64, 16, 16, 32], [3, 3, 32, 64]))
            #expect(isWorth([8, 7, 7, 512], [3, 3, 512, 512]))
            #expect(!isWorth([64, 32, 32, 3], [3, 3, 3, 32]), "channels are no multiple of 16")
            #expect(!isWorth([64, 32, 32, 16], [3, 3, 16, 16]), "too few channels")
            #expect(!isWorth([8, 5, 5, 64], [3, 3, 64, 64]), "most of a tile is outside")
            #expect(!isWorth([1, 7, 7, 512], [3, 3, 512, 512]), "too few tiles")
            #expect(!isWorth([64, 16, 16, 32], [3, 3, 32, 64], stride: 2))
            #expect(!isWorth([64, 16, 16, 32], [3, 3, 32, 64], dilation: 2))
            #expect(!isWorth([64, 16, 16, 64], [3, 3, 32, 64], groups: 2))
            #expect(!isWorth([64, 16, 16, 32], [1, 1, 32, 64]))
        }
    }
}
