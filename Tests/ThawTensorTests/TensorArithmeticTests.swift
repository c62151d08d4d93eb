import Testing
import ThawTensor

@Suite struct TensorArithmeticTests {
    let matrix = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])

    @Test func equalShapes() {
        #expect((matrix + matrix).floats == [2, 4, 6, 8, 10, 12])
        #expect((matrix - matrix).floats == [0, 0, 0, 0, 0, 0])
        #expect((matrix * matrix).floats == [1, 4, 9, 16, 25, 36])
        #expect((matrix / matrix).floats == [1, 1, 1, 1, 1, 1])
        #expect((-matrix).floats == [-1, -2, -3, -4, -5, -6])
    }

    @Test func broadcasting() {
        let row = Tensor([10.0, 20.0, 30.0])
        let column = Tensor([[100.0], [200.0]])
        #expect((matrix + row).floats == [11, 22, 33, 14, 25, 36])
        #expect((row - matrix).floats == [9, 18, 27, 6, 15, 24])
        #expect((matrix + column).floats == [101, 102, 103, 204, 205, 206])
        #expect((column - matrix).floats == [99, 98, 97, 196, 195, 194])
        #expect((row + column).shape == [2, 3])
        #expect((row + column).floats == [110, 120, 130, 210, 220, 230])
        #expect((Tensor.zeros([0, 3]) + row).shape == [0, 3])
        #expect((Tensor(scalar: 2.0) * Tensor(scalar: 3.0)).shape == [])
    }

    @Test func broadcastingAgreesWithIndexArithmetic() {
        let shapes: [([Int], [Int])] = [
            ([2, 1, 3], [4, 1]), ([2, 3, 4], [3, 1]), ([1, 3, 1], [2, 1, 4]), ([2, 3, 1, 2], [3, 4, 1]),
            ([5], [2, 1, 1]), ([2, 1, 1, 3], [1, 4, 5, 1]), ([1], [1, 1]), ([2, 3, 4], [2, 3, 4]),
        ]
        for (left, right) in shapes {
            let first = Tensor.arange(left.reduce(1, *)).reshaped(to: left)
            let second = (Tensor.arange(right.reduce(1, *)) * 1000).reshaped(to: right)
            let sum = first + second
            #expect(sum.shape == TensorShape.broadcast(left, right))
            let strides = TensorShape.strides(sum.shape)
            func offset(_ position: Int, _ shape: [Int]) -> Int {
                let own = TensorShape.strides(shape)
                let lead = sum.rank - shape.count
                return shape.indices.reduce(0) { total, axis in
                    let index = position / strides[lead + axis] % sum.shape[lead + axis]
                    return total + (shape[axis] == 1 ? 0 : index * own[axis])
                }
            }
            let expected = (0..<sum.count).map { offset($0, left) + 1000 * offset($0, right) }
            #expect(sum.ints == expected, "\(left) \(right)")
        }
    }

    @Test func numbersBesideTensors() {
        #expect((matrix * 2).floats == [2, 4, 6, 8, 10, 12])
        #expect((1 - matrix).floats == [0, -1, -2, -3, -4, -5])
        #expect((6.0 / matrix).floats == [6, 3, 2, 1.5, 1.2, 1])
        #expect((matrix + 0.5).dtype == .float32)
        #expect((matrix.cast(to: .float64) + 0.1).doubles[0] == 1.1)
        #expect((0.5 + matrix).floats[0] == 1.5)
        #expect((2.0 * matrix).floats[1] == 4)
        #expect((matrix - 0.5).floats[0] == 0.5)
        #expect((2 + matrix).floats[0] == 3)
        #expect((2 * matrix).floats[1] == 4)
        #expect((matrix - 1).floats[0] == 0)
        #expect((2 / matrix).floats[1] == 1)
    }

    @Test func resultTypes() {
        let integers = Tensor([1, 2])
        let bytes = Tensor([200, 100] as [UInt8])
        #expect((integers + 1).dtype == .int64)
        #expect((integers + 1.0).dtype == .float32)
        #expect((integers / 2).dtype == .float32)
        #expect((integers / 2).floats == [0.5, 1])
        #expect((bytes + bytes).ints == [144, 200])
        #expect((bytes + bytes).dtype == .uint8)
        #expect((bytes / 255.0).dtype == .float32)
        #expect((Tensor([true]) + Tensor([true])).dtype == .int32)
        #expect((integers.cast(to: .float16) + integers).dtype == .float32)
        #expect((integers + integers.cast(to: .int32)).dtype == .int64)
        #expect((integers.cast(to: .float64) / integers).dtype == .float64)
    }

    @Test func assignment() {
        var tensor = Tensor([1.0, 2.0])
        tensor += Tensor([1.0])
        tensor *= Tensor([2.0])
        tensor -= Tensor([1.0])
        tensor /= Tensor([3.0])
        #expect(tensor.isApproximatelyEqual(to: Tensor([1.0, 5.0 / 3.0])))
    }

    @Test func incompatibleShapesStopWithBothShapes() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([2, 3]) + Tensor.zeros([4])
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("+: shapes [2, 3] and [4] do not broadcast"))
    }
}
