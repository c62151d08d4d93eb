import Testing
import ThawEngine
import ThawGraph
import ThawTensor

extension EngineTests {
    /// Assignments happen together, after every read, and only if the condition holds.
    @Suite struct AssignmentTests {
        /// Each case without a condition, and with one that holds: values may then be computed straight into
        /// variables.
        private func expectBoth(
            _ inputs: [String: Tensor], sourceLocation: SourceLocation = #_sourceLocation,
            _ build: (inout GraphFixture) throws -> Void
        ) throws {
            for isConditional in [false, true] {
                try expectAgreement(
                    inputs, runs: 3, isConditional ? "conditional" : "always", sourceLocation: sourceLocation
                ) { fixture in
                    try build(&fixture)
                    if isConditional {
                        let x = try fixture.input(try #require(inputs.keys.sorted().first))
                        try fixture.graph.assignOnlyIf(fixture.graph.allFinite([x]))
                    }
                }
            }
        }

        @Test func inPlace() throws {
            try expectBoth(["x": uniform([3, 4])]) { fixture in
                let x = try fixture.input("x")
                let weight = try fixture.variable("weight", uniform([3, 4], seed: 2))
                let slot = try fixture.variable("slot", uniform([3, 4], seed: 3))
                let momentum = try fixture.graph.read(slot) * 0.9 - x * 0.1
                try fixture.graph.assign(slot, momentum)
                try fixture.graph.assign(weight, fixture.graph.read(weight) + momentum)
            }
        }

        /// The old value is an output, is summed, and is read by the other update.
        @Test func oldValueIsReadByOthers() throws {
            try expectBoth(["x": uniform([4])]) { fixture in
                let x = try fixture.input("x")
                let a = try fixture.variable("a", uniform([4], seed: 2))
                let b = try fixture.variable("b", uniform([4], seed: 3))
                let total = try fixture.variable("total", Tensor.zeros([]))
                let shifted = try fixture.variable("shifted", uniform([2, 2]))
                let (oldA, oldB) = (fixture.graph.read(a), fixture.graph.read(b))
                let newA = try oldA + x
                try fixture.graph.assign(a, newA)
                try fixture.graph.assign(b, oldB * oldA + newA)
                try fixture.graph.assign(total, fixture.graph.read(total) + oldA.sum() + newA.sum())
                try fixture.graph.assign(shifted, oldA.reshape(to: [2, 2]).transpose([1, 0]))
                fixture.output(oldA, newA)
            }
        }

        @Test func oldValueIsReadAfterTheNewIsThere() throws {
            try expectBoth(["x": uniform([4])]) { fixture in
                let a = try fixture.variable("a", uniform([4], seed: 2))
                let b = try fixture.variable("b", uniform([4], seed: 3))
                let old = fixture.graph.read(a)
                let new = try old * 0.5 + fixture.input("x")
                try fixture.graph.assign(a, new)
                // The new value comes first, the old is needed again.
                try fixture.graph.assign(b, new.tanh() + old.square() * new)
            }
        }

        @Test func swap() throws {
            try expectBoth(["x": uniform([1])]) { fixture in
                let a = try fixture.variable("a", uniform([5], seed: 2))
                let b = try fixture.variable("b", uniform([5], seed: 3))
                try fixture.graph.assign(a, fixture.graph.read(b))
                try fixture.graph.assign(b, fixture.graph.read(a))
            }
        }

        @Test func rotationWithArithmetic() throws {
            try expectBoth(["x": uniform([5])]) { fixture in
                let x = try fixture.input("x")
                let variables = try (0..<3).map {
                    try fixture.variable("v\($0)", uniform([5], seed: UInt64($0)))
                }
                let values = variables.map { fixture.graph.read($0) }
                try fixture.graph.assign(variables[0], values[1] + x)
                try fixture.graph.assign(variables[1], values[2] * 2)
                try fixture.graph.assign(variables[2], values[0])
            }
        }

        @Test func sameValueToTwoVariables() throws {
            try expectBoth(["x": uniform([5])]) { fixture in
                let x = try fixture.input("x")
                let variables = try (0..<5).map {
                    try fixture.variable("v\($0)", uniform([5], seed: UInt64($0)))
                }
                let new = try fixture.graph.read(variables[0]) * 0.5 + x
                try fixture.graph.assign(variables[0], new)
                try fixture.graph.assign(variables[1], new)
                try fixture.graph.assign(variables[2], x)
                try fixture.graph.assign(variables[3], x)
                try fixture.graph.assign(variables[4], new.reshape(to: [1, 5]).reshape(to: [5]))
            }
        }

        @Test func toItselfAndFromConstants() throws {
            try expectBoth(["x": uniform([2])]) { fixture in
                let a = try fixture.variable("a", uniform([2], seed: 2))
                let b = try fixture.variable("b", uniform([2], seed: 3))
                let c = try fixture.variable("c", indices([3], below: 9))
                try fixture.graph.assign(a, fixture.graph.read(a))
                try fixture.graph.assign(b, fixture.graph.constant(Tensor([7, 8] as [Float])))
                try fixture.graph.assign(c, fixture.graph.read(c) + fixture.graph.constant(1, dtype: .int32))
            }
        }

        /// The new value is made by something other than an elementwise program.
        @Test func fromProductsSumsAndMoves() throws {
            try expectBoth(["x": uniform([3, 3])]) { fixture in
                let x = try fixture.input("x")
                let matrix = try fixture.variable("matrix", uniform([3, 3], -0.5..<0.5, seed: 2))
                let row = try fixture.variable("row", uniform([3], seed: 3))
                let turned = try fixture.variable("turned", uniform([3, 3], seed: 4))
                let old = fixture.graph.read(matrix)
                try fixture.graph.assign(matrix, old.matmul(x).tanh())
                try fixture.graph.assign(row, (old * fixture.graph.read(row)).sum(axes: [0]))
                try fixture.graph.assign(turned, fixture.graph.read(turned).transpose([1, 0]))
            }
        }

        /// A bias broadcast inside the program that updates it.
        @Test func readBroadcastBesideItsUpdate() throws {
            try expectBoth(["x": uniform([3])]) { fixture in
                let bias = try fixture.variable("bias", uniform([3], seed: 2))
                let matrix = try fixture.variable("matrix", uniform([3, 3], seed: 3))
                let scalar = try fixture.variable("scalar", uniform([], seed: 4))
                let (old, s) = (fixture.graph.read(bias), fixture.graph.read(scalar))
                try fixture.graph.assign(bias, old + fixture.input("x") * s)
                try fixture.graph.assign(scalar, s * 0.5 + 1)
                try fixture.graph.assign(matrix, fixture.graph.read(matrix) * old + s)
            }
        }

        @Test func falseConditionLeavesEverything() throws {
            for engine in try Engines.all() {
                try engine.perform { () throws in
                    let initial = uniform([3])
                    let weight = try engine.makeVariable(name: "weight", initialValue: initial)
                    let copy = try engine.makeVariable(name: "copy", initialValue: initial)
                    let graph = Graph()
                    let x = graph.input("x", shape: [3])
                    let new = try graph.read(weight) + x
                    try graph.assign(weight, new)
                    try graph.assign(copy, graph.read(weight))
                    graph.addOutput("sum", try x.sum())
                    try graph.assignOnlyIf(graph.allFinite([x]))
                    try graph.assignOnlyIf(x.sum().less(than: 100))
                    let executable = try engine.compile(graph)
                    let versions = (weight.version, copy.version)
                    for bad in [
                        Tensor([1, .nan, 2] as [Float]), Tensor([1, 2, .infinity] as [Float]),
                        Tensor([90, 90, 1] as [Float]),
                    ] {
                        try executable.setInput(0, bad)
                        #expect(try executable.run() == false)
                        #expect(
                            weight.read().isBitwiseEqual(to: initial)
                                && copy.read().isBitwiseEqual(to: initial))
                        #expect((weight.version, copy.version) == versions)
                    }
                    try executable.setInput(0, Tensor([1, 2, 3] as [Float]))
                    #expect(try executable.run())
                    #expect(executable.scalar(0) == 6)
                    #expect(weight.read() == initial + Tensor([1, 2, 3] as [Float]))
                    #expect((weight.version, copy.version) == (versions.0 + 1, versions.1 + 1))
                }
            }
        }
    }
}
