import Testing
import ThawTensor

@Suite struct DTypeTests {
    @Test(arguments: [
        (DType.float32, 4, true, "float32"), (.float64, 8, true, "float64"), (.int32, 4, false, "int32"),
        (.int64, 8, false, "int64"), (.uint8, 1, false, "uint8"), (.bool, 1, false, "bool"),
        (.float16, 2, true, "float16"), (.bfloat16, 2, true, "bfloat16"),
    ])
    func properties(dtype: DType, byteCount: Int, isFloatingPoint: Bool, name: String) {
        #expect(dtype.byteCount == byteCount)
        #expect(dtype.isFloatingPoint == isFloatingPoint)
        #expect(dtype.description == name)
    }

    @Test(arguments: [
        (DType.float32, DType.float64, DType.float64), (.float32, .int64, .float32),
        (.float64, .uint8, .float64),
        (.int32, .int64, .int64), (.uint8, .uint8, .uint8), (.uint8, .int32, .int32), (.bool, .bool, .int32),
        (.bool, .uint8, .int32), (.float16, .bfloat16, .float32), (.float16, .float16, .float32),
        (.int64, .bfloat16, .float32),
    ])
    func promotion(left: DType, right: DType, result: DType) {
        #expect(DType.promoted(left, right) == result)
        #expect(DType.promoted(right, left) == result)
    }
}
