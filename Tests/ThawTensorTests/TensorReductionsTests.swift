import Testing
import ThawTensor

@Suite struct TensorReductionsTests {
    let matrix = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 9.0]])

    @Test func overEverything() {
        #expect(matrix.sum().item == 24)
        #expect(matrix.sum().shape == [])
        #expect(matrix.mean().item == 4)
        #expect(matrix.max().item == 9)
        #expect(matrix.min().item == 1)
        #expect(matrix.product().item == 1080)
        #expect(matrix.variance().item(as: Float.self) == Float(40.0 / 6))
        #expect(matrix.standardDeviation().item(as: Float.self) == Float((40.0 / 6).squareRoot()))
        #expect(matrix.sum(keepingDimensions: true).shape == [1, 1])
    }

    @Test func overAxes() {
        #expect(matrix.sum(axes: [0]).floats == [5, 7, 12])
        #expect(matrix.sum(axes: [1]).floats == [6, 18])
        #expect(matrix.sum(axes: [-1], keepingDimensions: true).shape == [2, 1])
        #expect(matrix.mean(axes: [0], keepingDimensions: true).shape == [1, 3])
        #expect(matrix.max(axes: [0]).floats == [4, 5, 9])
        #expect(matrix.min(axes: [1]).floats == [1, 4])
        #expect(matrix.variance(axes: [0]).floats == [2.25, 2.25, 9])
        #expect(matrix.sum(axes: []) == matrix)
    }

    @Test(arguments: [
        [0], [1], [2], [3], [0, 1], [0, 2], [1, 3], [2, 3], [0, 1, 2], [0, 3, 1], [0, 1, 2, 3],
    ])
    func agreesWithIndexArithmetic(axes: [Int]) {
        for shape in [[2, 3, 4, 5], [2, 1, 4, 3], [7, 2, 1, 1], [1, 1, 1, 9]] {
            let tensor = (Tensor.arange(shape.reduce(1, *)) * 7919).reshaped(to: shape)
            let values = tensor.ints.map { $0 % 101 }
            let kept = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
            let (strides, keptStrides) = (TensorShape.strides(shape), TensorShape.strides(kept))
            var groups = [[Int]](repeating: [], count: kept.reduce(1, *))
            for (position, value) in values.enumerated() {
                let group = shape.indices.filter { kept[$0] > 1 }
                    .reduce(0) { $0 + position / strides[$1] % shape[$1] * keptStrides[$1] }
                groups[group].append(value)
            }
            for dtype in [DType.int64, .float32, .float64, .uint8, .int32, .float16] {
                let input = Tensor(shape: shape, scalars: values).cast(to: dtype)
                let sums = input.sum(axes: axes, keepingDimensions: true)
                #expect(sums.shape == kept)
                #expect(sums.ints == groups.map { $0.reduce(0, +) })
                #expect(input.max(axes: axes).ints == groups.map { $0.max() })
                #expect(input.min(axes: axes).ints == groups.map { $0.min() })
                let means = groups.map { Double($0.reduce(0, +)) / Double($0.count) }
                #expect(
                    input.mean(axes: axes).flattened.isApproximatelyEqual(
                        to: Tensor(means), relativeTolerance: 1e-6))
                let variances = zip(groups, means).map { group, mean in
                    group.map { (Double($0) - mean) * (Double($0) - mean) }.reduce(0, +) / Double(group.count)
                }
                #expect(
                    input.variance(axes: axes).flattened.isApproximatelyEqual(
                        to: Tensor(variances), relativeTolerance: 1e-6))
            }
        }
    }

    @Test func typesOfResults() {
        #expect(Tensor([1, 2] as [Int32]).sum() == Tensor(scalar: 3))
        #expect(Tensor([255, 255] as [UInt8]).sum() == Tensor(scalar: 510))
        #expect(Tensor([true, true, false]).sum() == Tensor(scalar: 2))
        #expect(Tensor([true, false]).mean() == Tensor(scalar: 0.5))
        #expect(Tensor([1.5]).cast(to: .float16).sum().dtype == .float32)
        #expect(Tensor([1.5]).cast(to: .float64).mean().dtype == .float64)
        #expect(Tensor([3, 4]).product() == Tensor(scalar: 12))
        #expect(Tensor([3, 4] as [UInt8]).max() == Tensor(scalar: UInt8(4)))
        #expect(Tensor([true, false]).max() == Tensor(scalar: true))
    }

    @Test func floatsAreAccumulatedInDoublePrecision() {
        let tensor = Tensor.full([1 << 20], 0.1)
        #expect(tensor.sum().item(as: Float.self) == Float(Double(Float(0.1)) * Double(1 << 20)))
        let shifted = Tensor([1e6, 1e6 + 1, 1e6 + 2])
        #expect(shifted.variance().item(as: Float.self) == Float(2.0 / 3))
    }

    @Test func emptyTensors() {
        let empty = Tensor.zeros([0, 2])
        #expect(empty.sum().item == 0)
        #expect(empty.sum(axes: [0]).floats == [0, 0])
        #expect(empty.sum(axes: [1]).shape == [0])
        #expect(empty.product(axes: [0]).floats == [1, 1])
        #expect(empty.mean().item.isNaN)
        #expect(empty.max(axes: [1]).shape == [0])
        #expect(empty.all())
        #expect(!empty.any())
    }

    @Test func greatestAndSmallestPassNaNOn() {
        let tensor = Tensor([[1.0, .nan, 3.0], [4.0, 5.0, -.infinity]])
        #expect(tensor.max(axes: [1]).floats[0].isNaN)
        #expect(tensor.min(axes: [1]).floats[0].isNaN)
        #expect(tensor.min(axes: [1]).floats[1] == -.infinity)
        #expect(Tensor([-Float.infinity]).max().item == -.infinity)
    }

    @Test func allAndAny() {
        let flags = Tensor([[true, false], [true, true]])
        #expect(!flags.all())
        #expect(flags.any())
        #expect(flags.all(axes: [1]).scalars(as: Bool.self) == [false, true])
        #expect(flags.any(axes: [0], keepingDimensions: true).shape == [1, 2])
    }

    @Test func mistakesStopTheProgram() async {
        await #expect(processExitsWith: .failure) { _ = Tensor([1]).sum(axes: [1]) }
        await #expect(processExitsWith: .failure) { _ = Tensor([[1]]).sum(axes: [0, -2]) }
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([0]).max() }
    }
}
