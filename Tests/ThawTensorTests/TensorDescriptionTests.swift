import Testing
import ThawTensor

/// The expected texts are NumPy's, but for the spelling of `true` and `false`.
@Suite struct TensorDescriptionTests {
    @Test func numbers() {
        #expect("\(Tensor([[1.0, 2.5], [-3.0, 4.0]]))" == "[[ 1.   2.5]\n [-3.   4. ]]")
        #expect("\(Tensor([1, 20, -3]))" == "[ 1 20 -3]")
        #expect("\(Tensor([0.1, 0.3]))" == "[0.1 0.3]")
        #expect("\(Tensor([1.0 / 3] as [Double]))" == "[0.33333333]")
        #expect("\(Tensor(scalar: 2.5))" == "2.5")
        #expect("\(Tensor(scalar: 7))" == "7")
        #expect("\(Tensor([true, false]))" == "[ true false]")
        #expect("\(Tensor([Float]()))" == "[]")
    }

    @Test func farApartMagnitudesUsePowersOfTen() {
        #expect("\(Tensor([0.00001, 1.0]))" == "[1.e-05 1.e+00]")
        #expect("\(Tensor([0.000015, 123]))" == "[1.50e-05 1.23e+02]")
    }

    @Test func nonFiniteNumbers() {
        #expect("\(Tensor([1.0, .nan, -.infinity]))" == "[  1.  nan -inf]")
    }

    @Test func deepTensorsSeparatePlanes() {
        let cube = Tensor.arange(8).reshaped(to: [2, 2, 2])
        #expect("\(cube)" == "[[[0 1]\n  [2 3]]\n\n [[4 5]\n  [6 7]]]")
    }

    @Test func longTensorsAreAbbreviated() {
        #expect("\(Tensor.arange(1001))" == "[   0    1    2 ...  998  999 1000]")
        let matrix = Tensor.arange(2000).reshaped(to: [2, 1000])
        #expect(
            "\(matrix)"
                == "[[   0    1    2 ...  997  998  999]\n [1000 1001 1002 ... 1997 1998 1999]]")
        let lines = "\(Tensor.arange(1000))".split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 77 })
        #expect(lines.count > 50)
    }

    @Test func debugTextNamesShapeAndType() {
        let opening = "Tensor(shape: [2, 1], dtype: float32, "
        let indent = String(repeating: " ", count: opening.count + 1)
        #expect(Tensor([[1.0], [2.0]]).debugDescription == "\(opening)[[1.]\n\(indent)[2.]])")
    }
}
