import CKernels
import Testing

@Suite struct MomentsTests {
    @Test(
        arguments: [
            [1, 1], [2, 3], [32, 100], [33, 17], [257, 5], [1000, 64], [1025, 33], [9, 1023], [65537, 3],
        ],
        [1, 2, 3])
    func agreesWithDouble(_ shape: [Int], _ threads: Int) {
        let (rows, columns) = (shape[0], shape[1])
        var random = TestRandom(23)
        // The mean is a hundred times the deviation.
        let values = random.floats(rows * columns).enumerated().map {
            $0.element + 100 * Float($0.offset % columns % 3)
        }
        let source = Memory(values)
        let mean = Memory<Float>(count: columns), variance = Memory<Float>(count: columns)
        var context = thaw_moments(
            input: source.pointer, mean: mean.pointer, variance: variance.pointer, rows: Int64(rows),
            columns: Int64(columns), threads: Int32(threads), scratch: nil)
        let memory = scratch(bytes: thaw_moments_scratch_bytes(&context))
        context.scratch = UnsafeMutableRawPointer(memory.pointer)
        thaw_moments_run(&context)
        #expect(mean.isIntact && variance.isIntact && memory.isIntact)
        var means = [Double](), variances = [Double]()
        for c in 0..<columns {
            let column = (0..<rows).map { Double(values[$0 * columns + c]) }
            let m = column.reduce(0, +) / Double(rows)
            means.append(m)
            variances.append(column.reduce(0) { $0 + ($1 - m) * ($1 - m) } / Double(rows))
        }
        #expect(firstDifference(mean.values, means, relative: 1e-7, absolute: 3e-7) == nil)
        #expect(firstDifference(variance.values, variances, relative: 1e-6, absolute: 1e-12) == nil)
        let before = bits(mean.values) + bits(variance.values)
        thaw_moments_run(&context)
        #expect(bits(mean.values) + bits(variance.values) == before)
    }

    @Test func nanStaysInItsColumn() {
        var values = [Float](repeating: 1, count: 300)
        values[4] = .nan
        let source = Memory(values), mean = Memory<Float>(count: 3), variance = Memory<Float>(count: 3)
        var context = thaw_moments(
            input: source.pointer, mean: mean.pointer, variance: variance.pointer, rows: 100, columns: 3,
            threads: 2,
            scratch: nil)
        let memory = scratch(bytes: thaw_moments_scratch_bytes(&context))
        context.scratch = UnsafeMutableRawPointer(memory.pointer)
        thaw_moments_run(&context)
        #expect(mean.values[0] == 1 && mean.values[1].isNaN && mean.values[2] == 1)
        #expect(variance.values[0] == 0 && variance.values[1].isNaN && variance.values[2] == 0)
    }
}
