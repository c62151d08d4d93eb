import Testing
import ThawGraph
import ThawTensor

@testable import ThawEngine

extension EngineTests {
    /// Batch normalization, ReLU and maximum pooling in one step, and their gradient in another.
    @Suite struct NormalizedPoolingTests {
        private static func images(_ shape: [Int]) -> [String: Tensor] {
            let channels = [shape[3]]
            return [
                "x": uniform(shape), "g": uniform(channels, -1..<2), "b": uniform(channels, -1..<1, seed: 3),
            ]
        }

        /// The pooled result and its gradients; `more` adds what else reads the values between.
        private static func build(
            _ fixture: inout GraphFixture, _ pooling: Pooling2D, rectifies: Bool = true,
            more: (_ normalized: SymbolicTensor, _ activated: SymbolicTensor) throws -> [SymbolicTensor] = {
                _, _ in []
            }
        ) throws {
            let (x, gamma, beta) = (
                try fixture.input("x"), try fixture.input("g"), try fixture.input("b")
            )
            let (y, mean, variance) = try x.batchNormalization(gamma: gamma, beta: beta, epsilon: 1e-3)
            let activated = rectifies ? try y.relu() : y
            let pooled = try fixture.graph.apply(pooling, [activated])[0]
            fixture.output(pooled, mean, variance)
            fixture.output(try fixture.gradients(of: pooled.tanh(), [x, gamma, beta]))
            fixture.output(try more(y, activated).map(Optional.some))
        }

        private static func window(
            _ height: Int, _ width: Int, strides: Size2D? = nil, padding: Padding2D = .valid
        ) -> Pooling2D {
            let size = Size2D(height: height, width: width)
            return Pooling2D(kind: .maximum, size: size, strides: strides ?? size, padding: padding)
        }

        @Test(
            arguments: [
                ([2, 4, 4, 3], window(2, 2)), ([3, 5, 7, 5], window(2, 2)), ([2, 6, 5, 17], window(3, 2)),
                ([2, 6, 4, 4], window(2, 2, padding: .same)), ([16, 12, 12, 40], window(2, 2)),
                ([3, 5, 4, 2], window(5, 4)),
            ], [true, false])
        func agrees(_ example: (shape: [Int], pooling: Pooling2D), rectifies: Bool) throws {
            let inputs = Self.images(example.shape)
            let build = { (fixture: inout GraphFixture) throws in
                try Self.build(&fixture, example.pooling, rectifies: rectifies)
            }
            // Gradients through a batch's own moments cancel.
            try expectAgreement(inputs, tolerance: 5e-5, "\(example)") { try build(&$0) }
            let steps = try stepNames(inputs, build)
            #expect(steps.contains("normalized pooling") && steps.contains("normalized pooling gradient"))
            #expect(!steps.contains { $0.hasPrefix("pooling") })
        }

