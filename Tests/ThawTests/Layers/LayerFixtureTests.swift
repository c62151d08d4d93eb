import Testing
import ThawTestSupport

@testable import Thaw

/// Every layer's values, gradients and updated statistics beside Keras 3 in float64.
@Suite struct LayerFixtureTests {
    @Test func thereAreCases() { #expect(LayerCase.all.count >= 115) }

    @Test(arguments: LayerCase.all) func agreesWithKeras(_ fixture: LayerCase) throws {
        try check(fixture, on: OneDNNEngine.shared, tolerance: 1e-5)
    }

    @Test(arguments: LayerCase.all) func agreesWithKerasInFloat64(_ fixture: LayerCase) throws {
        try check(fixture, on: ReferenceEngine(), tolerance: 2e-7)
    }

    private func check(_ fixture: LayerCase, on engine: any Engine, tolerance: Double) throws {
        try Runtime.$engine.withValue(engine) {
            let layer = try #require(fixture.makeLayer(), "no layer \(fixture.layer)")
            layer.isTrainable = fixture.trainable
            let graph = Graph()
            let context = CallContext(
                graph: graph, mode: fixture.mode == "training" ? .training : .inference, writesState: true)
            let x = graph.input("x", shape: fixture.x.shape)
            let y = try layer.apply(x, context: context)
            #expect(layer.parameters.map(\.name) == fixture.weightNames)
            #expect(y.shape == fixture.y.shape)
            let upstream = graph.input("upstream", shape: fixture.upstream.shape)
            // Statistics have no gradient in Keras.
            let differentiated = zip(layer.parameters, fixture.dweights).filter { $0.1 != nil }
            let parameters = differentiated.map(\.0)
            let gradients = try graph.gradients(
                of: (y * upstream).sum(),
                withRespectTo: [x] + parameters.map { graph.read($0.variable) })
            graph.addOutput("y", y)
            for (index, gradient) in gradients.enumerated() {
                graph.addOutput("gradient\(index)", try #require(gradient, "gradient \(index)"))
            }
            try context.tracer.assignUpdates()
            for (parameter, weight) in zip(layer.parameters, fixture.weights) {
                try parameter.assign(weight.tensor)
            }
            let results = try engine.perform { () throws in
                try engine.compile(graph).run(["x": fixture.x.tensor, "upstream": fixture.upstream.tensor])
            }
            expectAgreement(try #require(results["y"]).doubles, fixture.y.values, tolerance: tolerance, "y")
            for (index, reference) in ([fixture.dx] + differentiated.compactMap(\.1)).enumerated() {
                let gradient = try #require(results["gradient\(index)"]).doubles
                let name = index == 0 ? "dx" : "d\(parameters[index - 1].name)"
                // Gradients that cancel exactly in Keras leave rounding errors of the terms here.
                let largest = reference.values.map { abs($0) }.max() ?? 0
                let scale = fixture.upstream.values.map { abs($0) }.max() ?? 1
                if largest < 1e-9 {
                    #expect(gradient.allSatisfy { abs($0) <= tolerance * scale }, "\(name) should vanish")
                } else {
                    expectAgreement(gradient, reference.values, tolerance: tolerance, name)
                }
            }
            let statistics = layer.parameters.filter { !$0.isTrainable }
            for (parameter, reference) in zip(statistics, fixture.nonTrainableAfter) {
                expectAgreement(
                    parameter.value.doubles, reference.values, tolerance: tolerance, parameter.name)
            }
        }
    }
}
