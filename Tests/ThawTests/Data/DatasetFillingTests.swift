import Testing
import ThawTensor

@testable import Thaw

@Suite struct DatasetFillingTests {
    func filled(
        _ data: Dataset, _ column: Dataset.Column, _ positions: [Int], _ dtype: DType, width: Int = 1
    ) -> Tensor {
        Tensor(shape: [positions.count, width], dtype: dtype) { buffer in
            data.fill(column, positions: positions[...], into: buffer, as: dtype)
        }
    }

    @Test(arguments: [DType.float32, .float64, .int32, .int64, .uint8, .bool, .float16, .bfloat16])
    func everyTypeBecomesFloat(dtype: DType) throws {
        let x = Tensor([[0, 1], [1, 0], [1, 1]] as [[Float]]).cast(to: dtype)
        let data = try Dataset(x, x)
        #expect(filled(data, .input(0), [2, 1], .float32, width: 2).floats == [1, 1, 1, 0])
        #expect(filled(data, .target(0), [1, 1], .int32, width: 2).ints == [1, 0, 1, 0])
    }

    @Test func viewsAreResolved() throws {
        let data = try DatasetTests.ten()
        #expect(filled(data.dropFirst(5), .input(0), [0, 4], .float32, width: 2).floats == [5, 50, 9, 90])
        let picked = try data.subset([9, 3, 3])
        #expect(filled(picked, .input(0), [1, 0], .float32, width: 2).floats == [3, 30, 9, 90])
        #expect(filled(picked, .target(0), [0, 1, 2], .int32).ints == [0, 0, 0])
        #expect(filled(data, .target(0), [1, 2], .float32).floats == [1, 2])
    }

    @Test func weightsAreOnesUnlessGiven() throws {
        let data = try DatasetTests.ten()
        #expect(filled(data, .weights, [1, 2], .float32).floats == [1, 1])
        let weighted = try data.weighted(Tensor.arange(10, dtype: .float32))
        #expect(filled(weighted, .weights, [7, 0], .float32).floats == [7, 0])
    }

    @Test func numbersOutsideOfInt32() throws {
        let labels = Tensor([Double.nan, 1e300, -1e300, -1.9, 3e9])
        let data = try Dataset(labels)
        #expect(
            filled(data, .input(0), Array(0..<5), .int32).ints == [
                Int(Int32.min), Int(Int32.max), Int(Int32.min), -1, Int(Int32.max),
            ])
        let wide = try Dataset(Tensor([Int64.max, Int64.min]))
        #expect(filled(wide, .input(0), [0, 1], .int32).ints == [Int(Int32.max), Int(Int32.min)])
    }
}
