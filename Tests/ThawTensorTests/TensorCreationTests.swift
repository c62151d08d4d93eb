import Testing
import ThawTensor

@Suite struct TensorCreationTests {
    @Test func literalsChooseTheirTypes() {
        #expect(Tensor([1, 2, 3]).dtype == .int64)
        #expect(Tensor([0.5, 2]).dtype == .float32)
        #expect(Tensor([[1, 2], [3, 4]]).dtype == .int64)
        #expect(Tensor([[1.5, 2], [3, 4]]).dtype == .float32)
        #expect(Tensor([[[1.5], [2]]]).shape == [1, 2, 1])
        #expect(Tensor([true, false]).dtype == .bool)
        #expect(Tensor(scalar: 2).dtype == .int64)
        #expect(Tensor(scalar: 2.5).dtype == .float32)
        #expect(Tensor(shape: [2], scalars: [1, 2]).dtype == .int64)
        #expect(Tensor(shape: [2], scalars: [1.0, 2]).dtype == .float32)
    }

    @Test func variablesKeepTheirTypes() {
        let doubles: [Double] = [1, 2]
        let bytes: [[UInt8]] = [[1], [2]]
        let integers: [Int32] = [4]
        #expect(Tensor(doubles).dtype == .float64)
        #expect(Tensor(bytes).dtype == .uint8)
        #expect(Tensor(bytes).shape == [2, 1])
        #expect(Tensor(shape: [1], scalars: integers).dtype == .int32)
        #expect(Tensor(scalar: Double.pi).item == Double.pi)
        #expect(Tensor(scalar: Double.pi).shape == [])
    }

    @Test func emptyArraysMakeEmptyTensors() {
        #expect(Tensor([Float]()).shape == [0])
        #expect(Tensor([[Float]]()).shape == [0, 0])
        #expect(Tensor.zeros([0, 3]).floats == [])
    }

    @Test(arguments: DType.allCases) func constantsInEveryType(dtype: DType) {
        #expect(Tensor.zeros([2, 2], dtype: dtype).ints == [0, 0, 0, 0])
        #expect(Tensor.ones([3], dtype: dtype).ints == [1, 1, 1])
        #expect(Tensor.full([70], 1, dtype: dtype).dtype == dtype)
        #expect(Tensor.full([70], 1, dtype: dtype).ints == [Int](repeating: 1, count: 70))
    }

    @Test func progressions() {
        #expect(Tensor.arange(4) == Tensor([0, 1, 2, 3]))
        #expect(Tensor.arange(from: 1, to: 2, by: 0.25).floats == [1, 1.25, 1.5, 1.75])
        #expect(Tensor.arange(from: 3, to: 0, by: -1, dtype: .int32).ints == [3, 2, 1])
        #expect(Tensor.arange(from: 3, to: 0).count == 0)
        #expect(Tensor.identity(2) == Tensor([[1.0, 0.0], [0.0, 1.0]]))
    }

    @Test func raggedRowsStopTheProgram() async {
        await #expect(processExitsWith: .failure) { _ = Tensor([[1, 2], [3]]) }
    }
}
