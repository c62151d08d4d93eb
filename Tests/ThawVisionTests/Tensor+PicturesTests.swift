import Testing
import ThawTensor
import ThawVision

@Suite struct TensorPicturesTests {
    /// Pixels of 100 row + 10 column + channel.
    private static let picture = Tensor(
        shape: [2, 3, 2],
        scalars: [0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121] as [Float])

    @Test func flips() {
        let across: [Float] = [20, 21, 10, 11, 0, 1, 120, 121, 110, 111, 100, 101]
        #expect(Self.picture.flippedHorizontally().floats == across)
        let over: [Float] = [100, 101, 110, 111, 120, 121, 0, 1, 10, 11, 20, 21]
        #expect(Self.picture.flippedVertically().floats == over)
        #expect(Self.picture.flippedVertically().flippedVertically() == Self.picture)
    }

    @Test func crops() {
        #expect(Self.picture.cropped(top: 0, left: 0, height: 2, width: 3) == Self.picture)
        #expect(Self.picture.cropped(top: 1, left: 1, height: 1, width: 2).floats == [110, 111, 120, 121])
        let outside = Self.picture.cropped(top: -1, left: 2, height: 2, width: 2)
        #expect(outside.floats == [0, 0, 0, 0, 20, 21, 0, 0])
        let far = Self.picture.cropped(top: .max, left: .min, height: 1, width: 2)
        #expect(far.floats == [0, 0, 0, 0])
    }

    @Test(arguments: [DType.uint8, .int32, .float64, .float16]) func everyType(_ dtype: DType) {
        let picture = Self.picture.cast(to: dtype)
        let flipped = picture.flippedHorizontally()
        #expect(flipped.dtype == dtype)
        #expect(flipped == Self.picture.flippedHorizontally().cast(to: dtype))
    }
}
