import Testing
import ThawTensor

@Suite struct TensorTests {
    @Test func holdsShapeTypeAndElements() {
        let tensor = Tensor(shape: [2, 3], scalars: [1, 2, 3, 4, 5, 6] as [Float])
        #expect(tensor.shape == [2, 3])
        #expect(tensor.dtype == .float32)
        #expect(tensor.rank == 2)
        #expect(tensor.count == 6)
        #expect(tensor.byteCount == 24)
        #expect(tensor.floats == [1, 2, 3, 4, 5, 6])
    }

    @Test func memoryIsAlignedTo64Bytes() {
        for count in [0, 1, 3, 1000] {
            Tensor.zeros([count]).withUnsafeBytes { bytes in
                #expect(UInt(bitPattern: bytes.baseAddress) % 64 == 0)
                #expect(bytes.count == count * 4)
            }
        }
    }

    @Test func copiesAreValues() {
        let original = Tensor([1, 2, 3] as [Float])
        var copy = original
        copy.withUnsafeMutableBufferPointer(as: Float.self) { $0[0] = 9 }
        #expect(original.floats == [1, 2, 3])
        #expect(copy.floats == [9, 2, 3])
        var reshaped = original.reshaped(to: [3, 1])
        reshaped[element: 2, 0] = 7
        #expect(original.floats == [1, 2, 3])
        #expect(reshaped.floats == [1, 2, 7])
    }

    @Test func uniqueTensorIsWrittenInPlace() {
        var tensor = Tensor.zeros([4])
        let before = tensor.withUnsafeBytes { $0.baseAddress }
        tensor.withUnsafeMutableBytes { $0[0] = 1 }
        tensor[element: 1] = 3
        #expect(tensor.withUnsafeBytes { $0.baseAddress } == before)
    }

    @Test func closureFillsZeroedMemory() throws {
        let tensor = Tensor(shape: [4], dtype: .uint8) { $0[1] = 7 }
        #expect(tensor.ints == [0, 7, 0, 0])
        struct Stop: Error {}
        #expect(throws: Stop.self) { try Tensor(shape: [4], dtype: .uint8) { _ in throw Stop() } }
    }

    @Test func equalityFollowsValuesAndIdentityFollowsBits() {
        let zero = Tensor([0.0, 1.0] as [Float])
        let negative = Tensor([-0.0, 1.0] as [Float])
        let broken = Tensor([Float.nan])
        #expect(zero == negative)
        #expect(!zero.isBitwiseEqual(to: negative))
        #expect(broken != Tensor([Float.nan]))
        #expect(broken.isBitwiseEqual(to: Tensor([Float.nan])))
        #expect(zero != zero.cast(to: .float64))
        #expect(zero != zero.reshaped(to: [2, 1]))
        #expect(Tensor([1, 2]) == Tensor([1, 2]))
        #expect(zero.cast(to: .bfloat16) == negative.cast(to: .bfloat16))
    }

    @Test func wrongCountStopsTheProgram() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor(shape: [2, 3], scalars: [1.0, 2.0])
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("shape [2, 3] needs 6 scalars, got 2"))
    }

    @Test func overflowingShapeStopsTheProgram() async {
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([Int.max, 3]) }
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([-1]) }
    }

    @Test func wrongElementTypeStopsTheProgram() async {
        await #expect(processExitsWith: .failure) {
            Tensor([1, 2]).withUnsafeBufferPointer(as: Float.self) { _ in }
        }
    }
}