        /// Fused or not, the same bits forwards and the same maxima: of many that are equal, the first.
        @Test func equalMaxima() throws {
            var inputs = Self.images([4, 6, 6, 5])
            inputs["x"] = indices([4, 6, 6, 5], below: 3).cast(to: .float32)
            try expectAgreement(inputs, tolerance: 5e-5) { try Self.build(&$0, Self.window(2, 2)) }
            for engine in try Engines.all() {
                let fused = try runGraph(on: engine, inputs) { try Self.build(&$0, Self.window(2, 2)) }
                let apart = try runGraph(on: engine, inputs) { fixture in
                    try Self.build(&fixture, Self.window(2, 2)) { [$1] }
                }
                for name in ["output0", "output1", "output2"] {
                    #expect(fused.outputs[name]?.floats == apart.outputs[name]?.floats)
                }
                for name in ["output3", "output4", "output5"] {
                    let computed = try #require(fused.outputs[name])
                    let difference = difference(
                        computed, try #require(apart.outputs[name]), tolerance: 5e-6)
                    #expect(difference == nil)
                }
            }
        }

        /// What something else reads is computed by itself.
        @Test func readElsewhere() throws {
            let inputs = Self.images([2, 4, 4, 3])
            let others: [(SymbolicTensor, SymbolicTensor) throws -> [SymbolicTensor]] = [
                { normalized, _ in [normalized] }, { _, activated in [activated] },
                { _, activated in [try activated.greater(than: 0)] },
                { normalized, _ in [try normalized.sum(axes: [0, 1, 2])] },
            ]
            for more in others {
                let build = { (fixture: inout GraphFixture) throws in
                    try Self.build(&fixture, Self.window(2, 2), more: more)
                }
                try expectAgreement(inputs, tolerance: 5e-5) { try build(&$0) }
                #expect(!(try stepNames(inputs, build)).contains { $0.hasPrefix("normalized") })
            }
        }

        /// Other poolings stay as they are.
        @Test(
            arguments: [
                window(2, 2, strides: Size2D(1)), window(2, 2, strides: Size2D(3)),
                window(2, 2, padding: .same),
                window(3, 3, padding: .explicit(top: 1, bottom: 1, left: 1, right: 1)),
                Pooling2D(kind: .average, size: Size2D(2), strides: Size2D(2)),
            ])
        func otherPoolings(_ pooling: Pooling2D) throws {
            let inputs = Self.images([2, 5, 5, 3])
            try expectAgreement(inputs, tolerance: 5e-5) { try Self.build(&$0, pooling) }
            let steps = try stepNames(inputs) { try Self.build(&$0, pooling) }
            #expect(!steps.contains { $0.hasPrefix("normalized") })
        }

        /// Without a gradient nothing is kept for one.
        @Test func forwardsOnly() throws {
            let inputs = Self.images([2, 4, 6, 9])
            let build = { (fixture: inout GraphFixture) throws in
                let (y, _, _) = try fixture.input("x").batchNormalization(
                    gamma: fixture.input("g"), beta: fixture.input("b"), epsilon: 1e-3)
                fixture.output(try fixture.graph.apply(Self.window(2, 2), [y.relu()])[0])
            }
            try expectAgreement(inputs) { try build(&$0) }
            #expect(try stepNames(inputs, build).contains("normalized pooling"))
        }

        /// Two such blocks with a convolution between them, as in a net.
        @Test func blocks() throws {
            var inputs = Self.images([3, 8, 8, 4])
            inputs["k"] = uniform([3, 3, 4, 4], -0.5..<0.5, seed: 5)
            let build = { (fixture: inout GraphFixture) throws in
                let (gamma, beta) = (try fixture.input("g"), try fixture.input("b"))
                let (x, kernel) = (try fixture.input("x"), try fixture.input("k"))
                var y = x
                for _ in 0..<2 {
                    y = try y.convolution2D(kernel, padding: .same)
                        .batchNormalization(gamma: gamma, beta: beta, epsilon: 1e-3).output.relu()
                    y = try fixture.graph.apply(Self.window(2, 2), [y])[0]
                }
                fixture.output(y)
                fixture.output(try fixture.gradients(of: y, [x, kernel, gamma, beta]))
            }
            try expectAgreement(inputs, tolerance: 5e-5) { try build(&$0) }
            let steps = try stepNames(inputs, build)
            #expect(steps.count { $0 == "normalized pooling" } == 2)
            #expect(steps.count { $0 == "normalized pooling gradient" } == 2)
        }

        /// A channel that holds a NaN is NaN everywhere, in its gradients too; the others are not. Beta's gradient does not
        /// see it, fused or not: where a comparison with NaN fails, the ReLU's gradient is 0.
        @Test func notANumberSurvives() throws {
            var inputs = Self.images([2, 4, 4, 2])
            var values = try #require(inputs["x"]).floats
            values[5] = .nan
            inputs["x"] = Tensor(shape: [2, 4, 4, 2], scalars: values)
            for engine in try Engines.all() {
                let result = try runGraph(on: engine, inputs) { try Self.build(&$0, Self.window(2, 2)) }
                for (name, tensor) in result.outputs where name != "output5" {
                    let isInItsChannel = tensor.floats.enumerated().allSatisfy { index, value in
                        value.isNaN == (index % 2 == 1)
                    }
                    #expect(isInItsChannel, "\(name): \(tensor.floats)")
                }
            }
        }
    }
}
