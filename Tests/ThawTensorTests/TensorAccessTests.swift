import Testing
import ThawTensor

@Suite struct TensorAccessTests {
    @Test func scalarsConvert() {
        let tensor = Tensor([1.5, -2.5])
        #expect(tensor.scalars(as: Double.self) == [1.5, -2.5])
        #expect(tensor.scalars(as: Int32.self) == [1, -2])
        #expect(tensor.ints == [1, -2])
        #expect(tensor.doubles == [1.5, -2.5])
        let converted: [Int64] = tensor.scalars()
        #expect(converted == [1, -2])
    }

    @Test func pointersSeeTheElements() {
        var tensor = Tensor.arange(5, dtype: .int32)
        #expect(tensor.withUnsafeBufferPointer(as: Int32.self) { $0.reduce(0, +) } == 10)
        tensor.withUnsafeMutableBufferPointer(as: Int32.self) { $0[4] = 40 }
        #expect(tensor.ints == [0, 1, 2, 3, 40])
        let integers = Tensor([5, 6])
        #expect(integers.withUnsafeBufferPointer(as: Int.self) { Array($0) } == [5, 6])
    }

    @Test func singleElements() {
        var tensor = Tensor([[1.0, 2.0], [3.0, 4.0]])
        #expect(tensor[element: 1, 0] == 3)
        tensor[element: 1, 0] = 9
        #expect(tensor.floats == [1, 2, 9, 4])
        var bytes = Tensor([1, 2] as [UInt8])
        bytes[element: 0] = 999
        #expect(bytes.ints == [255, 2])
        #expect(Tensor([[5.0]]).item == 5)
        #expect(Tensor([5]).item(as: Int.self) == 5)
    }

    @Test func badIndicesStopTheProgram() async {
        await #expect(processExitsWith: .failure) { _ = Tensor([1, 2])[element: 2] }
        await #expect(processExitsWith: .failure) { _ = Tensor([1, 2])[element: 0, 0] }
        await #expect(processExitsWith: .failure) { _ = Tensor([1, 2]).item }
    }
}
