import Testing
import ThawTensor

@Suite struct RandomStreamTensorsTests {
    @Test func uniform() {
        var stream = RandomStream(seed: 1)
        let tensor = stream.uniformTensor([100, 100], in: -2..<4)
        #expect(tensor.shape == [100, 100])
        #expect(tensor.dtype == .float32)
        #expect(tensor.min().item >= -2)
        #expect(tensor.max().item <= 4)
        #expect((tensor.mean().item - 1).magnitude < 0.07)
    }

    @Test func tensorsHoldTheStreamsOwnNumbers() {
        var (first, second) = (RandomStream(seed: 2), RandomStream(seed: 2))
        let tensor = first.normalTensor([5])
        #expect(tensor.floats == (0..<5).map { _ in second.normal() })
        #expect(first.uniform() == second.uniform())
    }

    @Test func normal() {
        var stream = RandomStream(seed: 3)
        let tensor = stream.normalTensor([20_000], mean: 3, standardDeviation: 2)
        #expect((tensor.mean().item - 3).magnitude < 0.06)
        #expect((tensor.standardDeviation().item - 2).magnitude < 0.05)
    }

    @Test func truncatedNormal() {
        var stream = RandomStream(seed: 4)
        let tensor = stream.truncatedNormalTensor([20_000], mean: 1, standardDeviation: 0.5)
        #expect(tensor.min().item >= 0)
        #expect(tensor.max().item <= 2)
        #expect((tensor.mean().item - 1).magnitude < 0.015)
        #expect((tensor.standardDeviation().item - 0.5 * 0.8796).magnitude < 0.01)
    }

    @Test func bernoulli() {
        var stream = RandomStream(seed: 5)
        let tensor = stream.bernoulliTensor([20_000], probability: 0.3)
        #expect((tensor.mean().item - 0.3).magnitude < 0.015)
        #expect(((tensor .== 0) .| (tensor .== 1)).all())
        #expect(stream.bernoulliTensor([100], probability: 0).sum().item == 0)
        #expect(stream.bernoulliTensor([100], probability: 1, dtype: .bool).all())
    }

    @Test func mistakesStopTheProgram() async {
        await #expect(processExitsWith: .failure) {
            var stream = RandomStream(seed: 0)
            _ = stream.normalTensor([1], standardDeviation: -1)
        }
        await #expect(processExitsWith: .failure) {
            var stream = RandomStream(seed: 0)
            _ = stream.bernoulliTensor([1], probability: 1.5)
        }
    }
}
