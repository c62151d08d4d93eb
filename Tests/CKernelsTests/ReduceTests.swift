import CKernels
import Testing

@Suite struct ReduceTests {
    static let shapes: [[Int]] = [
        [1, 1, 1], [1, 100, 1], [32, 100, 1], [32, 10, 1], [1, 32, 100], [1, 65537, 1], [1, 3000, 3],
        [1, 1023, 33],
        [5, 7, 9], [3, 300, 65], [2, 1025, 130], [1, 9, 700], [700, 3, 1],
    ]

    static func reduce(
        _ input: Memory<Float>, _ shape: [Int], kind: Int, threads: Int, output: UnsafeMutableRawPointer
    ) -> Bool {
        var context = thaw_reduce(
            input: input.pointer, output: output, outer: Int64(shape[0]), reduced: Int64(shape[1]),
            inner: Int64(shape[2]), kind: Int32(kind), threads: Int32(threads), scratch: nil)
        let memory = scratch(bytes: thaw_reduce_scratch_bytes(&context))
        context.scratch = UnsafeMutableRawPointer(memory.pointer)
        thaw_reduce_run(&context)
        return memory.isIntact
    }

    static func slices(_ values: [Float], _ shape: [Int]) -> [[Float]] {
        (0..<shape[0]).flatMap { o in
            (0..<shape[2]).map { i in
                (0..<shape[1]).map { values[(o * shape[1] + $0) * shape[2] + i] }
            }
        }
    }

    @Test(arguments: shapes, [1, 2, 3])
    func sumsAndMeans(_ shape: [Int], _ threads: Int) {
        var random = TestRandom(17)
        let values = random.floats(shape.reduce(1, *), -1, 2)
        let source = Memory(values), result = Memory<Float>(count: shape[0] * shape[2])
        for (kind, factor) in [(THAW_REDUCE_SUM, 1.0), (THAW_REDUCE_MEAN, 1 / Double(shape[1]))] {
            #expect(Self.reduce(source, shape, kind: kind, threads: threads, output: result.pointer))
            #expect(result.isIntact)
            let want = Self.slices(values, shape).map { $0.reduce(0.0) { $0 + Double($1) } * factor }
            #expect(
                firstDifference(
                    result.values, want, relative: 1e-6, absolute: 2e-7 * Double(shape[1]).squareRoot())
                    == nil)
            let before = bits(result.values)
            #expect(Self.reduce(source, shape, kind: kind, threads: threads, output: result.pointer))
            #expect(bits(result.values) == before)
        }
    }

    @Test(arguments: shapes, [1, 2, 3])
    func extremesAndTheirPlaces(_ shape: [Int], _ threads: Int) {
        var random = TestRandom(19)
        // Few different values, so that there are equals.
        let values = random.floats(shape.reduce(1, *), -9, 9).map { $0.rounded() }
        let source = Memory(values), result = Memory<Float>(count: shape[0] * shape[2])
        let slices = Self.slices(values, shape)
        #expect(
            Self.reduce(source, shape, kind: THAW_REDUCE_MAXIMUM, threads: threads, output: result.pointer))
        #expect(result.values == slices.map { $0.max() })
        #expect(
            Self.reduce(source, shape, kind: THAW_REDUCE_MINIMUM, threads: threads, output: result.pointer))
        #expect(result.values == slices.map { $0.min() })
        #expect(result.isIntact)
        let places = Memory<Int32>(count: shape[0] * shape[2])
        #expect(
            Self.reduce(
                source, shape, kind: THAW_REDUCE_ARGUMENT_MAXIMUM, threads: threads, output: places.pointer))
        #expect(places.isIntact)
        #expect(
            places.values
                == slices.map { slice in Int32(slice.indices.first { slice[$0] == slice.max() } ?? -1) })
    }

    @Test(arguments: [[3, 100, 1], [1, 100, 3], [1, 40, 1]], [1, 2])
    func nonFinite(_ shape: [Int], _ threads: Int) {
        var values = [Float](repeating: -.infinity, count: shape.reduce(1, *))
        let result = Memory<Float>(count: shape[0] * shape[2]),
            places = Memory<Int32>(count: shape[0] * shape[2])
        var source = Memory(values)
        #expect(
            Self.reduce(source, shape, kind: THAW_REDUCE_MAXIMUM, threads: threads, output: result.pointer))
        #expect(result.values.allSatisfy { $0 == -.infinity })
        #expect(
            Self.reduce(
                source, shape, kind: THAW_REDUCE_ARGUMENT_MAXIMUM, threads: threads, output: places.pointer))
        #expect(places.values.allSatisfy { $0 == 0 })
        values[5 * shape[2]] = .nan
        values[7 * shape[2]] = .nan
        values[3 * shape[2]] = .infinity
        source = Memory(values)
        for kind in [THAW_REDUCE_MAXIMUM, THAW_REDUCE_MINIMUM, THAW_REDUCE_SUM, THAW_REDUCE_MEAN] {
            #expect(Self.reduce(source, shape, kind: kind, threads: threads, output: result.pointer))
            #expect(result.values[0].isNaN)
        }
        #expect(
            Self.reduce(
                source, shape, kind: THAW_REDUCE_ARGUMENT_MAXIMUM, threads: threads, output: places.pointer))
        #expect(places.values[0] == 5)
    }
}
