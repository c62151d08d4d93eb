import Testing
import ThawTensor

@Suite struct TensorComparisonTests {
    let left = Tensor([1.0, 2.0, 3.0])
    let right = Tensor([3.0, 2.0, 1.0])

    private func flags(_ tensor: Tensor) -> [Bool] {
        #expect(tensor.dtype == .bool)
        return tensor.scalars()
    }

    @Test func betweenTensors() {
        #expect(flags(left .== right) == [false, true, false])
        #expect(flags(left .!= right) == [true, false, true])
        #expect(flags(left .< right) == [true, false, false])
        #expect(flags(left .<= right) == [true, true, false])
        #expect(flags(left .> right) == [false, false, true])
        #expect(flags(left .>= right) == [false, true, true])
        #expect((left .< Tensor([[2.0], [3.0]])).shape == [2, 3])
        #expect(flags(Tensor([1, 2]) .== Tensor([1.0, 2.5])) == [true, false])
        #expect(flags(Tensor([true, false]) .== Tensor([true, true])) == [true, false])
    }

    @Test func withNumbers() {
        #expect(flags(left .== 2) == [false, true, false])
        #expect(flags(left .!= 2) == [true, false, true])
        #expect(flags(left .< 2) == [true, false, false])
        #expect(flags(left .<= 2) == [true, true, false])
        #expect(flags(left .> 2) == [false, false, true])
        #expect(flags(left .>= 2) == [false, true, true])
    }

    @Test func nothingHoldsForNaN() {
        let broken = Tensor([Float.nan])
        #expect(!(broken .== broken).any())
        #expect(!(broken .< 1).any())
        #expect(!(broken .>= 1).any())
        #expect((broken .!= broken).all())
    }

    @Test func logic() {
        let (first, second) = (Tensor([true, true, false]), Tensor([true, false, false]))
        #expect(flags(first .& second) == [true, false, false])
        #expect(flags(first .| second) == [true, true, false])
        #expect(flags(.!first) == [false, false, true])
    }
}
