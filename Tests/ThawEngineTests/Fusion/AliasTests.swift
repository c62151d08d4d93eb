import Testing
import ThawGraph
import ThawTensor

extension EngineTests {
    /// Names for memory that already has one: reshapes, inputs and variables as outputs, one value under two
    /// names.
    @Suite struct AliasTests {
        @Test func reshapes() throws {
            try expectAgreement(["x": uniform([2, 3, 4])]) { fixture in
                let x = try fixture.input("x")
                let y = try x.tanh()
                let flat = try y.reshape(to: [6, 4])
                fixture.output(flat, y, try flat.reshape(to: [24]), try x.reshape(to: [4, 6]))
                fixture.output(try flat.sum(axes: [0]) + y.reshape(to: [24]).sum(), try flat * 2, try y * 3)
                fixture.output(
                    try x.stopGradient(), try y.expandingDimension(at: 0).expandingDimension(at: 4))
                // Over another shape the same memory is other rows.
                fixture.output(
                    try
                        (y.reshape(to: [3, 8])
                        + y.reshape(to: [3, 8]).sum(axes: [1], keepingDimensions: true)))
            }
        }

        @Test func inputsAsOutputs() throws {
            let inputs = [
                "x": uniform([3]), "flags": indices([4], below: 2).cast(to: .bool),
                "i": indices([2, 2], below: 9),
            ]
            try expectAgreement(inputs, runs: 2) { fixture in
                let (x, flags, i) = (
                    try fixture.input("x"), try fixture.input("flags"), try fixture.input("i")
                )
                fixture.output(x, flags, i, x, try i.reshape(to: [4]))
            }
        }

        @Test func sameOutputTwice() throws {
            try expectAgreement(["x": uniform([2, 3])]) { fixture in
                let y = try fixture.input("x").exp()
                fixture.output(y, y, try y.reshape(to: [6]), try y.sum(), y)
            }
        }

        @Test func constantsAsOutputs() throws {
            try expectAgreement([:], runs: 2) { fixture in
                let constant = fixture.graph.constant(uniform([2, 3]))
                fixture.output(
                    constant, try constant * 2, try constant.sum(), fixture.graph.constant(7, dtype: .int32))
            }
        }

        @Test func variablesAsOutputs() throws {
            try expectAgreement(["x": uniform([3])], runs: 3) { fixture in
                let kept = fixture.graph.read(try fixture.variable("kept", uniform([3], seed: 2)))
                let counter = try fixture.variable("counter", Tensor.zeros([3]))
                let count = fixture.graph.read(counter)
                try fixture.graph.assign(counter, count + fixture.input("x"))
                // Outputs are the values before the run.
                fixture.output(kept, count, try kept.reshape(to: [3, 1]), try kept * 2, count)
            }
        }

        @Test func nothingAtAll() throws {
            try expectAgreement(["x": uniform([3])]) { fixture in _ = try fixture.input("x") }
        }

        @Test func emptyOutputs() throws {
            try expectAgreement(["x": uniform([0, 3])]) { fixture in
                let x = try fixture.input("x")
                fixture.output(x, try x.exp(), try x.transpose([1, 0]), try x.exp().reshape(to: [3, 0]))
            }
        }
    }
}
