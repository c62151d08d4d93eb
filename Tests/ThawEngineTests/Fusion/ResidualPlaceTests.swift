import Testing
import ThawGraph
import ThawTensor

@testable import ThawEngine

extension EngineTests {
    /// A convolution that adds to a residual where it lies, and residuals that must stay as they are.
    @Suite struct ResidualPlaceTests {
        private static let shape = [2, 8, 8, 16]
        private let images = ["x": uniform(shape)]
        private static let bytes = shape.reduce(4, *)

        /// What reads the residual besides the sum.
        enum Reader: CaseIterable {
            case nothing, earlierConvolution, laterConvolution, ownConvolution, laterSum, output
        }

        private func kernel(_ fixture: inout GraphFixture, _ seed: UInt64) throws -> SymbolicTensor {
            let tensor = uniform([1, 1, 16, 16], -0.5..<0.5, seed: seed)
            return fixture.graph.read(try fixture.variable("k\(seed)", tensor))
        }

        private func build(_ fixture: inout GraphFixture, _ reader: Reader) throws {
            let x = try fixture.input("x")
            let residual = try x.convolution2D(kernel(&fixture, 2)).tanh()
            var y = try x.convolution2D(kernel(&fixture, 3)).sigmoid()
            if reader == .earlierConvolution { y = try residual.convolution2D(kernel(&fixture, 3)).sigmoid() }
            if reader == .ownConvolution { y = residual }
            let sum = try (y.convolution2D(kernel(&fixture, 4)) + residual).tanh()
            switch reader {
            case .laterConvolution:
                fixture.output(
                    try sum.convolution2D(kernel(&fixture, 5)) * residual.convolution2D(kernel(&fixture, 6)))
            case .laterSum: fixture.output(try sum.convolution2D(kernel(&fixture, 5)) + residual)
            case .output: fixture.output(sum, residual)
            default: fixture.output(sum)
            }
        }

        @Test(arguments: Reader.allCases) func readers(_ reader: Reader) throws {
            try expectAgreement(images, runs: 2, tolerance: 2e-5) { try build(&$0, reader) }
        }

        @Test func blocks() throws {
            try expectAgreement(images, runs: 2, tolerance: 2e-5) { fixture in
                var x = try fixture.input("x")
                for block in 0..<4 {
                    let seed = UInt64(10 * block)
                    let inner = try x.convolution2D(kernel(&fixture, seed + 1)).tanh()
                    let shortcut = block == 0 ? try x.convolution2D(kernel(&fixture, seed + 3)) : x
                    x = try (inner.convolution2D(kernel(&fixture, seed + 2)) + shortcut).tanh()
                }
                fixture.output(x)
            }
        }

        @Test func residualsThatAreGiven() throws {
            try expectAgreement(images, runs: 2, tolerance: 2e-5) { fixture in
                let x = try fixture.input("x")
                let kept = fixture.graph.read(try fixture.variable("r", uniform(Self.shape, seed: 8)))
                let first = try x.convolution2D(kernel(&fixture, 2)) + kept
                fixture.output(try first.tanh().convolution2D(kernel(&fixture, 3)) + x)
            }
        }

        @Test func takesNoMemoryOfItsOwn() throws {
            for engine in try Engines.all() {
                func peak(_ reader: Reader) throws -> Int {
                    try engine.perform { () throws in
                        var fixture = GraphFixture(engine: engine, inputs: images)
                        try build(&fixture, reader)
                        return try engine.compile(fixture.graph).peakBytes
                    }
                }
                // The residual and the sum are both there at the end.
                #expect(try peak(.output) >= peak(.earlierConvolution) + Self.bytes)
            }
        }
    }
}
