import Testing
import ThawTestSupport

@testable import Thaw

@Suite struct DropoutTests {
    @Test func liveWhereItShouldBe() throws {
        let layer = Dropout(0.5)
        func isLive(_ mode: Mode, _ live: LiveRandomness) throws -> Bool {
            let graph = Graph()
            let context = CallContext(graph: graph, mode: mode, liveRandomness: live)
            _ = try layer.apply(graph.input("x", shape: [4, 3]), context: context)
            #expect((context.tracer.randomKey != nil) == (graph.inputNodes.count == 2))
            return context.tracer.randomKey != nil
        }
        #expect(try isLive(.training, .automatic))
        #expect(try !isLive(.inference, .automatic))
        #expect(try !isLive(.training, .none))
        #expect(try isLive(.inference, .all))
        layer.freeze()
        #expect(try !isLive(.training, .automatic))
        #expect(try isLive(.training, .all))
    }

    @Test func dropsTheRateAndScalesTheRest() throws {
        let model = Sequential([Dropout(0.25, inputShape: [1000])], seed: 5)
        let x = Tensor.ones([20, 1000])
        let y = try model(x, mode: .training)
        let values = y.floats
        #expect(Set(values) == [0, Float(1 / 0.75)])
        let dropped = Double(values.filter { $0 == 0 }.count) / Double(values.count)
        #expect(abs(dropped - 0.25) < 0.02)
        #expect(try model(x, mode: .training).isBitwiseEqual(to: y))
        #expect(try model(x).isBitwiseEqual(to: x))
        let other = try Sequential([Dropout(0.25, inputShape: [1000])], seed: 6)(x, mode: .training)
        #expect(other != y)
    }

    @Test func layersDropDifferently() throws {
        let model = Sequential(seed: 1) {
            Dropout(0.5, inputShape: [64])
            Dropout(0.5)
        }
        let kept = try model(Tensor.ones([100, 64]), mode: .training).floats.filter { $0 != 0 }
        #expect(abs(Double(kept.count) / 6400 - 0.25) < 0.03)
    }

    @Test func rateOutOfRange() {
        let error = #expect(throws: LayerError.self) {
            try Sequential([Dropout(1.5, inputShape: [2])]).ensureBuilt()
        }
        #expect(error?.description == "layer dropout (Dropout): rate must be from 0 to 1, got 1.5.")
    }
}
