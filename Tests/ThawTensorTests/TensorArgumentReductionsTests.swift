import Testing
import ThawTensor

@Suite struct TensorArgumentReductionsTests {
    let matrix = Tensor([[3.0, 1.0, 3.0], [4.0, 9.0, -2.0]])

    @Test func alongAxes() {
        #expect(matrix.argMax(axis: 1) == Tensor([0, 1]))
        #expect(matrix.argMax() == Tensor([0, 1]))
        #expect(matrix.argMax(axis: 0) == Tensor([1, 1, 0]))
        #expect(matrix.argMin(axis: -1) == Tensor([1, 2]))
        #expect(Tensor([5, 9, 1] as [UInt8]).argMax() == Tensor(scalar: 1))
        let cube = Tensor.arange(24).reshaped(to: [2, 3, 4])
        #expect((0 - cube).argMax(axis: 1) == Tensor.zeros([2, 4], dtype: .int64))
        #expect(cube.argMax(axis: 1).ints == [Int](repeating: 2, count: 8))
    }

    @Test func theFirstNaNCounts() {
        #expect(Tensor([1.0, .nan, 5.0, .nan]).argMax() == Tensor(scalar: 1))
        #expect(Tensor([1.0, .nan, 5.0, .nan]).argMin() == Tensor(scalar: 1))
        #expect(Tensor([Float.nan, 1]).argMax() == Tensor(scalar: 0))
    }

    @Test func emptyTensors() async {
        #expect(Tensor.zeros([0, 3]).argMax().shape == [0])
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([3, 0]).argMax() }
        await #expect(processExitsWith: .failure) { _ = Tensor(scalar: 1).argMax() }
    }
}
