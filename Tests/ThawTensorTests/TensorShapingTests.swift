import Testing
import ThawTensor

@Suite struct TensorShapingTests {
    @Test func reshaping() {
        let tensor = Tensor.arange(12)
        #expect(tensor.reshaped(to: [3, -1]).shape == [3, 4])
        #expect(tensor.reshaped(to: [-1]).shape == [12])
        #expect(tensor.reshaped(to: [2, 6]).flattened == tensor)
        #expect(Tensor.zeros([0, 3]).reshaped(to: [-1, 3]).shape == [0, 3])
        #expect(Tensor([1]).reshaped(to: []).shape == [])
        #expect(tensor.expandingDimension(at: -1).shape == [12, 1])
        #expect(tensor.expandingDimension(at: 0).shape == [1, 12])
    }

    @Test func transposition() {
        let matrix = Tensor([[1, 2, 3], [4, 5, 6]])
        #expect(matrix.transposed() == Tensor([[1, 4], [2, 5], [3, 6]]))
        #expect(matrix.transposed([0, 1]) == matrix)
        #expect(matrix.cast(to: .uint8).transposed().ints == [1, 4, 2, 5, 3, 6])
        #expect(matrix.cast(to: .float16).transposed().ints == [1, 4, 2, 5, 3, 6])
        #expect(Tensor.zeros([0, 3]).transposed().shape == [3, 0])
    }

    @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func everyPermutationOfThreeAxes(order: [Int]) {
        let cube = Tensor.arange(24, dtype: .int32).reshaped(to: [2, 3, 4])
        let result = cube.transposed(order)
        #expect(result.shape == order.map { cube.shape[$0] })
        for first in 0..<2 {
            for second in 0..<3 {
                for third in 0..<4 {
                    let index = [first, second, third]
                    let moved = order.map { index[$0] }
                    #expect(
                        result[element: moved[0], moved[1], moved[2]] == cube[element: first, second, third])
                }
            }
        }
    }

    @Test func concatenation() {
        let left = Tensor([[1, 2], [3, 4]])
        let right = Tensor([[5], [6]])
        #expect(Tensor.concatenate([left, right], axis: 1) == Tensor([[1, 2, 5], [3, 4, 6]]))
        #expect(Tensor.concatenate([left, left]).shape == [4, 2])
        #expect(Tensor.concatenate([left, right], axis: -1).shape == [2, 3])
        #expect(Tensor.concatenate([left, .zeros([0, 2], dtype: .int64)]) == left)
    }

    @Test func stacking() {
        let (left, right) = (Tensor([1, 2]), Tensor([3, 4]))
        #expect(Tensor.stack([left, right]) == Tensor([[1, 2], [3, 4]]))
        #expect(Tensor.stack([left, right], axis: 1) == Tensor([[1, 3], [2, 4]]))
        #expect(Tensor.stack([left, right], axis: -1) == Tensor([[1, 3], [2, 4]]))
        #expect(Tensor.stack([Tensor(scalar: 1), Tensor(scalar: 2)]) == Tensor([1, 2]))
    }

    @Test func mistakesStopTheProgram() async {
        await #expect(processExitsWith: .failure) { _ = Tensor.arange(12).reshaped(to: [5, -1]) }
        await #expect(processExitsWith: .failure) { _ = Tensor.arange(12).reshaped(to: [-1, -1]) }
        await #expect(processExitsWith: .failure) { _ = Tensor([[1]]).transposed([0, 0]) }
        await #expect(processExitsWith: .failure) { _ = Tensor.stack([Tensor([1]), Tensor([1, 2])]) }
        await #expect(processExitsWith: .failure) {
            _ = Tensor.concatenate([Tensor([1]), Tensor([1.5])])
        }
    }
}
