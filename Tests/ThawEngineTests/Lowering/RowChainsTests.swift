import Testing
import ThawGraph
import ThawTensor
import ThawTestSupport

@testable import ThawEngine

extension EngineTests {
    /// Small steps that threads take rows through, or run side by side: the numbers stay those of the reference.
    @Suite struct RowChainsTests {
        private static let depth = 6
        private static let inputs = [
            "x": uniform([32, 20]), "target": uniform([32, 20], seed: 2), "rate": Tensor(scalar: Float(0.1)),
        ]

        /// A step of gradient descent through layers as small as can be, with batch statistics where asked.
        private static func trainingStep(_ fixture: inout GraphFixture, normalized: Bool) throws {
            var x = try fixture.input("x")
            var weights: [(any Variable, SymbolicTensor)] = []
            for layer in 0..<depth {
                for (name, shape) in [("kernel", [20, 20]), ("bias", [20])] {
                    let variable = try fixture.variable(
                        "\(name) \(layer)", uniform(shape, -0.3..<0.3, seed: UInt64(layer)))
                    weights.append((variable, fixture.graph.read(variable)))
                }
                x = try x.matmul(weights[2 * layer].1) + weights[2 * layer + 1].1
                if normalized {
                    let mean = try x.mean(axes: [0]), centred = try x - mean
                    x = try centred / (try centred.square().mean(axes: [0]) + 1e-3).sqrt()
                }
                x = try x.selu()
            }
            let loss = try (x - fixture.input("target")).square().mean()
            let gradients = try fixture.graph.gradients(of: loss, withRespectTo: weights.map(\.1))
            try fixture.graph.assignOnlyIf(fixture.graph.allFinite([loss] + gradients.compactMap { $0 }))
            for ((variable, value), gradient) in zip(weights, gradients) {
                let step = try #require(gradient) * fixture.input("rate")
                try fixture.graph.assign(variable, try value - step)
            }
            fixture.output(loss, x)
        }

        @Test(arguments: [false, true]) func trainingStepsAgree(_ normalized: Bool) throws {
            try expectAgreement(Self.inputs, runs: 5, tolerance: 2e-5) {
                try Self.trainingStep(&$0, normalized: normalized)
            }
        }

        /// More threads than some steps have pieces, and rows that they do not divide evenly.
        @Test(arguments: [3, 5]) func manyThreadsAgree(_ threads: Int) throws {
            var model = ThreadModel(maximum: threads)
            model.elementsWorthDividing = 1
            model.elementsWorthChaining = 1
            model.fewestRowsForThread = 1
            model.operationsWorthSharing = 1
            let engine = try OneDNNEngine(threadModel: model)
            let expected = try runGraph(on: Engines.one.get(), Self.inputs) {
                try Self.wideStep(&$0)
            }
            let result = try runGraph(on: engine, Self.inputs) { try Self.wideStep(&$0) }
            for (computed, wanted) in zip(result.variables, expected.variables) {
                #expect(difference(computed, wanted, tolerance: 2e-5) == nil)
            }
        }

        /// A step whose first kernel is larger than what passes by it, and whose second has two rows.
        private static func wideStep(_ fixture: inout GraphFixture) throws {
            let x = try fixture.input("x")
            let narrow = try fixture.variable("narrow", uniform([20, 2], -0.3..<0.3, seed: 8))
            let wide = try fixture.variable("wide", uniform([2, 4200], -0.3..<0.3, seed: 9))
            let deep = try fixture.variable("deep", uniform([4200, 20], -0.01..<0.01, seed: 10))
            let parameters = [narrow, wide, deep].map { fixture.graph.read($0) }
            let y = try x.matmul(parameters[0]).tanh().matmul(parameters[1]).matmul(parameters[2])
            let loss = try (y - fixture.input("target")).square().mean()
            let gradients = try fixture.graph.gradients(of: loss, withRespectTo: parameters)
            for ((variable, value), gradient) in zip(zip([narrow, wide, deep], parameters), gradients) {
                try fixture.graph.assign(
                    variable, value - #require(gradient) * fixture.input("rate"))
            }
            fixture.output(loss)
        }

        /// The layers run in one region forwards and in one backwards; kernels' gradients and updates in one each.
        @Test func smallLayersShareFewRegions() throws {
            let engine = try Engines.dividing.get()
            let names = try engine.perform { () throws in
                var fixture = GraphFixture(engine: engine, inputs: Self.inputs)
                try Self.trainingStep(&fixture, normalized: false)
                return try #require(try engine.compile(fixture.graph) as? OneDNNExecutable).stepNames
            }
            let regions = names.filter { $0.hasPrefix("side by side") }
            #expect((3...6).contains(regions.count), "\(names)")
            #expect(!names.contains { $0.hasPrefix("matmul") }, "\(names)")
        }

        /// Long updates are cut in equal parts, also after short ones.
        @Test(arguments: [
            [235_200, 300, 30_000, 100, 1000, 10], [10, 100, 70_000], [50_000, 50_000, 50_000],
        ])
        func updatesAreDividedEvenly(_ sizes: [Int]) throws {
            var sideBySide = SideBySide(threads: ThreadModel(maximum: 2))
            let steps = sizes.map { size in
                let storage = Storage(bytes: size * 4, place: .arena)
                return ElementwiseProgram(
                    rows: 1, columns: size, slots: 2, threads: 1, workPerElement: 1,
                    inputs: [.init(storage: storage, spread: .full, type: .float32)], instructions: [],
                    outputs: [
                        .init(storage: storage, slot: 1, kind: 0, type: .float32, factor: 1)
                    ]
                ).step(.update)
            }
            let arranged = sideBySide.arranged(steps)
            let lists = try #require(arranged.first?.lists)
            #expect(arranged.count == 1 && lists.count == 2)
            let loads = lists.map { list in list.reduce(0) { $0 + ($1.divisible?.work ?? 0) } }
            #expect(loads.reduce(0, +) == sizes.reduce(0, +))
            #expect(abs(loads[0] - loads[1]) <= 32, "\(loads)")
        }
    }
}
