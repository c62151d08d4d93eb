import Foundation
import Testing
import ThawTensor

@Suite struct TensorElementwiseFunctionsTests {
    let numbers: [Double] = [0.25, 1, 2, 9]

    @Test func functionsAgreeWithTheirScalarForms() {
        let tensor = Tensor(numbers)
        #expect(tensor.exp().doubles == numbers.map { Foundation.exp($0) })
        #expect(tensor.log().doubles == numbers.map { Foundation.log($0) })
        #expect(tensor.sqrt().doubles == numbers.map { $0.squareRoot() })
        #expect(tensor.square().doubles == numbers.map { $0 * $0 })
        #expect(tensor.pow(1.5).doubles == numbers.map { Foundation.pow($0, 1.5) })
        #expect(exp(tensor) == tensor.exp())
        #expect(log(tensor) == tensor.log())
        #expect(sqrt(tensor) == tensor.sqrt())
        #expect(pow(tensor, 2) == tensor.square())
        #expect(abs(Tensor([-1, 2])).ints == [1, 2])
    }

    @Test func typesOfResults() {
        #expect(Tensor([1, 4]).sqrt().dtype == .float32)
        #expect(Tensor([1, 4]).sqrt().floats == [1, 2])
        #expect(Tensor([-3, 4]).square() == Tensor([9, 16]))
        #expect(Tensor([1.0]).cast(to: .bfloat16).exp().dtype == .float32)
        #expect(Tensor.pow(Tensor([2, 3]), Tensor([3, 2])).floats == [8, 9])
    }

    @Test func maximumAndMinimum() {
        let (left, right) = (Tensor([1.0, .nan, 5.0]), Tensor([3.0, 1.0, .nan]))
        #expect(Tensor.maximum(left, right).floats[0] == 3)
        #expect(Tensor.minimum(left, right).floats[0] == 1)
        for index in 1...2 {
            #expect(Tensor.maximum(left, right).floats[index].isNaN)
            #expect(Tensor.minimum(left, right).floats[index].isNaN)
        }
        #expect(Tensor.maximum(Tensor([1, 5]), Tensor(scalar: 3)).ints == [3, 5])
        #expect(Tensor([-1.0, 0.5, 2.0]).clipped(to: 0...1).floats == [0, 0.5, 1])
    }
}
