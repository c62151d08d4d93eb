import Testing
import ThawGraph
import ThawTensor

extension EngineTests {
    /// What moves elements without computing, and what looks them up.
    @Suite struct MovementTests {
        private static func permutations(_ count: Int) -> [[Int]] {
            guard count > 0 else { return [[]] }
            return permutations(count - 1).flatMap { shorter in
                (0..<count).map { place in Array(shorter[..<place]) + [count - 1] + Array(shorter[place...]) }
            }
        }

        @Test(arguments: [
            [], [3], [2, 5], [1, 4], [2, 3, 4], [2, 1, 3, 5], [2, 1, 2, 3, 2], [0, 3], [90, 190],
        ])
        func transposes(_ shape: [Int]) throws {
            try expectAgreement(["x": uniform(shape), "i": indices(shape, below: 99)], "\(shape)") {
                fixture in
                let (x, integers) = (try fixture.input("x"), try fixture.input("i"))
                for permutation in Self.permutations(shape.count) {
                    fixture.output(try x.transpose(permutation), try integers.transpose(permutation))
                }
            }
        }

        @Test func slicesAndTheirGradients() throws {
            let cases: [([Int], [Int], [Int], [Int])] = [
                ([7], [2], [3], [1]), ([7], [1], [3], [2]), ([4, 5], [0, 4], [4, 1], [1, 1]),
                ([4, 5], [3, 0], [1, 3], [1, 2]),
                ([2, 3, 4], [1, 0, 1], [1, 2, 2], [1, 2, 2]),
                ([3, 2, 4, 3], [0, 1, 2, 0], [2, 1, 2, 2], [2, 1, 1, 2]),
                ([5], [0], [0], [1]), ([4, 3], [1, 0], [0, 3], [1, 1]),
            ]
            for (shape, starts, sizes, strides) in cases {
                try expectAgreement(["x": uniform(shape)], "\(shape) \(starts) \(sizes) \(strides)") {
                    fixture in
                    let x = try fixture.input("x")
                    let y = try x.slice(starts: starts, sizes: sizes, strides: strides)
                    fixture.output(y)
                    fixture.output(try fixture.gradients(of: y, [x]))
                }
            }
        }

        @Test func paddingAndItsGradient() throws {
            for (shape, before, after) in [
                ([3], [0], [0]), ([3], [2], [1]), ([2, 3], [0, 1], [2, 0]),
                ([1, 2, 2, 3], [0, 1, 2, 0], [0, 0, 1, 1]),
                ([0, 2], [1, 0], [1, 0]),
            ] {
                try expectAgreement(["x": uniform(shape)], "\(shape)") { fixture in
                    let x = try fixture.input("x")
                    let y = try x.pad(before: before, after: after, value: -1.5)
                    fixture.output(y)
                    fixture.output(try fixture.gradients(of: y, [x]))
                }
            }
        }

        @Test func concatenation() throws {
            for (shapes, axis) in [
                ([[2], [3]], 0), ([[2, 3], [1, 3], [4, 3]], 0), ([[2, 3], [2, 1]], 1),
                ([[2, 1, 3], [2, 4, 3]], 1),
                ([[0, 3], [2, 3]], 0), ([[1, 2, 2, 3], [1, 2, 2, 1]], 3), ([[2, 0], [2, 0]], 1),
                ([[3, 2]], 0),
            ] as [([[Int]], Int)] {
                var inputs: [String: Tensor] = [:]
                for (number, shape) in shapes.enumerated() {
                    inputs["x\(number)"] = uniform(shape, seed: UInt64(number))
                }
                try expectAgreement(inputs, "\(shapes)") { fixture in
                    let parts = try shapes.indices.map { try fixture.input("x\($0)") }
                    let y = try SymbolicTensor.concatenate(parts, axis: axis)
                    fixture.output(y)
                    fixture.output(try fixture.gradients(of: y, parts))
                }
            }
        }

        /// The same tensor twice, and one that is computed.
        @Test func concatenationOfOneTensorTwice() throws {
            try expectAgreement(["x": uniform([2, 3])]) { fixture in
                let x = try fixture.input("x")
                let y = try x * 2
                fixture.output(try SymbolicTensor.concatenate([y, x, y], axis: 0), y)
            }
        }

        @Test(arguments: [
            ([5], [3]), ([5, 1], [1]), ([4, 3], [2, 3]), ([3, 2, 2], [7]), ([6, 2], [0]),
            ([200, 100], [300]),
        ])
        func gathers(_ shapes: ([Int], [Int])) throws {
            let inputs = ["x": uniform(shapes.0), "i": indices(shapes.1, below: shapes.0[0])]
            try expectAgreement(inputs, "\(shapes)") { fixture in
                let x = try fixture.input("x")
                let y = try x.gather(fixture.input("i"))
                fixture.output(y)
                fixture.output(try fixture.gradients(of: y, [x]))
            }
        }

        @Test(arguments: [[1], [5], [2, 3], [0]]) func oneHot(_ shape: [Int]) throws {
            try expectAgreement(["i": indices(shape, below: 4)]) { fixture in
                fixture.output(
                    try fixture.input("i").oneHot(depth: 4), try fixture.input("i").oneHot(depth: 1))
            }
        }

        @Test(arguments: [
            RandomDistribution.uniform(minimum: -1, maximum: 2), .normal(mean: 0.5, standardDeviation: 2),
            .bernoulli(probability: 0.3), .bernoulli(probability: 0), .bernoulli(probability: 1),
        ])
        func random(_ distribution: RandomDistribution) throws {
            let key = Tensor(shape: [5], scalars: [1, 2, 3, 4, 0] as [Int32])
            for shape in [[], [1], [7], [3, 5], [2, 3, 4], [100, 210], [0, 3]] as [[Int]] {
                try expectAgreement(["key": key], "\(shape)") { fixture in
                    let key = try fixture.input("key")
                    fixture.output(try fixture.graph.random(distribution, shape: shape, key: key, stream: 77))
                }
            }
        }

        /// Large whole numbers keep their last digit where they are only moved.
        @Test func integersMoveUnchanged() throws {
            let x = Tensor(shape: [2, 2], scalars: [Int32.max, 16_777_217, -16_777_217, 3])
            try expectAgreement(["x": x], tolerance: 0) { fixture in
                let x = try fixture.input("x")
                fixture.output(
                    x, try x.transpose([1, 0]), try x.reshape(to: [4]),
                    try x.slice(starts: [0, 1], sizes: [2, 1]))
            }
        }
    }
}
