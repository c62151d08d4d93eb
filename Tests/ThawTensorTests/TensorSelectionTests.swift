import Testing
import ThawTensor

@Suite struct TensorSelectionTests {
    @Test func broadcasting() {
        let row = Tensor([1, 2])
        #expect(row.broadcast(to: [2, 2]) == Tensor([[1, 2], [1, 2]]))
        #expect(row.reshaped(to: [2, 1]).broadcast(to: [2, 2]) == Tensor([[1, 1], [2, 2]]))
        #expect(row.broadcast(to: [2]) == row)
        for dtype in DType.allCases {
            #expect(Tensor.ones([1], dtype: dtype).broadcast(to: [3, 2]).ints == [1, 1, 1, 1, 1, 1])
        }
    }

    @Test func replacing() {
        let tensor = Tensor([[1.0, .nan], [.nan, -0.0]])
        let cleaned = tensor.replacing(with: Tensor(scalar: 0.0), where: tensor .!= tensor)
        #expect(cleaned.floats == [1, 0, 0, 0])
        #expect(cleaned.floats[3].sign == .minus)
        #expect(cleaned.dtype == .float32)
        let flags = Tensor([true, false]).replacing(
            with: Tensor([false, true]), where: Tensor([[true], [false]]))
        #expect(flags.dtype == .bool)
        #expect(flags.ints == [0, 1, 1, 0])
        #expect(Tensor([1, 2]).replacing(with: Tensor([0.5]), where: Tensor([0, 1])).floats == [1, 0.5])
    }

    @Test func mistakesStopTheProgram() async {
        await #expect(processExitsWith: .failure) { _ = Tensor([1, 2]).broadcast(to: [3]) }
        await #expect(processExitsWith: .failure) { _ = Tensor([[1, 2]]).broadcast(to: [2]) }
    }
}
