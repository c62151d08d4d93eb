import Testing
import ThawTensor

@Suite struct TensorIndexingTests {
    let matrix = Tensor.arange(12).reshaped(to: [4, 3])

    @Test func rows() {
        #expect(matrix[1] == Tensor([3, 4, 5]))
        #expect(Tensor([7, 8])[1] == Tensor(scalar: 8))
        var changed = matrix
        changed[0] = Tensor([9, 9, 9])
        #expect(changed[0].ints == [9, 9, 9])
        #expect(matrix[0].ints == [0, 1, 2])
    }

    @Test func ranges() {
        #expect(matrix[1..<3] == Tensor([[3, 4, 5], [6, 7, 8]]))
        #expect(matrix[3...] == Tensor([[9, 10, 11]]))
        #expect(matrix[...0].shape == [1, 3])
        #expect(matrix[..<0].shape == [0, 3])
        #expect(matrix[0..<4] == matrix)
        var changed = matrix
        changed[2...] = Tensor.zeros([2, 3], dtype: .int64)
        #expect(changed.ints == [0, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0])
    }

    @Test func prefixAndRest() {
        #expect(matrix.prefix(2).ints == [0, 1, 2, 3, 4, 5])
        #expect(matrix.prefix(9) == matrix)
        #expect(matrix.dropFirst(3).ints == [9, 10, 11])
        #expect(matrix.dropFirst().shape == [3, 3])
        #expect(matrix.dropFirst(9).shape == [0, 3])
    }

    @Test func blocks() {
        #expect(matrix.slice(starts: [1, 1], sizes: [2, 2]) == Tensor([[4, 5], [7, 8]]))
        #expect(matrix.slice(starts: [2, 0], sizes: [-1, 1]) == Tensor([[6], [9]]))
        #expect(matrix.slice(starts: [0, 3], sizes: [4, 0]).shape == [4, 0])
        let cube = Tensor.arange(24).reshaped(to: [2, 3, 4])
        #expect(cube.slice(starts: [0, 1, 2], sizes: [2, 2, 2]).ints == [6, 7, 10, 11, 18, 19, 22, 23])
        #expect(Tensor(scalar: 3).slice(starts: [], sizes: []) == Tensor(scalar: 3))
    }

    @Test func gathering() {
        #expect(matrix.gathering(rows: [3, 0, 3]).ints == [9, 10, 11, 0, 1, 2, 9, 10, 11])
        #expect(matrix.gathering(rows: []).shape == [0, 3])
    }

    @Test func oneHot() {
        #expect(Tensor([2, 0]).oneHot(depth: 3) == Tensor([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]))
        let bytes = Tensor([[1], [0]] as [[UInt8]]).oneHot(depth: 2, dtype: .int32)
        #expect(bytes.shape == [2, 1, 2])
        #expect(bytes.ints == [0, 1, 1, 0])
    }

    @Test func mistakesStopTheProgram() async {
        await #expect(processExitsWith: .failure) { _ = Tensor([1, 2])[2] }
        await #expect(processExitsWith: .failure) { _ = Tensor([1, 2])[1..<3] }
        await #expect(processExitsWith: .failure) { _ = Tensor(scalar: 1)[0] }
        await #expect(processExitsWith: .failure) { _ = Tensor([1, 2]).gathering(rows: [-1]) }
        await #expect(processExitsWith: .failure) { _ = Tensor([1, 2]).slice(starts: [1], sizes: [2]) }
        await #expect(processExitsWith: .failure) { _ = Tensor([3]).oneHot(depth: 3) }
        await #expect(processExitsWith: .failure) {
            var tensor = Tensor([1, 2])
            tensor[0] = Tensor(scalar: 1.5)
        }
    }
}
