import Testing
import ThawTensor

@Suite struct TensorApproximateEqualityTests {
    @Test func tolerances() {
        let tensor = Tensor([1.0, 100.0])
        #expect(tensor.isApproximatelyEqual(to: Tensor([1.000001, 100.0001])))
        #expect(!tensor.isApproximatelyEqual(to: Tensor([1.0001, 100.0])))
        #expect(tensor.isApproximatelyEqual(to: Tensor([1.0001, 100.0]), absoluteTolerance: 1e-3))
        #expect(tensor.isApproximatelyEqual(to: Tensor([1.01, 101.0]), relativeTolerance: 0.02))
        #expect(!tensor.isApproximatelyEqual(to: tensor.reshaped(to: [2, 1])))
        #expect(tensor.isApproximatelyEqual(to: Tensor([1, 100])))
    }

    @Test func infinitiesAndNaN() {
        let infinite = Tensor([Float.infinity])
        #expect(infinite.isApproximatelyEqual(to: infinite))
        #expect(!infinite.isApproximatelyEqual(to: -infinite))
        #expect(!Tensor([1.0]).isApproximatelyEqual(to: infinite))
        #expect(!Tensor([Float.nan]).isApproximatelyEqual(to: Tensor([Float.nan])))
    }

    @Test func nonFinite() {
        for dtype in [DType.float32, .float64, .float16, .bfloat16] {
            #expect(!Tensor([1.0, 2.0]).cast(to: dtype).containsNonFinite)
            #expect(Tensor([1.0, .nan]).cast(to: dtype).containsNonFinite)
            #expect(Tensor([-.infinity, 1.0]).cast(to: dtype).containsNonFinite)
        }
        #expect(!Tensor([1]).containsNonFinite)
    }
}
