import Testing
import ThawTensor

@Suite struct TensorShapeTests {
    @Test func counts() {
        #expect(TensorShape.elementCount([]) == 1)
        #expect(TensorShape.elementCount([2, 3]) == 6)
        #expect(TensorShape.elementCount([Int.max, 0, Int.max]) == 0)
        #expect(TensorShape.elementCount([Int.max, 2]) == nil)
        #expect(TensorShape.elementCount([-1, 0]) == nil)
        #expect(TensorShape.byteCount([1 << 61], dtype: .float64) == nil)
        #expect(TensorShape.byteCount([3], dtype: .float16) == 6)
    }

    @Test func strides() {
        #expect(TensorShape.strides([2, 3, 4]) == [12, 4, 1])
        #expect(TensorShape.strides([]) == [])
    }

    @Test func broadcasting() {
        #expect(TensorShape.broadcast([2, 1], [3]) == [2, 3])
        #expect(TensorShape.broadcast([], [3]) == [3])
        #expect(TensorShape.broadcast([], []) == [])
        #expect(TensorShape.broadcast([0], [1]) == [0])
        #expect(TensorShape.broadcast([2], [3]) == nil)
        #expect(TensorShape.broadcast([0], [2]) == nil)
    }
}
