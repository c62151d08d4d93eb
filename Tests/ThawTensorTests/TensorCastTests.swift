import Testing
import ThawTensor

@Suite struct TensorCastTests {
    @Test func fractionsToIntegersTruncateAndSaturate() {
        let tensor = Tensor([1.9, -1.9, 300, -300, .nan, .infinity, 1e20] as [Double])
        #expect(tensor.cast(to: .uint8).ints == [1, 0, 255, 0, 0, 255, 255])
        #expect(
            tensor.cast(to: .int32).ints == [1, -1, 300, -300, 0, Int(Int32.max), Int(Int32.max)])
        #expect(tensor.cast(to: .int64).ints.last == Int.max)
        #expect(Tensor([-1e20]).cast(to: .int64).ints == [Int.min])
    }

    @Test func integersKeepTheirLowBits() {
        #expect(Tensor([257, -1]).cast(to: .uint8).ints == [1, 255])
        #expect(Tensor([Int.max]).cast(to: .int64).ints == [Int.max])
        #expect(Tensor([Int(Int32.max) + 1]).cast(to: .int32).ints == [Int(Int32.min)])
    }

    @Test func truthValues() {
        #expect(Tensor([0.0, -0.5, .nan]).cast(to: .bool).scalars(as: Bool.self) == [false, true, true])
        #expect(Tensor([0, 256]).cast(to: .bool).ints == [0, 1])
        #expect(Tensor([true, false]).cast(to: .float32).floats == [1, 0])
    }

    @Test(arguments: DType.allCases, DType.allCases) func everyPairKeepsSmallNumbers(from: DType, to: DType) {
        let tensor = Tensor([0, 1, 1, 0]).cast(to: from).cast(to: to)
        #expect(tensor.dtype == to)
        #expect(tensor.doubles == [0, 1, 1, 0])
    }

    @Test(
        arguments: [
            (1.0, UInt16(0x3C00)), (-2.0, 0xC000), (65504.0, 0x7BFF), (65519.9, 0x7BFF), (65520.0, 0x7C00),
            (.infinity, 0x7C00), (-.infinity, 0xFC00), (0x1p-24, 0x0001), (0x1p-25, 0x0000),
            (0x1.8p-24, 0x0002),
            (0x1p-14, 0x0400), (0x1.FF8p-15, 0x03FF), (0x1.FFCp-15, 0x0400), (0.1, 0x2E66),
            (1.0009765625, 0x3C01),
            (1.00048828125, 0x3C00), (1.99951171875, 0x4000), (-0.0, 0x8000),
        ] as [(Double, UInt16)])
    func binary16(value: Double, bits: UInt16) {
        let tensor = Tensor([value]).cast(to: .float16)
        #expect(tensor.withUnsafeBytes { $0.load(as: UInt16.self) } == bits)
    }

    @Test func everyBinary16SurvivesTheWayThroughDouble() {
        let all = Tensor(shape: [65536], dtype: .float16) { bytes in
            for bits in 0..<65536 {
                bytes.storeBytes(of: UInt16(bits), toByteOffset: bits * 2, as: UInt16.self)
            }
        }
        let back = all.cast(to: .float64).cast(to: .float16)
        back.withUnsafeBytes { bytes in
            var differences = 0
            for bits in 0..<65536 {
                let isNaN = bits & 0x7C00 == 0x7C00 && bits & 0x3FF != 0
                if !isNaN && bytes.load(fromByteOffset: bits * 2, as: UInt16.self) != UInt16(bits) {
                    differences += 1
                }
            }
            #expect(differences == 0)
        }
        #expect(all.doubles[0x7E00].isNaN)
    }

    @Test func bfloat16RoundsToNearestEven() {
        let cases: [(Double, UInt16)] = [
            (1, 0x3F80), (1.00390625, 0x3F80), (1.01171875, 0x3F82), (1.005, 0x3F81), (-.infinity, 0xFF80),
            (3.4e38, 0x7F80),
            (0.1, 0x3DCD),
        ]
        for (value, bits) in cases {
            let tensor = Tensor([value]).cast(to: .bfloat16)
            #expect(tensor.withUnsafeBytes { $0.load(as: UInt16.self) } == bits, "\(value)")
        }
        #expect(Tensor([Float.nan]).cast(to: .bfloat16).floats[0].isNaN)
    }
}
